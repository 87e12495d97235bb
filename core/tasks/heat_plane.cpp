// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tasks/heat_plane.h"

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

constexpr double centerOverlap = 0.7;

std::int64_t cellOf(double place, std::int64_t count) {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(place), 0, count - 1);
}

} // namespace

std::int64_t HeatPlane::column(double x) const {
    return cellOf(x, width);
}

std::int64_t HeatPlane::row(double y) const {
    return cellOf(y, height);
}

void HeatPlane::peak(std::int64_t x, std::int64_t y, double radius) const {
    const double deviation = (2 * radius + 1) / 6;
    const auto reach = static_cast<std::int64_t>(radius);
    for (std::int64_t row = std::max<std::int64_t>(0, y - reach);
         row <= std::min(height - 1, y + reach); ++row)
        for (std::int64_t column = std::max<std::int64_t>(0, x - reach);
             column <= std::min(width - 1, x + reach); ++column) {
            const double away = std::pow(static_cast<double>(column - x), 2)
                                + std::pow(static_cast<double>(row - y), 2);
            float& value = heat[row * width + column];
            value =
                std::max(value, static_cast<float>(std::exp(-away / (2 * deviation * deviation))));
        }
}

void HeatPlane::passOver(const Box& box) const {
    for (std::int64_t row = 0; row < height; ++row)
        for (std::int64_t column = 0; column < width; ++column) {
            const double x = static_cast<double>(column) + 0.5;
            const double y = static_cast<double>(row) + 0.5;
            if (x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height)
                counts[row * width + column] = 0;
        }
}

/// (w − r)(h − r) of w·h is in both boxes, so that they overlap by t where that is 2 t ÷ (1 + t).
double heatRadius(const Box& box) {
    constexpr double common = 2 * centerOverlap / (1 + centerOverlap);
    const double sum = box.width + box.height;
    return (sum - std::sqrt(std::max(0.0, sum * sum - 4 * box.width * box.height * (1 - common))))
           / 2;
}

} // namespace concertina
