// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/object_layer.h"

#include "core/values/text.h"
#include "widgets/pictures/value_rows.h"
#include "widgets/qt_text.h"

#include <QGuiApplication>
#include <QPainter>

#include <algorithm>

namespace concertina {

namespace {

constexpr double SteppedBackBox = 0.35;

Qt::PenStyle lineOf(MatchState state) {
    switch (state) {
    case MatchState::False: return Qt::DashLine;
    case MatchState::Missed: return Qt::DotLine;
    default: return Qt::SolidLine;
    }
}

void drawBox(QPainter& painter, const DrawnObject& drawn, std::span<const ClassInfo> classes,
             QSize size, double opacity) {
    const ImageObject& object = drawn.object;
    const auto label = static_cast<std::size_t>(object.label);
    const Rgb rgb = label < classes.size() ? classes[label].color : UnknownColor;
    const QColor color(rgb[0], rgb[1], rgb[2]);
    const Box box = object.box.scaled(size.width(), size.height());
    const QRectF place(box.x, box.y, box.width, box.height);
    const double line = std::max(2.0, size.width() / 240.0);
    painter.setOpacity(opacity);
    // A dark line behind the coloured one is seen on any picture.
    painter.setBrush(object.isCrowd ? QBrush(color, Qt::BDiagPattern) : QBrush(Qt::NoBrush));
    painter.setPen(QPen(QColor(0, 0, 0, 150), line + 2, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin));
    if (lineOf(drawn.state) == Qt::SolidLine)
        painter.drawRect(place);
    painter.setPen(QPen(color, line, lineOf(drawn.state), Qt::FlatCap, Qt::MiterJoin));
    painter.drawRect(place);
    const QString text = objectName(object, classes);
    const QFontMetricsF metrics(painter.font());
    QRectF words(place.left(), place.top() - metrics.height(), metrics.horizontalAdvance(text) + 6,
                 metrics.height());
    words.moveTop(std::max(0.0, words.top()));
    words.moveLeft(std::clamp(words.left(), 0.0, std::max(0.0, size.width() - words.width())));
    painter.fillRect(words, color);
    painter.setPen(color.lightnessF() > 0.55 ? Qt::black : Qt::white);
    painter.drawText(words, Qt::AlignCenter, text);
}

} // namespace

QString objectName(const ImageObject& object, std::span<const ClassInfo> classes) {
    const auto label = static_cast<std::size_t>(object.label);
    const QString name =
        label < classes.size() ? toQt(classes[label].name) : QString::number(object.label);
    return object.score < 1 ? name + u' ' + toQt(fixedText(object.score, 2)) : name;
}

std::vector<DrawnObject> drawnObjects(const ValueMap& map, double leastScore) {
    std::vector<DrawnObject> drawn;
    for (const ImageObject& object : map.objects)
        if (object.score >= leastScore)
            drawn.push_back({object});
    return drawn;
}

std::vector<DrawnObject> drawnObjects(const ValueMap& found, const ValueMap& truth,
                                      double leastScore) {
    std::vector<ImageObject> truths;
    for (const DrawnObject& one : drawnObjects(truth, leastScore))
        truths.push_back(one.object);
    const ImageMatches matches = matchObjects(truths, found.objects, {}, UsualOverlap, leastScore);
    std::vector<DrawnObject> drawn;
    for (std::size_t i = 0; i < truths.size(); ++i)
        if (matches.truths[i].state == MatchState::Missed)
            drawn.push_back({truths[i], MatchState::Missed});
    for (std::size_t i = 0; i < found.objects.size(); ++i)
        if (matches.found[i].state != MatchState::BelowScore)
            drawn.push_back({found.objects[i], matches.found[i].state});
    return drawn;
}

QImage drawObjects(const std::vector<DrawnObject>& objects, std::span<const ClassInfo> classes,
                   const QImage& image, const ClassStyle& style) {
    const QSize size = largeBeside(image.size());
    QImage result = image.scaled(size, Qt::IgnoreAspectRatio, Qt::SmoothTransformation)
                        .convertToFormat(QImage::Format_RGB32);
    if (result.isNull())
        return {};
    QPainter painter(&result);
    painter.setRenderHint(QPainter::Antialiasing);
    QFont font = QGuiApplication::font();
    font.setPixelSize(std::max(11, size.height() / 32));
    font.setBold(true);
    painter.setFont(font);
    std::vector<const DrawnObject*> order;
    for (const DrawnObject& one : objects)
        if (!style.hidden.contains(one.object.label))
            order.push_back(&one);
    std::ranges::stable_sort(order, {}, [&](const DrawnObject* one) {
        return std::pair{one->object.label == style.highlighted, one->object.score};
    });
    for (const DrawnObject* one : order)
        drawBox(painter, *one, classes, size,
                style.highlighted < 0 || one->object.label == style.highlighted ? 1
                                                                                : SteppedBackBox);
    return result;
}

} // namespace concertina
