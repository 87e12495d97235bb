// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/panels.h"

#include "core/model/task_words.h"
#include "core/values/spec_sets.h"
#include "widgets/qt_text.h"

#include <algorithm>
#include <set>

namespace concertina {

namespace {

const std::string trainSplit = "train"; // as the trainer names it, whatever split it trains on

constexpr int lossDigits = 3;

QString labelOf(const MetricInfo& metric) {
    return toQt(metric.label.empty() ? metric.name : metric.label);
}

/// Training and validation of one metric.
std::vector<PanelCurve> bothSplits(const std::string& task, int index, const MetricInfo& metric,
                                   const std::string& validation, const QString& prefix = {}) {
    std::vector<PanelCurve> curves{
        {{task, metric.name, trainSplit}, prefix + QStringLiteral("train"), index, true, metric}};
    if (validation != trainSplit)
        curves.push_back(
            {{task, metric.name, validation}, prefix + toQt(validation), index, false, metric});
    return curves;
}

MetricInfo lossInfo() {
    return {"loss", "loss", "", false, lossDigits};
}

void addTask(std::vector<PlotPanel>& panels, const Catalogue& catalogue, const ExperimentSpec& spec,
             int index) {
    const TaskSpec& task = spec.tasks[static_cast<std::size_t>(index)];
    const std::string& id = task.called();
    const QString label = toQt(taskWords(spec, catalogue, id).label);
    const auto add = [&](const MetricInfo& metric, bool shownByDefault) {
        panels.push_back({metricKey(id, metric.name),
                          label + QStringLiteral(" · ") + labelOf(metric), directionNote(metric),
                          index, shownByDefault,
                          bothSplits(id, index, metric, spec.data.validationSplit)});
    };
    if (const TaskInfo* info = catalogue.task(task.method.id))
        for (const MetricInfo& metric : info->metrics)
            add(metric, &metric == &info->metrics.front());
    add(lossInfo(), false);
}

PlotPanel lossesPanel(const Catalogue& catalogue, const ExperimentSpec& spec) {
    PlotPanel panel{"losses",
                    QStringLiteral("Losses"),
                    QStringLiteral("of each task, lower is better"),
                    -1,
                    true,
                    {}};
    for (std::size_t i = 0; i < spec.tasks.size(); ++i) {
        const std::string& id = spec.tasks[i].called();
        for (const PanelCurve& curve :
             bothSplits(id, static_cast<int>(i), lossInfo(), spec.data.validationSplit,
                        toQt(taskWords(spec, catalogue, id).letter) + QLatin1Char(' ')))
            panel.curves.push_back(curve);
    }
    return panel;
}

/// What balancing gives the tasks, beside their own weights.
PlotPanel weightsPanel(const Catalogue& catalogue, const ExperimentSpec& spec) {
    const MetricInfo metric{"weight", "weight", "", false, 3};
    PlotPanel panel{"weights",
                    QStringLiteral("Weights"),
                    QStringLiteral("of each task, by balancing"),
                    -1,
                    true,
                    {}};
    for (std::size_t i = 0; i < spec.tasks.size(); ++i) {
        const std::string& id = spec.tasks[i].called();
        panel.curves.push_back({{id, metric.name, trainSplit},
                                toQt(taskWords(spec, catalogue, id).letter),
                                static_cast<int>(i),
                                true,
                                metric});
    }
    return panel;
}

/// How often each of several sets has been gone through.
PlotPanel passesPanel(const ExperimentSpec& spec) {
    PlotPanel panel{"passes",
                    QStringLiteral("Passes of the sets"),
                    QStringLiteral("how often each was gone through"),
                    -1,
                    false,
                    {}};
    for (const DataSetSpec& set : spec.data.sets()) {
        const MetricInfo metric{passesSeries(set.called()), "passes", "", true, 2};
        panel.curves.push_back(
            {{"", metric.name, trainSplit}, toQt(set.called()), -1, true, metric});
    }
    return panel;
}

} // namespace

QString directionNote(const MetricInfo& metric) {
    const QString direction = metric.higherIsBetter ? QStringLiteral("higher is better")
                                                    : QStringLiteral("lower is better");
    if (metric.unit.empty())
        return direction;
    const QString unit = metric.unit == "m"   ? QStringLiteral("metres")
                         : metric.unit == "°" ? QStringLiteral("degrees")
                                              : toQt(metric.unit);
    return unit + QStringLiteral(", ") + direction;
}

std::vector<PlotPanel> panelsOf(const ExperimentSpec& spec, const Catalogue& catalogue,
                                const std::vector<SeriesKey>& recorded) {
    std::vector<PlotPanel> panels;
    for (std::size_t i = 0; i < spec.tasks.size(); ++i)
        addTask(panels, catalogue, spec, static_cast<int>(i));
    panels.push_back(lossesPanel(catalogue, spec));
    const BalancingInfo* balancing = catalogue.balancing(spec.train.balancing.id);
    if (balancing != nullptr && balancing->weighs && spec.tasks.size() > 1)
        panels.push_back(weightsPanel(catalogue, spec));
    const auto addShared = [&](const char* name, const char* title, const char* note, int digits) {
        const MetricInfo metric{name, "", "", false, digits};
        panels.push_back({name,
                          QString::fromUtf8(title),
                          QString::fromUtf8(note),
                          -1,
                          false,
                          {{{"", name, trainSplit}, QString(), -1, true, metric}}});
    };
    addShared("loss", "Total loss", "weighted sum, lower is better", lossDigits);
    addShared("lr", "Learning rate", "of each step", 6);
    addShared("grad_norm", "Gradient norm", "of all parameters, before clipping", 3);

    if (!spec.data.others.empty())
        panels.push_back(passesPanel(spec));

    std::set<SeriesKey> known;
    for (const PlotPanel& panel : panels)
        for (const PanelCurve& curve : panel.curves)
            known.insert(curve.key);
    for (const SeriesKey& key : recorded) {
        if (known.contains(key))
            continue;
        const std::string id = metricKey(key.task, key.name) + "@" + key.split;
        panels.push_back(
            {id,
             toQt(id),
             QString(),
             -1,
             false,
             {{key, toQt(key.split), -1, key.split == trainSplit, {key.name, "", "", false, 4}}}});
    }
    return panels;
}

} // namespace concertina
