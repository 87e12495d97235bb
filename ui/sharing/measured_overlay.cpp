// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/measured_overlay.h"

#include "core/values/task_pull.h"
#include "core/values/text.h"
#include "widgets/qt_text.h"

#include <QObject>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <span>

namespace concertina {

namespace {

constexpr std::size_t HistoryPoints = 40;

QString cosineWords(double cosine) {
    return toQt(fixedText(cosine, 2)).replace(QLatin1Char('-'), QChar(0x2212));
}

QString pullWords(const TaskPull& pull) {
    const QString norms =
        QObject::tr("gradient %1, that of the others %2")
            .arg(toQt(digitsText(pull.norm, 3)), toQt(digitsText(pull.othersNorm, 3)));
    if (!std::isfinite(pull.cosine))
        return norms;
    return QObject::tr("%1: cosine %2, %3 (%4 measurements, %5)")
        .arg(pull.cosine < 0 ? QObject::tr("pulls against the others")
                             : QObject::tr("pulls with the others"),
             cosineWords(pull.cosine), norms)
        .arg(pull.samples)
        .arg(toQt(pull.estimator));
}

std::size_t placeOf(const std::vector<std::string>& names, const std::string& name) {
    return static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
}

/// The rows of measurements up to a step.
std::span<const ConflictRow> until(const std::vector<ConflictRow>& rows, std::int64_t step) {
    const auto end = std::ranges::upper_bound(rows, step, {}, &ConflictRow::step);
    return {rows.begin(), end};
}

/// A task's value in each of some measurements, at even distances, with the last.
void addHistory(Measured kind, PlanOverlay& overlay, std::span<const ConflictRow> rows,
                const MeasuredNetwork& network) {
    std::vector<std::span<const ConflictRow>> measurements;
    for (std::size_t first = 0; first < rows.size();) {
        std::size_t end = first;
        while (end < rows.size() && rows[end].step == rows[first].step)
            ++end;
        measurements.push_back(rows.subspan(first, end - first));
        first = end;
    }
    const std::size_t count = std::min(measurements.size(), HistoryPoints);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t at =
            count == 1 ? measurements.size() - 1 : i * (measurements.size() - 1) / (count - 1);
        for (const TaskPull& pull : taskPulls(conflictMeans(measurements[at], 1, network.layers))) {
            const std::size_t layer = placeOf(network.layers, pull.layer);
            const std::size_t task = placeOf(network.tasks, pull.task);
            if (layer >= network.layers.size() || task >= network.tasks.size())
                continue;
            auto& history = overlay.cells[layer][task].history;
            history.resize(count, std::numeric_limits<double>::quiet_NaN());
            history[i] = kind == Measured::Conflict ? pull.cosine : pull.norm;
        }
    }
}

PlanOverlay emptyOverlay(const MeasuredNetwork& network) {
    PlanOverlay overlay;
    overlay.cells.assign(network.layers.size(), std::vector<OverlayCell>(network.tasks.size()));
    return overlay;
}

QString mixtureWords(const FactorReading& mixture) {
    QStringList shares;
    for (std::size_t i = 0; i < mixture.values.size(); ++i)
        shares << QObject::tr("%1 of %2 %3")
                      .arg(toQt(shareText(mixture.values[i])), toQt(mixture.part))
                      .arg(i + 1);
    return QObject::tr("mixes %1").arg(shares.join(QStringLiteral(", ")));
}

} // namespace

PlanOverlay conflictOverlay(Measured kind, const std::vector<ConflictRow>& rows,
                            const MeasuredNetwork& network, std::int64_t upTo) {
    const auto known = until(rows, upTo);
    const auto pulls = taskPulls(conflictMeans(known, ConflictWindow, network.layers));
    if (pulls.empty())
        return {};
    PlanOverlay overlay = emptyOverlay(network);
    overlay.isSigned = kind == Measured::Conflict;
    if (overlay.isSigned) {
        overlay.low = QObject::tr("pulls against the others");
        overlay.high = QObject::tr("with them");
        overlay.weight = QObject::tr("thicker: a longer gradient");
    } else {
        overlay.high = QObject::tr("length of its gradient, beside the network's longest");
    }
    std::map<std::string, double> longest; // of each layer
    double longestOfAll = 0;
    for (const TaskPull& pull : pulls) {
        longest[pull.layer] = std::max(longest[pull.layer], pull.norm);
        longestOfAll = std::max(longestOfAll, pull.norm);
    }
    for (const TaskPull& pull : pulls) {
        const std::size_t layer = placeOf(network.layers, pull.layer);
        const std::size_t task = placeOf(network.tasks, pull.task);
        if (layer >= network.layers.size() || task >= network.tasks.size())
            continue; // of a plan before
        OverlayCell& cell = overlay.cells[layer][task];
        cell.value = overlay.isSigned   ? pull.cosine
                     : longestOfAll > 0 ? pull.norm / longestOfAll
                                        : 0;
        if (overlay.isSigned)
            cell.weight = longest[pull.layer] > 0 ? pull.norm / longest[pull.layer] : 0;
        cell.words = pullWords(pull);
    }
    addHistory(kind, overlay, known, network);
    return overlay;
}

PlanOverlay readingsOverlay(Measured kind, const FactorReadings& readings,
                            const MeasuredNetwork& network) {
    if (readings.copies.empty())
        return {};
    PlanOverlay overlay = emptyOverlay(network);
    overlay.high = kind == Measured::Claims ? QObject::tr("the task claims the layer")
                                            : QObject::tr("shares of what the task mixes");
    for (std::size_t l = 0; l < network.layers.size(); ++l)
        for (std::size_t t = 0; t < network.tasks.size(); ++t) {
            OverlayCell& cell = overlay.cells[l][t];
            if (kind == Measured::Claims) {
                const FactorReading* gate = readings.gate(network.layers[l], network.tasks[t]);
                if (gate == nullptr || gate->values.empty())
                    continue;
                cell.value = gate->open ? 1 : 0;
                cell.words = QObject::tr("score %1, threshold %2")
                                 .arg(toQt(digitsText(gate->values.front(), 3)),
                                      toQt(digitsText(gate->threshold, 3)));
                continue;
            }
            const FactorReading* mixture = readings.mixture(network.layers[l], network.tasks[t]);
            if (mixture == nullptr)
                mixture = readings.mixture("", network.tasks[t]);
            if (mixture == nullptr || mixture->values.empty())
                continue;
            cell.parts = mixture->values;
            cell.value = *std::ranges::max_element(mixture->values);
            cell.words = mixtureWords(*mixture);
        }
    return overlay;
}

PlanOverlay distanceOverlay(const KernelDistances& distances, const MeasuredNetwork& network) {
    if (distances.layers.empty())
        return {};
    PlanOverlay overlay = emptyOverlay(network);
    overlay.high = QObject::tr("distance of its kernel from the tasks' mean, beside the farthest");
    double farthest = 0;
    for (const auto& layer : distances.values)
        for (const double value : layer)
            if (std::isfinite(value))
                farthest = std::max(farthest, value);
    for (std::size_t l = 0; l < distances.layers.size(); ++l)
        for (std::size_t t = 0; t < distances.tasks.size(); ++t) {
            const double value = distances.values[l][t];
            const std::size_t layer = placeOf(network.layers, distances.layers[l]);
            const std::size_t task = placeOf(network.tasks, distances.tasks[t]);
            if (!std::isfinite(value) || layer >= network.layers.size()
                || task >= network.tasks.size())
                continue;
            OverlayCell& cell = overlay.cells[layer][task];
            cell.value = farthest > 0 ? value / farthest : 0;
            cell.words = QObject::tr("its kernel is %1 from the mean of the tasks'")
                             .arg(toQt(shareText(value)));
        }
    return overlay;
}

std::vector<std::int64_t> measuredSteps(const std::vector<ConflictRow>& rows) {
    std::vector<std::int64_t> steps;
    for (const ConflictRow& row : rows)
        if (steps.empty() || steps.back() != row.step)
            steps.push_back(row.step);
    return steps;
}

} // namespace concertina
