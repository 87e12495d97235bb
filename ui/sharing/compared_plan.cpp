// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/compared_plan.h"

#include "core/model/plan_file.h"
#include "core/model/plan_rules.h"
#include "ui/experiment/plan_draft.h"
#include "ui/services/dialogs.h"
#include "ui/store/store_access.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/plan_matrix.h"

#include <QAction>
#include <QFile>
#include <QFileInfo>
#include <QMenu>

#include <algorithm>

namespace concertina {

namespace {

constexpr std::size_t MostRuns = 15; ///< in the menu, the latest

bool isOfOneNetwork(const NetworkDesign& a, const NetworkDesign& b) {
    return a.plan.layerNames() == b.plan.layerNames() && a.plan.tasks == b.plan.tasks;
}

} // namespace

ComparedPlan::ComparedPlan(const PageContext& context, QWidget* parent)
    : Card(tr("The plan before"), parent),
      m_context(context),
      m_matrix(new PlanMatrix),
      m_chooser(new QAction(tr("Differences"), this)),
      m_beside(new QAction(tr("Side by side"), this)) {
    setBody(m_matrix);
    m_chooser->setToolTip(tr("Marks where the plan is other than before, or than another one"));
    auto* menu = new QMenu(this);
    menu->setToolTipsVisible(true);
    m_chooser->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &ComparedPlan::fillMenu);
    m_beside->setToolTip(tr("The other plan in place of the map"));
    m_beside->setCheckable(true);
    m_beside->setShortcut(QKeySequence(Qt::CTRL | Qt::Key_D));
    m_beside->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(m_beside, &QAction::triggered, this, &ComparedPlan::changed);
}

QString ComparedPlan::name() const {
    return m_chosen ? m_chosen->name : tr("before");
}

bool ComparedPlan::isBeside() const {
    return m_beside->isChecked() && m_plan;
}

void ComparedPlan::forget() {
    m_chosen.reset();
}

/// The runs come when the store has answered.
void ComparedPlan::fillMenu() {
    QMenu& menu = *m_chooser->menu();
    menu.clear();
    qDeleteAll(menu.findChildren<QMenu*>()); // which `clear` leaves
    QAction* before = menu.addAction(tr("Against the plan before the change"), this, [this] {
        forget();
        Q_EMIT changed();
    });
    before->setCheckable(true);
    before->setChecked(!m_chosen);
    menu.addAction(tr("Against a plan's file…"), this, &ComparedPlan::chooseFile);
    QMenu* runs = menu.addMenu(tr("Against a run"));
    runs->addAction(tr("Reading…"))->setEnabled(false);
    menu.addSeparator();
    menu.addAction(m_beside);
    m_context.store.call(
        this, [](const Store& store) { return store.runs(); },
        [this, runs = QPointer(runs)](Expected<std::vector<RunSummary>> all) {
            if (!runs || !all)
                return;
            runs->clear();
            std::ranges::sort(*all, std::greater{}, &RunSummary::number);
            for (std::size_t i = 0; i < std::min(all->size(), MostRuns); ++i) {
                const RunSummary& run = (*all)[i];
                const QString name = tr("run %1").arg(run.number);
                runs->addAction(QStringLiteral("%1 · %2").arg(name, toQt(run.name)), this,
                                [this, id = run.id, name] { chooseRun(id, name); });
            }
            if (runs->isEmpty())
                runs->addAction(tr("None so far"))->setEnabled(false);
        });
}

/// Of another network its rules are looked at.
void ComparedPlan::chooseRun(const RunId& run, const QString& name) {
    m_context.store.call(
        this, [run](const Store& store) { return store.run(run); },
        [this, name](Expected<RunRecord> record) {
            if (!record)
                return refused(toQt(toText(record.error())));
            const auto draft = PlanDraft::of(*record, std::nullopt, m_context.catalogue);
            if (!draft)
                return refused(tr("The sharing of %1 cannot be read.").arg(name));
            const NetworkDesign& design = *draft->before();
            choose(name, [&](const NetworkDesign& own) {
                return planForNetwork(
                    design.plan, [&] { return rulesOf(design.plan, design.sharedFactors()); },
                    name.toStdString(), own.sharedFactors(), own.plan.tasks);
            });
        });
}

void ComparedPlan::chooseFile() {
    const auto name = m_context.dialogs.openFile(this, tr("Compare with a plan"),
                                                 tr("Plans of sharing (*.json)"));
    if (!name)
        return;
    QFile file(*name);
    const QString shown = QFileInfo(file).fileName();
    if (!file.open(QIODevice::ReadOnly) || file.size() > LargestPlanFile)
        return refused(tr("%1 can't be read: %2")
                           .arg(shown, file.isOpen() ? tr("it is too large") : file.errorString()));
    choose(shown, [&](const NetworkDesign& own) {
        return planOfFile(file.read(LargestPlanFile).toStdString(), shown.toStdString(),
                          own.sharedFactors(), own.plan.tasks);
    });
}

/// What is shown may have gone while it was asked for.
void ComparedPlan::choose(
    const QString& name,
    const std::function<Expected<SharingPlan>(const NetworkDesign& own)>& planFor) {
    const NetworkDesign* after = m_subject ? m_subject->after().get() : nullptr;
    if (after == nullptr)
        return;
    auto plan = planFor(*after);
    if (!plan)
        return refused(toQt(toText(plan.error())));
    auto design = withPlan(*after, std::move(*plan));
    if (!design)
        return refused(toQt(toText(design.error())));
    m_chosen = Chosen{name, std::move(*design)};
    Q_EMIT changed();
}

/// A chosen plan of another network goes.
void ComparedPlan::show(PlanSubject* subject, std::vector<SharingTask> tasks) {
    m_subject = subject;
    const NetworkDesign* after = subject != nullptr ? subject->after().get() : nullptr;
    if (m_chosen && after != nullptr && !isOfOneNetwork(m_chosen->design, *after))
        forget();
    const NetworkDesign* other = m_chosen           ? &m_chosen->design
                                 : after != nullptr ? subject->before().get()
                                                    : nullptr;
    if (after == nullptr || other == nullptr || !isOfOneNetwork(*other, *after)) {
        m_plan.reset();
        return;
    }
    m_plan = other->plan;
    if (!isBeside())
        return;
    setTitle(m_chosen ? tr("The plan of %1").arg(name()) : tr("The plan before"));
    m_matrix->setNetwork(*other, std::move(tasks));
    m_matrix->model().setOther(after->plan, tr("beside it"));
    setNote(m_matrix->model().isOther() ? tr("◥ other than the plan beside it")
                                        : tr("the same plan"));
}

} // namespace concertina
