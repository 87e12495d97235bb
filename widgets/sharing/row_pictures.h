// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QCache>
#include <QPalette>
#include <QPixmap>

#include <functional>

class QPainter;

namespace concertina {

/// Pictures of parts of rows, each drawn once for all rows that look alike: of hundreds of rows
/// few are different, and an edit leaves most as they are. On a card.
class RowPictures {
public:
    RowPictures();

    /// Draws what `paint` draws in an area. `look`: equal where all that it depends on is, but for
    /// the area's size, the palette and the screen, which are looked at here.
    void draw(QPainter& painter, const QRect& area, const QByteArray& look, const QPalette& palette,
              const std::function<void(QPainter& painter, const QRect& area)>& paint);

private:
    QCache<QByteArray, QPixmap> m_pictures; ///< by bytes
};

} // namespace concertina
