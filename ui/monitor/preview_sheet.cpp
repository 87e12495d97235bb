// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/preview_sheet.h"

#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QPainter>
#include <QResizeEvent>

#include <algorithm>

namespace concertina {

namespace {

constexpr int gap = 8;
constexpr int captionHeight = 18;
constexpr int nameHeight = 20;
constexpr int narrowestTile = 130;
constexpr int frameWidth = 2;

} // namespace

PreviewSheet::PreviewSheet(QWidget* parent) : QWidget(parent) {
    setAccessibleName(tr("Predictions of fixed frames"));
}

void PreviewSheet::setFrames(std::vector<PreviewFrame> frames) {
    m_frames = std::move(frames);
    adoptHeight();
    update();
}

void PreviewSheet::setEmptyText(const QString& text) {
    m_emptyText = text;
    update();
}

/// As many as fit, in rows of the same length: four tiles stand in two rows of two where there is
/// room for three.
int PreviewSheet::columns(const PreviewFrame& frame) const {
    const int tiles = std::max(1, static_cast<int>(frame.tiles.size()));
    const int most = std::clamp(width() / (narrowestTile + gap), 1, 4);
    const int rows = (tiles + most - 1) / most;
    return (tiles + rows - 1) / rows;
}

/// In the shape of the frame's first picture that can be shown.
QSize PreviewSheet::tileSize(const PreviewFrame& frame) const {
    const int count = columns(frame);
    const int across = (width() - gap * (count + 1)) / count;
    double shape = 0.75;
    for (const PreviewTile& tile : frame.tiles)
        if (!tile.image.isNull()) {
            shape = static_cast<double>(tile.image.height()) / tile.image.width();
            break;
        }
    return {std::max(across, 16), std::max(16, static_cast<int>(across * std::min(shape, 2.0)))};
}

PreviewSheet::Place PreviewSheet::placeOf(const PreviewFrame& frame, std::size_t tile,
                                          int top) const {
    const QSize size = tileSize(frame);
    const int at = static_cast<int>(tile), across = columns(frame);
    const int x = gap + at % across * (size.width() + gap);
    const int y = top + nameHeight + at / across * (size.height() + captionHeight + gap / 2);
    return {{QPoint(x, y), size}, {x, y + size.height(), size.width(), captionHeight}};
}

int PreviewSheet::heightOf(const PreviewFrame& frame) const {
    const int rows = (static_cast<int>(frame.tiles.size()) + columns(frame) - 1) / columns(frame);
    return nameHeight + rows * (tileSize(frame).height() + captionHeight + gap / 2) + gap / 2;
}

void PreviewSheet::adoptHeight() {
    int height = gap / 2;
    for (const PreviewFrame& frame : m_frames)
        height += heightOf(frame);
    setMinimumHeight(height);
}

void PreviewSheet::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (event->size().width() != event->oldSize().width())
        adoptHeight();
}

void PreviewSheet::paintEvent(QPaintEvent* event) {
    QPainter painter(this);
    if (m_frames.empty()) {
        painter.setPen(color(ColorRole::MutedText, palette()));
        painter.drawText(rect().adjusted(20, 8, -20, -8), Qt::AlignCenter | Qt::TextWordWrap,
                         m_emptyText);
        return;
    }
    painter.setFont(smallFont());
    int top = gap / 2;
    for (const PreviewFrame& frame : m_frames) {
        const int height = heightOf(frame);
        if (event->rect().intersects({0, top, width(), height})) {
            painter.setPen(color(ColorRole::MutedText, palette()));
            const QRect line(gap, top, width() - 2 * gap, nameHeight);
            painter.drawText(
                line, Qt::AlignLeft | Qt::AlignVCenter,
                painter.fontMetrics().elidedText(frame.name, Qt::ElideMiddle, line.width()));
            for (std::size_t i = 0; i < frame.tiles.size(); ++i)
                paintTile(painter, frame.tiles[i], placeOf(frame, i, top));
        }
        top += height;
    }
}

void PreviewSheet::paintTile(QPainter& painter, const PreviewTile& tile, const Place& place) const {
    painter.fillRect(place.picture, color(ColorRole::Surround, palette()));
    const QRect inside = place.picture.adjusted(frameWidth, frameWidth, -frameWidth, -frameWidth);
    if (!tile.image.isNull()) {
        const QSize size = tile.image.size().scaled(inside.size(), Qt::KeepAspectRatio);
        QRect target(QPoint(), size);
        target.moveCenter(inside.center());
        // Whole multiples show true pixels.
        painter.setRenderHint(QPainter::SmoothPixmapTransform,
                              size.width() % tile.image.width() != 0);
        painter.drawImage(target, tile.image);
    } else {
        painter.setPen(color(ColorRole::OnSurround, palette()));
        painter.drawText(inside.adjusted(4, 4, -4, -4), Qt::AlignCenter | Qt::TextWordWrap,
                         tile.trouble);
    }
    const QColor frame =
        tile.task < 0 ? color(ColorRole::Border, palette()) : taskColor(tile.task, palette());
    painter.setPen(QPen(frame, frameWidth, Qt::SolidLine, Qt::SquareCap, Qt::MiterJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawRect(place.picture.adjusted(1, 1, -1, -1));
    painter.setPen(color(ColorRole::Text, palette()));
    painter.drawText(
        place.caption, Qt::AlignLeft | Qt::AlignVCenter,
        painter.fontMetrics().elidedText(tile.caption, Qt::ElideRight, place.caption.width()));
}

} // namespace concertina
