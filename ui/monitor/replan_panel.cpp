// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/replan_panel.h"

#include "core/model/costs.h"
#include "core/model/plan_change.h"
#include "core/model/sharing_edit.h"
#include "core/values/text.h"
#include "ui/services/run_service.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/sharing_matrix.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QListView>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace concertina {

namespace {

constexpr int differencesHeight = 92;

/// The design of a run's network as its record has it: heads as its dataset wants them.
std::optional<NetworkDesign> designOf(const ExperimentSpec& spec, const Json& plan,
                                      const Catalogue& catalogue) {
    std::vector<int> outputs;
    for (const TaskSpec& task : spec.tasks) {
        const TaskInfo* info = catalogue.task(task.method.id);
        if (info == nullptr)
            return std::nullopt;
        outputs.push_back(std::max(1, info->outputs(1)));
    }
    if (catalogue.backbone(spec.network.backbone.id) == nullptr)
        return std::nullopt;
    auto now = planFromJson(plan);
    if (!now)
        return std::nullopt;
    auto design = designNetwork(spec, catalogue, outputs, spec.network.planChanges.size(),
                                std::move(*now));
    return design ? std::optional(std::move(*design)) : std::nullopt;
}

} // namespace

ReplanPanel::ReplanPanel(const PageContext& context, QWidget* host)
    : Overlay(host), m_context(context), m_matrix(new SharingMatrix(this)),
      m_differences(new TonedLabel(ColorRole::Text)),
      m_costs(new TonedLabel(ColorRole::MutedText)), m_apply(new QPushButton(tr("Apply"))),
      m_reset(new QPushButton(tr("Reset"))) {
    setAccessibleName(tr("Change the sharing"));
    setFocusProxy(m_matrix->view());
    auto* title = new TonedLabel(ColorRole::Text, tr("Change the sharing"));
    title->setFont(titleFont());
    auto* help = new TonedLabel(
        ColorRole::MutedText,
        tr("Takes effect before the next step, with a checkpoint before it. Where tasks part, each "
           "begins with a copy of what they had; where they join, copies are averaged."));
    help->setWordWrap(true);
    m_differences->setWordWrap(true);
    m_differences->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_differences->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto* words = new QScrollArea;
    words->setWidgetResizable(true);
    words->setFrameShape(QFrame::NoFrame);
    words->viewport()->setAutoFillBackground(false);
    words->setFixedHeight(differencesHeight);
    words->setWidget(m_differences);
    m_differences->setAutoFillBackground(false);
    auto* cancel = new QPushButton(tr("Cancel"));
    m_reset->setToolTip(tr("Back to the sharing that is trained"));
    m_apply->setDefault(true);

    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_costs, 1);
    buttons->addWidget(m_reset);
    buttons->addWidget(cancel);
    buttons->addWidget(m_apply);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(2 * GridUnit, 12, 2 * GridUnit, 12);
    column->addWidget(title);
    column->addWidget(help);
    column->addWidget(m_matrix, 1);
    column->addWidget(words);
    column->addLayout(buttons);

    connect(m_matrix, &SharingMatrix::stateWanted, this, &ReplanPanel::wantState);
    connect(cancel, &QPushButton::clicked, this, &Overlay::dismiss);
    connect(m_apply, &QPushButton::clicked, this, &ReplanPanel::apply);
    connect(m_reset, &QPushButton::clicked, this, [this] {
        m_rules.clear();
        adoptRules();
    });
}

void ReplanPanel::openOn(const RunRecord& record) {
    m_run = record.summary.id;
    m_step = record.summary.position.step;
    m_spec = readSpec(record.spec).spec;
    m_spec.network.planChanges.resize(
        std::min(m_spec.network.planChanges.size(), record.planChanges.size()));
    m_before = designOf(m_spec, record.plan, m_context.catalogue);
    if (!m_before) {
        m_context.navigator.tell(tr("The sharing of this run cannot be read"));
        return;
    }
    m_rules.clear();
    adoptRules();
    open();
}

/// A row's click, or a key: rules for the layers, on top of those before.
void ReplanPanel::wantState(const std::vector<std::size_t>& layers, SharingState state) {
    const std::vector<std::string> names = m_before->plan.layerNames();
    const auto before = m_rules;
    for (const std::string& pattern : layerPatterns(names, layers)) {
        // A later rule for the same layers takes the place of an earlier one.
        std::erase_if(m_rules, [&](const std::string& rule) {
            return parseSharingRule(rule).value().layers == pattern;
        });
        m_rules.push_back(toText(SharingRule{.layers = pattern, .state = state}));
    }
    adoptRules();
    if (!m_after) { // a state that some of the layers cannot have
        m_rules = before;
        adoptRules();
    }
}

void ReplanPanel::adoptRules() {
    NetworkSpec network = m_spec.network;
    m_after = m_before;
    for (const std::string& rule : m_rules) {
        auto changed = withPlanChange(network, {m_step, rule}, *m_after, m_context.catalogue);
        if (!changed && changed.error().code == "plan_change.nothing")
            continue;
        if (!changed) {
            m_after.reset();
            return;
        }
        network = std::move(*changed);
        m_after =
            designAfter(network, network.planChanges.size(), *m_before, m_context.catalogue);
    }
    std::vector<SharingTask> tasks;
    for (const TaskSpec& task : m_spec.tasks)
        if (const TaskInfo* info = m_context.catalogue.task(task.method.id))
            tasks.push_back({toQt(info->letter), toQt(info->label)});
    m_matrix->setNetwork(*m_after, std::move(tasks));

    const auto words = differences(*m_before, *m_after);
    m_differences->setText(words.empty() ? tr("As it is trained now. Click a layer to change it.")
                                         : toQt(join(words, "\n")));
    const CostSettings settings{.batch = m_spec.train.batch};
    const NetworkCosts from = networkCosts(*m_before, settings);
    const NetworkCosts to = networkCosts(*m_after, settings);
    const auto ratio = [](const NetworkCosts& costs) {
        return QStringLiteral("×") + toQt(fixedText(costs.stepAgainstPlain, 2));
    };
    m_costs->setText(words.empty()
                         ? tr("Step, against plain: %1").arg(ratio(from))
                         : tr("Step, against plain: %1 → %2").arg(ratio(from), ratio(to)));
    m_apply->setEnabled(!words.empty());
    m_reset->setEnabled(!m_rules.empty());
}

void ReplanPanel::apply() {
    for (const std::string& rule : m_rules)
        m_context.runs.changePlan(m_run, rule);
    m_context.navigator.tell(tr("The sharing changes before the next step"));
    dismiss();
}

} // namespace concertina
