// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPalette>
#include <QRectF>
#include <QString>

#include <limits>
#include <vector>

class QPainter;

namespace concertina {

/// What was measured of one task in one layer.
struct OverlayCell {
    double value = std::numeric_limits<double>::quiet_NaN(); ///< NaN: not measured
    double weight = 1;                                       ///< 0 to 1: how thick it is drawn
    std::vector<double> parts{};   ///< shares, 1 in sum, in place of one value
    QString words{};               ///< the numbers
    std::vector<double> history{}; ///< the value at steps before, for a small curve

    bool isMeasured() const;

    bool operator==(const OverlayCell&) const = default;
};

/// Measurements that lie over a plan: over the cells of the matrix and the stations of the map.
struct PlanOverlay {
    bool isSigned = false; ///< values go from −1 to 1, else from 0 to 1
    QString low{};         ///< what the ends of the scale mean, for the legend
    QString high{};
    QString weight{};                              ///< what is thicker; empty: all is as thick
    std::vector<std::vector<OverlayCell>> cells{}; ///< by layer of the plan and task

    bool isEmpty() const { return cells.empty(); }

    /// The mean of some layers for a task; not measured where none of them is.
    OverlayCell cell(const std::vector<std::size_t>& layers, int task) const;

    /// The same without words and history: what is drawn.
    OverlayCell drawn(const std::vector<std::size_t>& layers, int task) const;

private:
    OverlayCell mean(const std::vector<std::size_t>& layers, int task, bool inFull) const;
};

/// The colour of a value: towards the accent, below 0 towards that of problems; by the root, as
/// small values are what there is.
QColor overlayColor(double value, const QPalette& palette);

/// A bar along the foot of a cell. Signed ones begin in the middle: to the left and notched what
/// pulls against the others, to the right what pulls with them.
void paintOverlayCell(QPainter& painter, const QRectF& cell, const OverlayCell& measured,
                      bool isSigned, const QPalette& palette);

/// What bars mean, in one line of `area`.
void paintOverlayLegend(QPainter& painter, const QRectF& area, const PlanOverlay& overlay,
                        const QPalette& palette);

} // namespace concertina
