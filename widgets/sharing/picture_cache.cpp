// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/picture_cache.h"

#include "widgets/theme/colors.h"

#include <QGuiApplication>
#include <QPainter>

#include <cmath>

namespace concertina {

namespace {

constexpr int MostBytes = 16 << 20;
constexpr double Steps = 4; ///< of a pixel, that signs are drawn at

/// Pixels of the screen a unit; none where a picture would lie between pixels.
double wholeRatio(const QPainter& painter) {
    const double ratio = painter.device()->devicePixelRatioF();
    return ratio == std::floor(ratio) ? ratio : 0;
}

QByteArray keyOf(const QByteArray& look, const QSize& size, const QPointF& corner) {
    const double numbers[]{double(size.width()), double(size.height()), corner.x(), corner.y()};
    return look + QByteArray::fromRawData(reinterpret_cast<const char*>(numbers), sizeof numbers);
}

QPixmap blank(const QSize& size, double ratio, const QColor& background) {
    QPixmap picture(size * ratio);
    picture.setDevicePixelRatio(ratio);
    picture.fill(background);
    return picture;
}

} // namespace

PictureCache::PictureCache() : m_pictures(MostBytes) {}

void PictureCache::lookAt(double ratio, const QPalette& palette) {
    const QFont font = QGuiApplication::font();
    if (ratio == m_ratio && palette.cacheKey() == m_palette && font == m_font)
        return;
    m_pictures.clear();
    m_ratio = ratio;
    m_palette = palette.cacheKey();
    m_font = font;
}

void PictureCache::keep(const QByteArray& key, QPixmap picture) {
    const int bytes = picture.width() * picture.height() * 4;
    m_pictures.insert(key, new QPixmap(std::move(picture)), bytes);
}

void PictureCache::drawCard(
    QPainter& painter, const QRect& area, const QByteArray& look, const QPalette& palette,
    const std::function<void(QPainter& painter, const QRect& area)>& paint) {
    const double ratio = wholeRatio(painter);
    if (ratio == 0)
        return paint(painter, area);
    lookAt(ratio, palette);
    const QByteArray key = keyOf(look, area.size(), {});
    if (const QPixmap* known = find(key))
        return painter.drawPixmap(area.topLeft(), *known);
    QPixmap picture = blank(area.size(), ratio, color(ColorRole::Card, palette));
    {
        QPainter onto(&picture);
        onto.setFont(painter.font());
        paint(onto, QRect(QPoint(), area.size()));
    }
    painter.drawPixmap(area.topLeft(), picture);
    keep(key, std::move(picture));
}

void PictureCache::drawSign(QPainter& painter, const QRectF& area, const QByteArray& look,
                            const QPalette& palette,
                            const std::function<void(QPainter& painter)>& paint) {
    const double ratio = wholeRatio(painter);
    if (ratio == 0)
        return paint(painter);
    // In whole pixels of its own, and how far it lies from them.
    const QPoint corner(static_cast<int>(std::floor(area.left())),
                        static_cast<int>(std::floor(area.top())));
    const QPointF rest = area.topLeft() - corner;
    const QPointF shift(std::floor(rest.x() * Steps) / Steps, std::floor(rest.y() * Steps) / Steps);
    const QSize size(static_cast<int>(std::ceil(area.width())) + 1,
                     static_cast<int>(std::ceil(area.height())) + 1);
    lookAt(ratio, palette);
    const QByteArray key = keyOf(look, size, shift);
    if (const QPixmap* known = find(key))
        return painter.drawPixmap(corner, *known);
    QPixmap picture = blank(size, ratio, Qt::transparent);
    {
        QPainter onto(&picture);
        onto.setRenderHints(painter.renderHints());
        onto.setFont(painter.font());
        onto.translate(shift - area.topLeft());
        paint(onto);
    }
    painter.drawPixmap(corner, picture);
    keep(key, std::move(picture));
}

} // namespace concertina
