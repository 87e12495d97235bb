// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QCache>
#include <QFont>
#include <QPalette>
#include <QPixmap>
#include <QRectF>

#include <functional>

class QPainter;

namespace concertina {

/// Pictures of what looks alike, each drawn once: of hundreds of rows and stations few are
/// different, and an edit leaves most as they are. A `look` is equal where all that is drawn is,
/// but for the area's size, the palette and the screen, which are looked at here.
class PictureCache {
public:
    PictureCache();

    /// Draws what `paint` draws in an area of whole pixels, on a card.
    void drawCard(QPainter& painter, const QRect& area, const QByteArray& look,
                  const QPalette& palette,
                  const std::function<void(QPainter& painter, const QRect& area)>& paint);

    /// Draws what `paint` draws, in the painter's coordinates and within an area, on what is there:
    /// moved by an eighth of a pixel at most.
    void drawSign(QPainter& painter, const QRectF& area, const QByteArray& look,
                  const QPalette& palette, const std::function<void(QPainter& painter)>& paint);

private:
    const QPixmap* find(const QByteArray& key) const { return m_pictures.object(key); }
    void keep(const QByteArray& key, QPixmap picture);
    void lookAt(double ratio, const QPalette& palette);

    QCache<QByteArray, QPixmap> m_pictures; ///< by bytes
    double m_ratio = 0;                     ///< of the screen that they are for
    qint64 m_palette = 0;
    QFont m_font;
};

} // namespace concertina
