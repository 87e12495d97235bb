// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/trial_card.h"

#include "core/model/catalogue.h"
#include "core/model/task_words.h"
#include "core/values/text.h"
#include "ui/services/job_service.h"
#include "ui/services/run_service.h"
#include "widgets/controls/toned_label.h"
#include "widgets/plots/curve_plot.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace concertina {

namespace {

constexpr int UsualSteps = 50;
constexpr int MostSteps = 100'000;
constexpr std::size_t Averaged = 10; ///< last steps, of which a loss is the mean

std::optional<double> validated(const TriedPlan& plan, const std::string& task,
                                const std::string& metric) {
    for (const MetricValue& value : plan.validation)
        if (value.task == task && value.name == metric)
            return value.value;
    return std::nullopt;
}

/// Of the first batch, before anything has learned from it.
std::optional<double> firstLoss(const TriedPlan& plan) {
    if (!plan.steps.empty())
        for (const MetricValue& value : plan.steps.front().values)
            if (value.task.empty() && value.name == "loss")
                return value.value;
    return std::nullopt;
}

PlotCurve lossCurve(const TriedPlan& plan, const QString& label, int task) {
    auto series = std::make_shared<Series>();
    for (const StepEvent& step : plan.steps)
        for (const MetricValue& value : step.values)
            if (value.task.empty() && value.name == "loss")
                series->append(
                    {step.position.step, step.position.epoch, step.position.seconds, value.value});
    return {.label = label,
            .series = std::move(series),
            .task = task,
            .metric = {.name = "loss", .label = "loss", .digits = 3}};
}

} // namespace

TrialCard::TrialCard(const PageContext& context, QWidget* parent)
    : Card(tr("What would happen?"), parent),
      m_context(context),
      m_words(new TonedLabel(ColorRole::MutedText)),
      m_steps(new QSpinBox),
      m_progress(new QProgressBar),
      m_plot(new CurvePlot(tr("Loss, as it is and changed"), m_group)),
      m_numbers(new QGridLayout),
      m_numbersPart(new QWidget),
      m_start(new QPushButton(tr("Try"))),
      m_apply(new QPushButton(tr("Apply the change"))) {
    m_words->setWordWrap(true);
    m_steps->setRange(1, MostSteps);
    m_steps->setValue(UsualSteps);
    m_steps->setSuffix(tr(" steps"));
    m_steps->setAccessibleName(tr("Steps of each of the two"));
    m_progress->setTextVisible(false);
    m_progress->setRange(0, 1000);
    m_progress->setFixedHeight(6);
    m_plot->setEmptyText(tr("The losses of both will be here"));
    m_numbersPart->setLayout(m_numbers);
    m_numbers->setContentsMargins(0, 0, 0, 0);
    m_numbers->setVerticalSpacing(2);
    auto* close = new QPushButton(tr("Close"));
    auto* line = new QHBoxLayout;
    line->addWidget(m_steps);
    line->addWidget(m_start);
    line->addStretch(1);
    line->addWidget(close);
    line->addWidget(m_apply);
    auto* side = new QHBoxLayout;
    side->setSpacing(2 * GridUnit);
    side->addWidget(m_plot, 3);
    side->addWidget(m_numbersPart, 2, Qt::AlignTop);
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(12, 4, 12, GridUnit);
    column->addWidget(m_words);
    column->addWidget(m_progress);
    column->addLayout(side, 1);
    column->addLayout(line);
    setBody(body);
    connect(m_start, &QPushButton::clicked, this, [this] { isTrying() ? stop() : start(); });
    connect(close, &QPushButton::clicked, this, [this] {
        stop();
        Q_EMIT closed();
    });
    connect(m_apply, &QPushButton::clicked, this, &TrialCard::applyWanted);
    connect(&m_context.runs, &RunService::changed, this, &TrialCard::followRuns);
}

TrialCard::~TrialCard() = default;

void TrialCard::openOn(const RunId& run, const ExperimentSpec& spec, std::vector<std::string> rules,
                       bool joins) {
    stop();
    m_run = run;
    m_spec = spec;
    m_rules = std::move(rules);
    m_lines.clear();
    m_plot->setCurves({});
    m_numbersPart->hide();
    const QString what = tr("Trains the last checkpoint on as it is and with %1, on the same "
                            "batches. A run that is going waits for it, and then goes on as if "
                            "nothing had been tried.")
                             .arg(toQt(join(m_rules, "; ")));
    say(joins ? tr("This change alters what the network computes at once: what is joined is "
                   "averaged, and what was merged and is parted no longer is. Look at the loss "
                   "before it is kept, or apply it as it is.")
                    + QLatin1Char(' ') + what
              : what);
    setStage(Stage::Asking);
}

std::optional<RunState> TrialCard::ownState() const {
    for (const OwnRun& own : m_context.runs.runs())
        if (own.run == m_run)
            return own.state;
    return std::nullopt;
}

void TrialCard::start() {
    m_goesOn = ownState() == RunState::Running;
    if (m_goesOn) {
        say(tr("The run pauses with a checkpoint…"));
        setStage(Stage::Pausing);
        m_context.runs.pause(m_run);
        followRuns();
    } else {
        train();
    }
}

/// Begins when the run waits; one that ended meanwhile has a checkpoint as well.
void TrialCard::followRuns() {
    if (m_stage != Stage::Pausing)
        return;
    const auto own = ownState();
    if (own == RunState::Running)
        return;
    m_goesOn = own == RunState::Paused;
    train();
}

void TrialCard::train() {
    setStage(Stage::Training);
    m_asker = std::make_unique<QObject>();
    m_context.jobs.tryPlan(m_run, m_rules, m_steps->value(),
                           {m_asker.get(),
                            [this](Expected<Trial> trial) { finish(std::move(trial)); },
                            [this](double share, const QString& what) {
                                m_progress->setValue(static_cast<int>(1000 * share));
                                say(tr("Training %1…").arg(what));
                            }});
}

void TrialCard::finish(Expected<Trial> trial) {
    goOn();
    if (trial)
        show(*trial);
    else
        say(toQt(toText(trial.error())), true);
}

void TrialCard::goOn() {
    m_asker.release()->deleteLater(); // it is the one that answers
    if (std::exchange(m_goesOn, false))
        m_context.runs.resume(m_run);
    setStage(Stage::Asking);
}

void TrialCard::stop() {
    if (!isTrying())
        return;
    m_asker.reset();
    if (std::exchange(m_goesOn, false))
        m_context.runs.resume(m_run);
    setStage(Stage::Asking);
    say(tr("Stopped. The run is as it was."));
}

void TrialCard::show(const Trial& trial) {
    QString words = tr("%1 steps from step %2 on, of the same batches.")
                        .arg(trial.now.steps.size())
                        .arg(trial.step);
    for (const TriedPlan* plan : {&trial.now, &trial.changed})
        if (plan->problem)
            words +=
                QLatin1Char(' ')
                + (plan == &trial.now ? tr("As it is it failed: %1") : tr("Changed it failed: %1"))
                      .arg(toQt(toText(*plan->problem)));
    say(words, trial.now.problem || trial.changed.problem);
    m_plot->setCurves(
        {lossCurve(trial.now, tr("as it is"), -1), lossCurve(trial.changed, tr("changed"), 0)});
    showNumbers(trial);
}

void TrialCard::showNumbers(const Trial& trial) {
    while (QLayoutItem* item = m_numbers->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    m_lines.clear();
    int row = 0;
    const auto add = [&](const QString& what, const std::optional<double>& now,
                         const std::optional<double>& changed, int digits, bool higherIsBetter) {
        const auto text = [&](const std::optional<double>& value) {
            return value ? toQt(fixedText(*value, digits)) : QStringLiteral("–");
        };
        const double better = now && changed ? (*changed - *now) * (higherIsBetter ? 1 : -1) : 0;
        const QStringList cells{what, text(now), text(changed)};
        for (int column = 0; column < cells.size(); ++column) {
            auto* label = new TonedLabel(column == 0                 ? ColorRole::MutedText
                                         : column == 2 && better > 0 ? ColorRole::Good
                                                                     : ColorRole::Text,
                                         cells[column]);
            label->setFont(smallFont());
            if (column > 0)
                label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
            m_numbers->addWidget(label, row, column);
        }
        m_lines << cells.join(QStringLiteral(", "));
        ++row;
    };
    for (const QString& title : {QString(), tr("as it is"), tr("changed")}) {
        auto* label = new TonedLabel(ColorRole::MutedText, title);
        label->setFont(smallFont());
        m_numbers->addWidget(label, 0, m_numbers->count(), Qt::AlignRight);
    }
    row = 1;
    add(tr("loss at once"), firstLoss(trial.now), firstLoss(trial.changed), 3, false);
    add(tr("loss"), lastMean(trial.now, "", "loss", Averaged),
        lastMean(trial.changed, "", "loss", Averaged), 3, false);
    for (const TaskSpec& task : m_spec.tasks)
        if (const TaskInfo* info = m_context.catalogue.task(task.method.id)) {
            const MetricInfo& metric = info->metrics.front();
            add(QStringLiteral("%1 %2").arg(
                    toQt(taskWords(m_spec, m_context.catalogue, task.called()).label),
                    toQt(metric.label)),
                validated(trial.now, task.called(), metric.name),
                validated(trial.changed, task.called(), metric.name), metric.digits,
                metric.higherIsBetter);
        }
    add(tr("ms a step"), 1000 * stepSeconds(trial.now), 1000 * stepSeconds(trial.changed), 0,
        false);
    m_numbersPart->show();
}

QString TrialCard::words() const {
    return m_words->text();
}

void TrialCard::say(const QString& text, bool bad) {
    m_words->setRole(bad ? ColorRole::Bad : ColorRole::MutedText);
    m_words->setText(text);
}

void TrialCard::setStage(Stage stage) {
    m_stage = stage;
    m_progress->setValue(0);
    m_progress->setVisible(stage == Stage::Training);
    m_steps->setEnabled(stage == Stage::Asking);
    m_start->setText(stage == Stage::Asking ? tr("Try") : tr("Stop"));
    m_apply->setEnabled(stage == Stage::Asking);
}

} // namespace concertina
