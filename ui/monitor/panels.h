// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/values/metric.h"
#include "core/values/spec.h"
#include "db/records.h"

#include <QString>

#include <string>
#include <vector>

namespace concertina {

/// A curve of a panel, before there are points of it.
struct PanelCurve {
    SeriesKey key;
    QString label;
    int task = -1; ///< index in the spec; -1: of none
    bool training = false;
    MetricInfo metric;

    bool operator==(const PanelCurve&) const = default;
};

/// What one plot of a run shows.
struct PlotPanel {
    std::string id; ///< the same in every run: "segmentation/miou", "losses", "lr"
    QString title;
    QString note; ///< unit and direction: "m, lower is better"
    int task = -1;
    bool shownByDefault = false; ///< shown where the user chose nothing
    std::vector<PanelCurve> curves;

    bool operator==(const PlotPanel&) const = default;
};

/// Every panel that a run of this spec can have, in the order of tasks and metrics, and what else
/// was recorded.
std::vector<PlotPanel> panelsOf(const ExperimentSpec& spec, const Catalogue& catalogue,
                                const std::vector<SeriesKey>& recorded);

/// "m, lower is better".
QString directionNote(const MetricInfo& metric);

/// A task's label in the catalogue; its id where it is not there.

} // namespace concertina
