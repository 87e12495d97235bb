// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/row_pictures.h"

#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QDataStream>
#include <QPainter>

#include <cmath>
#include <memory>

namespace concertina {

namespace {

constexpr int MostBytes = 16 << 20;

} // namespace

RowPictures::RowPictures() : m_pictures(MostBytes) {}

void RowPictures::draw(QPainter& painter, const QRect& area, const QByteArray& look,
                       const QPalette& palette,
                       const std::function<void(QPainter& painter, const QRect& area)>& paint) {
    const double ratio = painter.device()->devicePixelRatioF();
    if (ratio != std::floor(ratio)) { // a picture would lie between pixels
        paint(painter, area);
        return;
    }
    QByteArray key = look;
    QDataStream stream(&key, QIODevice::Append);
    stream << area.size() << ratio << palette.cacheKey() << smallFont().key();
    const QPixmap* picture = m_pictures.object(key);
    if (picture == nullptr) {
        auto drawn = std::make_unique<QPixmap>(area.size() * ratio);
        drawn->setDevicePixelRatio(ratio);
        drawn->fill(color(ColorRole::Card, palette));
        QPainter onto(drawn.get());
        onto.setFont(painter.font());
        paint(onto, QRect(QPoint(), area.size()));
        onto.end();
        painter.drawPixmap(area.topLeft(), *drawn);
        const int bytes = drawn->width() * drawn->height() * 4;
        m_pictures.insert(key, drawn.release(), bytes);
        return;
    }
    painter.drawPixmap(area.topLeft(), *picture);
}

} // namespace concertina
