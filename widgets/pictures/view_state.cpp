// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/view_state.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace concertina {

namespace {

constexpr std::array<double, 23> steps{1.0 / 256, 1.0 / 128, 1.0 / 64, 1.0 / 32, 1.0 / 16, 1.0 / 8,
                                       1.0 / 4,   1.0 / 2,   1,        2,        3,        4,
                                       5,         6,         8,        10,       12,       16,
                                       20,        24,        32,       48,       64};

constexpr double MostOfTheRoom = 0.8;

} // namespace

void PictureViewState::setReference(QSize size) {
    if (size == m_reference)
        return;
    const QSize before = m_reference;
    m_reference = size;
    const bool sameShape = !before.isEmpty() && !size.isEmpty()
                           && qint64(before.width()) * size.height()
                                  == qint64(before.height()) * size.width();
    if (sameShape && !m_fit) {
        const double ratio = static_cast<double>(size.width()) / before.width();
        m_center *= ratio;
        // Whole steps stay whole.
        const double zoom = m_zoom / ratio;
        m_zoom = zoom >= 1 ? std::max(1.0, std::round(zoom)) : zoom;
    } else {
        m_fit = true;
    }
    Q_EMIT changed();
}

void PictureViewState::fit() {
    if (m_fit)
        return;
    m_fit = true;
    Q_EMIT changed();
}

void PictureViewState::setZoom(double zoom, QPointF center) {
    zoom = std::clamp(zoom, steps.front(), steps.back());
    center = clamped(center);
    if (!m_fit && zoom == m_zoom && center == m_center)
        return;
    m_fit = false;
    m_zoom = zoom;
    m_center = center;
    Q_EMIT changed();
}

void PictureViewState::zoomAround(double from, double to, QPointF point, QPointF center) {
    setZoom(to, point + (center - point) * from / to);
}

void PictureViewState::setCenter(QPointF center) {
    if (!m_fit)
        setZoom(m_zoom, center);
}

QPointF PictureViewState::clamped(QPointF center) const {
    return {std::clamp(center.x(), 0.0, static_cast<double>(m_reference.width())),
            std::clamp(center.y(), 0.0, static_cast<double>(m_reference.height()))};
}

double PictureViewState::nextZoom(double zoom, int direction) {
    constexpr double tolerance = 1e-9;
    if (direction > 0) {
        for (const double step : steps)
            if (step > zoom * (1 + tolerance))
                return step;
        return steps.back();
    }
    for (auto step = steps.rbegin(); step != steps.rend(); ++step)
        if (*step < zoom * (1 - tolerance))
            return *step;
    return steps.front();
}

double PictureViewState::fitZoom(QSize picture, QSize room) {
    if (picture.isEmpty() || room.isEmpty())
        return 1;
    const double zoom = std::min(static_cast<double>(room.width()) / picture.width(),
                                 static_cast<double>(room.height()) / picture.height());
    if (zoom < 1)
        return zoom;
    const double whole = std::min(std::floor(zoom), steps.back());
    return whole >= MostOfTheRoom * zoom ? whole : std::min(zoom, steps.back());
}

void PictureCursor::setPoint(const std::optional<QPointF>& point) {
    if (point == m_point)
        return;
    m_point = point;
    Q_EMIT changed();
}

} // namespace concertina
