// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/object_layer.h"

#include "core/values/object_map.h"
#include "core/values/text.h"
#include "widgets/pictures/value_rows.h"
#include "widgets/qt_text.h"

#include <QGuiApplication>
#include <QPainter>

#include <algorithm>
#include <cmath>

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

constexpr Rgb PlainBox{225, 225, 225}; ///< where points have the colours

/// Draws objects in one size and style.
class ObjectPainter {
public:
    ObjectPainter(QPainter& painter, std::span<const ClassInfo> classes, QSize size,
                  const ClassStyle& style)
        : m_painter(painter),
          m_classes(classes),
          m_size(size),
          m_style(style),
          m_line(std::max(2.0, size.width() / 240.0)) {}

    void draw(const DrawnObject& drawn) const {
        const ImageObject& object = drawn.object;
        if (object.points.empty()) {
            const auto label = static_cast<std::size_t>(object.label);
            m_painter.setOpacity(opacityOf(object.label));
            drawBox(drawn, label < m_classes.size() ? m_classes[label].color : UnknownColor,
                    m_line);
            return;
        }
        m_painter.setOpacity(m_style.highlighted < 0 ? 1 : SteppedBackBox);
        drawBox(drawn, PlainBox, m_line / 2);
        drawPoints(drawn);
    }

private:
    double opacityOf(int index) const {
        return m_style.highlighted < 0 || index == m_style.highlighted ? 1 : SteppedBackBox;
    }

    /// A dark line behind the coloured one is seen on any picture.
    QPen behind(double line) const {
        return QPen(QColor(0, 0, 0, 150), line + 2, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin);
    }

    void drawBox(const DrawnObject& drawn, const Rgb& rgb, double line) const {
        const ImageObject& object = drawn.object;
        const QColor color(rgb[0], rgb[1], rgb[2]);
        const Box box = object.box.scaled(m_size.width(), m_size.height());
        const QRectF place(box.x, box.y, box.width, box.height);
        m_painter.setBrush(object.isCrowd ? QBrush(color, Qt::BDiagPattern) : QBrush(Qt::NoBrush));
        m_painter.setPen(behind(line));
        if (lineOf(drawn.state) == Qt::SolidLine)
            m_painter.drawRect(place);
        m_painter.setPen(QPen(color, line, lineOf(drawn.state), Qt::FlatCap, Qt::MiterJoin));
        m_painter.drawRect(place);
        const QString text = objectName(object, m_classes);
        if (!text.isEmpty())
            drawName(text, place, color);
    }

    void drawName(const QString& text, const QRectF& box, const QColor& color) const {
        const QFontMetricsF metrics(m_painter.font());
        QRectF words(box.left(), box.top() - metrics.height(), metrics.horizontalAdvance(text) + 6,
                     metrics.height());
        words.moveTop(std::max(0.0, words.top()));
        words.moveLeft(
            std::clamp(words.left(), 0.0, std::max(0.0, m_size.width() - words.width())));
        m_painter.fillRect(words, color);
        m_painter.setPen(color.lightnessF() > 0.55 ? Qt::black : Qt::white);
        m_painter.drawText(words, Qt::AlignCenter, text);
    }

    bool isShown(const ImageObject& object, int point) const {
        const auto at = static_cast<std::size_t>(point);
        return at < object.points.size() && at < m_classes.size()
               && object.points[at].state != Keypoint::State::Unknown
               && !m_style.hidden.contains(point);
    }

    QPointF placeOf(const ImageObject& object, int point) const {
        const Keypoint& there = object.points[static_cast<std::size_t>(point)];
        return {there.x * m_size.width(), there.y * m_size.height()};
    }

    void drawPoints(const DrawnObject& drawn) const {
        const ImageObject& object = drawn.object;
        const int count = static_cast<int>(std::min(object.points.size(), m_classes.size()));
        const auto colorOf = [&](int point) {
            const Rgb& rgb = m_classes[static_cast<std::size_t>(point)].color;
            return QColor(rgb[0], rgb[1], rgb[2]);
        };
        for (int i = 0; i < count; ++i)
            for (const int other : m_classes[static_cast<std::size_t>(i)].joined) {
                if (!isShown(object, i) || !isShown(object, other))
                    continue;
                const QLineF bone(placeOf(object, i), placeOf(object, other));
                m_painter.setOpacity(std::min(opacityOf(i), opacityOf(other)));
                m_painter.setPen(behind(m_line));
                if (lineOf(drawn.state) == Qt::SolidLine)
                    m_painter.drawLine(bone);
                m_painter.setPen(QPen(colorOf(other), m_line, lineOf(drawn.state), Qt::FlatCap));
                m_painter.drawLine(bone);
            }
        const double radius = 1.3 * m_line;
        for (int i = 0; i < count; ++i) {
            if (!isShown(object, i))
                continue;
            const bool isSeen =
                object.points[static_cast<std::size_t>(i)].state == Keypoint::State::Seen;
            m_painter.setOpacity(opacityOf(i));
            m_painter.setPen(isSeen ? QPen(QColor(0, 0, 0, 190), 1) : QPen(colorOf(i), m_line / 2));
            m_painter.setBrush(isSeen ? QBrush(colorOf(i)) : QBrush(Qt::NoBrush));
            m_painter.drawEllipse(placeOf(object, i), radius, radius);
        }
    }

    QPainter& m_painter;
    std::span<const ClassInfo> m_classes;
    QSize m_size;
    const ClassStyle& m_style;
    double m_line;
};

/// The keypoint at a place, in shares of the image, and the score of its object; empty where there
/// is none.
QString pointText(const ValueMap& map, std::span<const ClassInfo> points, double leastScore,
                  QPointF at) {
    double nearest = 0.03; // of the image's sides
    QString text;
    for (const ImageObject& object : map.objects)
        for (std::size_t i = 0; i < std::min(object.points.size(), points.size()); ++i) {
            const Keypoint& point = object.points[i];
            const double away = std::hypot(point.x - at.x(), point.y - at.y());
            if (object.score < leastScore || point.state == Keypoint::State::Unknown
                || away >= nearest)
                continue;
            nearest = away;
            text = toQt(points[i].name) + u' ' + objectName(object, points);
        }
    return text.trimmed();
}

} // namespace

QString objectName(const ImageObject& object, std::span<const ClassInfo> classes) {
    const auto label = static_cast<std::size_t>(object.label);
    const QString score = object.score < 1 ? toQt(fixedText(object.score, 2)) : QString();
    if (!object.points.empty())
        return score;
    const QString name =
        label < classes.size() ? toQt(classes[label].name) : QString::number(object.label);
    return score.isEmpty() ? name : name + u' ' + score;
}

QString objectTextAt(const ValueMap& map, std::span<const ClassInfo> classes, double leastScore,
                     QPointF at) {
    if (const QString point = pointText(map, classes, leastScore, at); !point.isEmpty())
        return point;
    const ImageObject* smallest = nullptr;
    for (const ImageObject& object : map.objects) {
        const Box& box = object.box;
        if (object.score >= leastScore && at.x() >= box.x && at.x() <= box.x + box.width
            && at.y() >= box.y && at.y() <= box.y + box.height
            && (smallest == nullptr || box.area() < smallest->box.area()))
            smallest = &object;
    }
    return smallest != nullptr ? objectName(*smallest, classes) : QStringLiteral("–");
}

std::vector<DrawnObject> drawnObjects(const ValueMap& map, double leastScore) {
    std::vector<DrawnObject> drawn;
    for (const ImageObject& object : map.objects)
        if (object.score >= leastScore)
            drawn.push_back({object});
    return drawn;
}

std::vector<DrawnObject> drawnObjects(const ValueMap& found, const ValueMap& truth,
                                      std::span<const ClassInfo> classes, double leastScore) {
    const auto [truths, matches] = matchMaps(found, truth, classes, leastScore);
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
        if (!one.object.points.empty() || !style.hidden.contains(one.object.label))
            order.push_back(&one);
    std::ranges::stable_sort(order, {}, [&](const DrawnObject* one) {
        return std::pair{one->object.label == style.highlighted, one->object.score};
    });
    const ObjectPainter objectPainter(painter, classes, size, style);
    for (const DrawnObject* one : order)
        objectPainter.draw(*one);
    return result;
}

} // namespace concertina
