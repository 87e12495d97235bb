// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/plan_overlay.h"

#include "widgets/sharing/map_painter.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

constexpr double Thinnest = 2;
constexpr double Thickest = 4;
constexpr double SampleWidth = 44; ///< of a cell in the legend

double rootOf(double value) {
    return std::sqrt(std::clamp(std::abs(value), 0.0, 1.0));
}

void paintParts(QPainter& painter, const QRectF& bar, const std::vector<double>& parts,
                const QPalette& palette) {
    double left = bar.left();
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const double width = bar.width() * std::clamp(parts[i], 0.0, 1.0);
        const double shade =
            parts.size() < 2
                ? 1
                : 0.25 + 0.75 * static_cast<double>(i) / static_cast<double>(parts.size() - 1);
        painter.fillRect(
            QRectF(left, bar.top(), std::max(width - 1, 0.0), bar.height()),
            mapBlend(color(ColorRole::Field, palette), color(ColorRole::Text, palette), shade));
        left += width;
    }
}

} // namespace

bool OverlayCell::isMeasured() const {
    return std::isfinite(value) || !parts.empty();
}

OverlayCell PlanOverlay::cell(const std::vector<std::size_t>& layers, int task) const {
    return mean(layers, task, true);
}

OverlayCell PlanOverlay::drawn(const std::vector<std::size_t>& layers, int task) const {
    return mean(layers, task, false);
}

OverlayCell PlanOverlay::mean(const std::vector<std::size_t>& layers, int task, bool inFull) const {
    OverlayCell mean;
    const auto add = [](std::vector<double>& to, const std::vector<double>& from) {
        if (to.empty())
            to.resize(from.size());
        for (std::size_t i = 0; i < std::min(to.size(), from.size()); ++i)
            to[i] += from[i];
    };
    int count = 0;
    for (const std::size_t layer : layers) {
        if (layer >= cells.size() || static_cast<std::size_t>(task) >= cells[layer].size())
            continue;
        const OverlayCell& one = cells[layer][static_cast<std::size_t>(task)];
        if (!one.isMeasured())
            continue;
        mean.value = count == 0 ? one.value : mean.value + one.value;
        mean.weight = count == 0 ? one.weight : mean.weight + one.weight;
        add(mean.parts, one.parts);
        if (inFull) {
            add(mean.history, one.history);
            mean.words += (count == 0 ? QString() : QStringLiteral("\n")) + one.words;
        }
        ++count;
    }
    if (count < 2)
        return mean;
    mean.value /= count;
    mean.weight /= count;
    for (auto* values : {&mean.parts, &mean.history})
        for (double& value : *values)
            value /= count;
    return mean;
}

QColor overlayColor(double value, const QPalette& palette) {
    const QColor none = color(ColorRole::Border, palette);
    if (!std::isfinite(value))
        return none;
    return mapBlend(none, color(value < 0 ? ColorRole::Bad : ColorRole::Accent, palette),
                    0.35 + 0.65 * rootOf(value));
}

void paintOverlayCell(QPainter& painter, const QRectF& cell, const OverlayCell& measured,
                      bool isSigned, const QPalette& palette) {
    if (!measured.isMeasured())
        return;
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    const double thickness =
        std::round(Thinnest + (Thickest - Thinnest) * std::clamp(measured.weight, 0.0, 1.0));
    const QRectF room(cell.left() + 7, cell.bottom() - 3 - thickness, cell.width() - 14, thickness);
    if (!measured.parts.empty()) {
        paintParts(painter, room, measured.parts, palette);
        painter.restore();
        return;
    }
    const double full = isSigned ? room.width() / 2 : room.width();
    const double length = std::max(full * rootOf(measured.value), 1.0);
    const double zero = isSigned ? room.center().x() : room.left();
    const bool against = isSigned && measured.value < 0;
    const QRectF bar(against ? zero - length : zero, room.top(), length, thickness);
    painter.fillRect(bar, overlayColor(measured.value, palette));
    if (against) // to be known in grey too
        for (double x = bar.left() + 2; x < bar.right() - 1; x += 4)
            painter.fillRect(QRectF(x, bar.top(), 1, bar.height()),
                             color(ColorRole::Field, palette));
    if (isSigned)
        painter.fillRect(QRectF(zero - 0.5, room.bottom() - Thickest - 1, 1, Thickest + 2),
                         color(ColorRole::MutedText, palette));
    painter.restore();
}

void paintOverlayLegend(QPainter& painter, const QRectF& area, const PlanOverlay& overlay,
                        const QPalette& palette) {
    painter.save();
    painter.setFont(smallFont());
    const QFontMetricsF metrics(painter.font());
    double left = area.left();
    const auto write = [&](const QString& text) {
        painter.setPen(color(ColorRole::MutedText, palette));
        const double room = std::max(area.right() - left, 0.0);
        const QString shown = metrics.elidedText(text, Qt::ElideRight, room);
        painter.drawText(QRectF(left, area.top(), room, area.height()),
                         Qt::AlignVCenter | Qt::AlignLeft, shown);
        left += metrics.horizontalAdvance(shown) + 6;
    };
    const auto sample = [&](double value) {
        if (left + SampleWidth > area.right())
            return;
        const QRectF cell(left, area.center().y() - 8, SampleWidth, 14);
        paintOverlayCell(painter, cell, {.value = value, .weight = 0.6}, overlay.isSigned, palette);
        left += SampleWidth + 4;
    };
    if (overlay.isSigned) {
        sample(-0.6);
        write(overlay.low);
        sample(0.6);
        write(overlay.high);
    } else if (!overlay.high.isEmpty()) {
        sample(0.6);
        write(overlay.high);
    }
    if (!overlay.weight.isEmpty())
        write(QStringLiteral("· ") + overlay.weight);
    painter.restore();
}

} // namespace concertina
