// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/begin_menu.h"

#include "ui/services/job_service.h"
#include "widgets/qt_text.h"

#include <algorithm>
#include <utility>

namespace concertina {

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
    m_context.jobs.planned(*run,
                           {this, [this, run = *run](Expected<PlannedNetwork> network) {
                                if (m_run() != run)
                                    return; // another one is selected by now
                                clear();
                                if (network)
                                    fill(*network, toQt(network->spec.name));
                                else
                                    addAction(toQt(toText(network.error())))->setEnabled(false);
                            }});
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
