// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/begin_menu.h"

#include "core/model/plan_change.h"
#include "core/values/initial_source.h"
#include "ui/store/store_access.h"
#include "widgets/qt_text.h"

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

/// A run's network by its last checkpoint. Problems of the store, of its spec and plan, and
/// "run.no_checkpoint".
Expected<std::pair<PlannedNetwork, std::string>> trainedNetwork(Store& store, const RunId& run) {
    const auto record = store.run(run);
    if (!record)
        return failure(record.error());
    const auto checkpoint = store.latestCheckpoint(run);
    if (!checkpoint)
        return failure(checkpoint.error());
    if (!*checkpoint)
        return failure({"run.no_checkpoint", run, "no checkpoint", "a run that has trained",
                        "wait for its first validation"});
    SpecReading reading = readSpec(record->spec);
    if (!reading.problems.empty())
        return failure(reading.problems.front());
    auto plan = planFromJson(record->plan);
    if (!plan)
        return failure(plan.error());
    const std::int64_t step = (*checkpoint)->position.step;
    return std::pair(PlannedNetwork{.spec = std::move(reading.spec),
                                    .changes = record->planChanges.size(),
                                    .plan = std::move(*plan),
                                    .initial = toText(InitialSource{.place = run, .step = step})},
                     record->summary.name);
}

} // namespace

BeginMenu::BeginMenu(PageContext context, std::function<std::optional<RunId>()> run,
                     QWidget* parent)
    : QMenu(tr("Begin from it"), parent), m_context(context), m_run(std::move(run)) {
    setToolTipsVisible(true);
    connect(this, &QMenu::aboutToShow, this, &BeginMenu::read);
}

void BeginMenu::read() {
    clear();
    addAction(tr("Reading the run…"))->setEnabled(false);
    const auto run = m_run();
    if (!run)
        return;
    m_context.store.call(
        this, [run = *run](Store& store) { return trainedNetwork(store, run); },
        [this, run = *run](const Expected<std::pair<PlannedNetwork, std::string>>& read) {
            if (m_run() != run)
                return; // another one is selected by now
            clear();
            if (read)
                fill(read->first, toQt(read->second));
            else
                addAction(toQt(toText(read.error())))->setEnabled(false);
        });
}

void BeginMenu::fill(const PlannedNetwork& network, const QString& name) {
    const auto offer = [&](const QString& text, const QString& help, auto make) {
        QAction* action = addAction(text);
        action->setToolTip(help);
        connect(action, &QAction::triggered, this,
                [this, network, name, make] { open(make(network, m_context.catalogue), name); });
    };
    offer(tr("Its tasks"), tr("Trains them on, with this run's network in place of new weights"),
          [](const PlannedNetwork& from, const Catalogue& catalogue) {
              return withInitial(from, catalogue);
          });
    std::vector<const TaskInfo*> missing, there;
    for (const TaskInfo& task : m_context.catalogue.tasks)
        (std::ranges::count(network.plan.tasks, task.id) == 0 ? missing : there).push_back(&task);
    if (!missing.empty())
        addSeparator();
    for (const TaskInfo* task : missing)
        offer(tr("Add %1").arg(toQt(task->label).toLower()),
              tr("What the run's tasks use rests: their outputs stay as they are, to the bit"),
              [id = task->id](const PlannedNetwork& from, const Catalogue& catalogue) {
                  return withTaskAdded(from, {.id = id}, catalogue);
              });
    if (there.size() < 2)
        return;
    addSeparator();
    for (const TaskInfo* task : there)
        offer(tr("Drop %1").arg(toQt(task->label).toLower()),
              tr("The others begin with the outputs that they have, and are trained on"),
              [id = task->id](const PlannedNetwork& from, const Catalogue& catalogue) {
                  return withTaskDropped(from, id, catalogue);
              });
}

void BeginMenu::open(const Expected<ExperimentSpec>& spec, const QString& name) {
    if (spec)
        m_context.navigator.open(EditSpec{*spec, tr("begins from %1").arg(name)});
    else
        Q_EMIT refused(tr("No experiment could be made of %1.").arg(name), spec.error());
}

} // namespace concertina
