// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/value_rows.h"

#include "widgets/pictures/class_layer.h"
#include "widgets/pictures/object_layer.h"
#include "widgets/qt_text.h"

#include <QCoreApplication>
#include <QGuiApplication>
#include <QPainter>

#include <algorithm>

namespace concertina {

namespace {

constexpr int LeastListSide = 480; ///< pixels of a list's picture
constexpr int MostListRows = 8;    ///< legible in a small pane
constexpr QColor ListGround(32, 34, 38);
constexpr QColor ListInk(236, 238, 240);
constexpr QColor ListQuiet(142, 146, 152);

QString moreText(std::size_t count) {
    return QCoreApplication::translate("ValueRows", "and %n more", nullptr,
                                       static_cast<int>(count));
}

} // namespace

QImage drawRows(const std::vector<ValueRow>& rows, QSize size) {
    QImage image(size, QImage::Format_RGB32);
    if (image.isNull())
        return {};
    image.fill(ListGround);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    const bool tooMany = rows.size() > MostListRows;
    const std::size_t shown = tooMany ? MostListRows - 1 : rows.size();
    const int margin = std::max(4, size.width() / 40);
    const int lines = std::clamp(static_cast<int>(rows.size()), 4, MostListRows);
    const int line = (size.height() - 2 * margin) / lines;
    QFont font = QGuiApplication::font();
    font.setPixelSize(std::clamp(line / 2, 6, std::max(6, size.width() / 16)));
    const QFontMetrics metrics(font);
    for (std::size_t i = 0; i < shown; ++i) {
        const ValueRow& row = rows[i];
        const QRect place(margin, margin + static_cast<int>(i) * line, size.width() - 2 * margin,
                          line);
        font.setBold(row.isSet);
        painter.setFont(font);
        painter.setPen(row.isSet ? ListInk : ListQuiet);
        const QString text = toQt(row.text);
        const int right = QFontMetrics(font).horizontalAdvance(text) + metrics.averageCharWidth();
        const QRect words = place.adjusted(0, 0, 0, -line / 5);
        painter.drawText(words, Qt::AlignRight | Qt::AlignBottom, text);
        painter.drawText(
            words.adjusted(0, 0, -right, 0), Qt::AlignLeft | Qt::AlignBottom,
            QFontMetrics(font).elidedText(toQt(row.name), Qt::ElideRight, words.width() - right));
        const QRectF bar(place.left(), place.bottom() - line / 6.0, place.width() * row.share,
                         std::max(2.0, line / 10.0));
        QColor color(row.color[0], row.color[1], row.color[2]);
        color.setAlphaF(row.isSet ? 1.0F : 0.5F);
        painter.fillRect(bar, color);
    }
    if (tooMany) {
        font.setBold(false);
        painter.setFont(font);
        painter.setPen(ListQuiet);
        painter.drawText(
            QRect(margin, margin + static_cast<int>(shown) * line, size.width() - 2 * margin, line),
            Qt::AlignLeft | Qt::AlignVCenter, moreText(rows.size() - shown));
    }
    return image;
}

QSize largeBeside(QSize picture) {
    const int side = std::max(1, std::min(picture.width(), picture.height()));
    return picture * std::max(1, (LeastListSide + side - 1) / side);
}

QImage drawValues(const ValueMap& map, std::span<const ClassInfo> classes, const ValueRange& range,
                  const QImage& image) {
    if (map.empty() || map.kind->isPlane())
        return drawMap(map, classes, range);
    if (map.kind->form() == ValueForm::Objects)
        return drawObjects(drawnObjects(map), classes, image);
    return drawRows(map.kind->rows(map, classes), largeBeside(image.size()));
}

} // namespace concertina
