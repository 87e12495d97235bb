// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/monitor_page.h"

#include "ui/monitor/conflict_card.h"
#include "ui/monitor/curve_board.h"
#include "ui/monitor/events_card.h"
#include "ui/monitor/now_card.h"
#include "ui/monitor/predictions_card.h"
#include "ui/monitor/progress_strip.h"
#include "ui/monitor/replan_panel.h"
#include "ui/monitor/run_chooser.h"
#include "ui/monitor/run_feed.h"
#include "ui/monitor/run_marks.h"
#include "ui/runs/run_text.h"
#include "widgets/controls/card_splitter.h"
#include "widgets/controls/icon.h"
#include "widgets/controls/notice_bar.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QEvent>
#include <QHBoxLayout>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

const QString acrossKey = QStringLiteral("monitor/across");
const QString downKey = QStringLiteral("monitor/down");

std::vector<SeriesKey> keysOf(const std::vector<SeriesInfo>& series) {
    std::vector<SeriesKey> keys;
    for (const SeriesInfo& info : series)
        keys.push_back(info.key);
    return keys;
}

} // namespace

MonitorPage::MonitorPage(PageContext context, QWidget* parent)
    : Page(parent),
      m_context(context),
      m_feed(new RunFeed(context.store, this)),
      m_stack(new QStackedWidget),
      m_chooser(new RunChooser(context)),
      m_notices(new NoticeBar),
      m_progress(new ProgressStrip),
      m_board(new CurveBoard(context, *m_feed)),
      m_now(new NowCard),
      m_conflict(new ConflictCard(*m_feed, context.catalogue)),
      m_events(new EventsCard),
      m_predictions(new PredictionsCard(context.store, context.catalogue)),
      m_replanner(new ReplanPanel(context, this)) {
    makeActions();
    m_stack->addWidget(m_chooser);
    m_stack->addWidget(makeBoard());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* strip = new QHBoxLayout;
    strip->setContentsMargins(GridUnit, 0, GridUnit, 0);
    strip->addWidget(m_notices);
    column->addLayout(strip);
    column->addWidget(m_stack, 1);
    m_notices->hide();
    adoptState(); // no run yet: no buttons

    connect(m_chooser, &RunChooser::chosen, this, &MonitorPage::showRun);
    connect(m_feed, &RunFeed::recordChanged, this, &MonitorPage::adoptRecord);
    connect(m_feed, &RunFeed::keysChanged, this, &MonitorPage::adoptPanels);
    connect(m_feed, &RunFeed::problemChanged, this, &MonitorPage::adoptProblem);
    connect(m_feed, &RunFeed::eventsChanged, this, [this] {
        m_events->show(m_feed->events());
        adoptMarks();
    });
    connect(m_feed, &RunFeed::previewsChanged, this,
            [this] { m_predictions->show(m_feed->run(), m_spec, m_feed->previews()); });
    connect(&context.runs, &RunService::changed, this, [this] {
        adoptState();
        m_feed->refresh();
    });
    connect(&context.runs, &RunService::failed, this,
            [this](const RunId& run, const Problem& problem) {
                if (run != m_feed->run())
                    return;
                m_wish = Wish::None;
                m_notices->add(Pill::Tone::Bad, toQt(toText(problem)));
                adoptState();
            });
}

MonitorPage::~MonitorPage() {
    m_context.settings.setValue(acrossKey, m_across->saveState());
    m_context.settings.setValue(downKey, m_down->saveState());
}

QWidget* MonitorPage::makeBoard() {
    auto* low = new CardSplitter(Qt::Horizontal);
    low->addWidget(m_now);
    low->addWidget(m_conflict);
    low->addWidget(m_events);
    low->setSizes({450, 290, 210});
    m_down = new CardSplitter(Qt::Vertical);
    m_down->addWidget(m_board);
    m_down->addWidget(low);
    m_down->setStretchFactor(0, 1);
    m_down->setSizes({700, 190});
    m_across = new CardSplitter(Qt::Horizontal);
    m_across->addWidget(m_down);
    m_across->addWidget(m_predictions);
    m_across->setStretchFactor(0, 3);
    m_across->setStretchFactor(1, 1);
    m_across->setSizes({3000, 1000});
    m_predictions->setMinimumWidth(260);
    m_across->restoreState(m_context.settings.value(acrossKey).toByteArray());
    m_down->restoreState(m_context.settings.value(downKey).toByteArray());

    auto* top = new QHBoxLayout;
    top->setSpacing(3 * GridUnit);
    top->addWidget(m_progress, 1);
    top->addWidget(m_board->controls());
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(GridUnit, GridUnit, GridUnit, GridUnit);
    column->setSpacing(GridUnit);
    column->addLayout(top);
    column->addWidget(m_across, 1);
    return page;
}

QAction* MonitorPage::makeAction(const QString& text, const QString& icon, const QKeySequence& keys,
                                 const QString& tip) {
    auto* action = new QAction(themedIcon(icon), text, this);
    action->setShortcut(keys);
    action->setToolTip(tip);
    action->setEnabled(false);
    addAction(action);
    return action;
}

void MonitorPage::makeActions() {
    m_compare = makeAction(tr("Compare"), QStringLiteral("compare"), {},
                           tr("Predictions of the last checkpoint, expanded and collapsed"));
    m_replan = makeAction(tr("Sharing…"), {}, QKeySequence(tr("Ctrl+Shift+H")),
                          tr("Changes how the tasks share the network, while it is trained"));
    m_checkpoint = makeAction(tr("Checkpoint now"), {}, QKeySequence(tr("Ctrl+Shift+K")),
                              tr("Writes a checkpoint after the step that is under way"));
    m_stop = makeAction(tr("Stop"), QStringLiteral("stop"), QKeySequence(tr("Ctrl+Shift+X")),
                        tr("Writes a checkpoint and ends the run; it can be resumed"));
    m_pause = makeAction(tr("Pause"), QStringLiteral("pause"), QKeySequence(tr("Ctrl+Space")),
                         tr("Writes a checkpoint and waits in memory"));
    m_resume = makeAction(tr("Resume"), QStringLiteral("play"), QKeySequence(tr("Ctrl+Space")),
                          tr("Goes on where it was, or from the last checkpoint"));
    connect(m_pause, &QAction::triggered, this, [this] { wish(Wish::Pause); });
    connect(m_resume, &QAction::triggered, this, [this] { wish(Wish::Resume); });
    connect(m_stop, &QAction::triggered, this, [this] { wish(Wish::Stop); });
    connect(m_checkpoint, &QAction::triggered, this, [this] { wish(Wish::Checkpoint); });
    connect(m_replan, &QAction::triggered, this, [this] {
        if (m_feed->record())
            m_replanner->openOn(*m_feed->record());
    });
    connect(m_compare, &QAction::triggered, this,
            [this] { m_context.navigator.showCompare(run(), std::nullopt); });
    addActions(m_board->plotActions());
}

const RunId& MonitorPage::run() const {
    return m_feed->run();
}

void MonitorPage::showRun(const RunId& run) {
    if (run == m_feed->run())
        return;
    m_wish = Wish::None;
    m_toldFailure.clear();
    m_notices->clear();
    m_progress->clear();
    m_spec = {};
    m_specJson = {};
    m_stack->setCurrentIndex(run.empty() ? 0 : 1);
    m_feed->show(run);
    m_predictions->show(run, m_spec, {});
    adoptActivity();
}

/// What the store says of the run.
void MonitorPage::adoptRecord() {
    const auto& record = m_feed->record();
    if (record) {
        if (record->spec != m_specJson) {
            m_specJson = record->spec;
            m_spec = readSpec(record->spec).spec;
            adoptPanels();
            m_predictions->show(m_feed->run(), m_spec, m_feed->previews());
        }
        m_progress->show(record->summary, m_spec.train.batch, ownState().has_value());
        m_now->show(m_spec, m_context.catalogue, *m_feed);
        sayFailure();
        adoptMarks();
    }
    adoptState();
}

void MonitorPage::adoptPanels() {
    if (m_feed->record())
        m_board->setPanels(m_spec, panelsOf(m_spec, m_context.catalogue, keysOf(m_feed->series())));
}

void MonitorPage::adoptMarks() {
    const auto& record = m_feed->record();
    m_board->setMarks(marksOf(m_feed->events(), record ? record->planChanges : Json()));
}

/// A failure is told once in the strip above the page, where its text can be copied.
void MonitorPage::sayFailure() {
    const RunSummary& summary = m_feed->record()->summary;
    if (summary.state != RunState::Failed) {
        m_toldFailure.clear();
        return;
    }
    const std::string failure = summary.stateText.empty() ? "The run failed." : summary.stateText;
    if (std::exchange(m_toldFailure, failure) != failure)
        m_notices->add(Pill::Tone::Bad, toQt(failure));
}

void MonitorPage::adoptProblem() {
    const auto& problem = m_feed->problem();
    if (!problem) {
        // What could not be read a moment ago can be read again.
        m_notices->clear();
        m_toldFailure.clear();
    } else if (problem->code == "run.unknown") {
        m_notices->add(Pill::Tone::Warning,
                       m_feed->record()
                           ? tr("This run was deleted. What is shown is what it had been.")
                           : tr("There is no such run in this store: %1.").arg(toQt(run())));
    } else {
        m_notices->add(Pill::Tone::Bad, toQt(toText(*problem)));
    }
    adoptState();
}

std::optional<RunState> MonitorPage::ownState() const {
    for (const OwnRun& own : m_context.runs.runs())
        if (own.run == m_feed->run())
            return own.state;
    return std::nullopt;
}

/// This process knows its own runs at once, of others the store tells.
std::optional<RunState> MonitorPage::state() const {
    if (m_feed->run().empty() || (m_feed->problem() && m_feed->problem()->code == "run.unknown"))
        return std::nullopt;
    if (const auto own = ownState())
        return own;
    return m_feed->record() ? std::optional(m_feed->record()->summary.state) : std::nullopt;
}

bool MonitorPage::granted(Wish wish) const {
    const auto own = ownState();
    switch (wish) {
    case Wish::None: return true;
    case Wish::Pause: return own != RunState::Running;
    case Wish::Resume: return own == RunState::Running || own == RunState::Queued;
    case Wish::Stop: return !own;
    case Wish::Checkpoint:
        return !own
               || (m_feed->checkpoint()
                   && m_feed->checkpoint()->position.step > m_checkpointBefore);
    }
    return true;
}

void MonitorPage::wish(Wish wish) {
    m_wish = wish;
    m_checkpointBefore = m_feed->checkpoint() ? m_feed->checkpoint()->position.step : -1;
    switch (wish) {
    case Wish::Pause: m_context.runs.pause(run()); break;
    case Wish::Resume:
        m_notices->clear();
        m_context.runs.resume(run());
        break;
    case Wish::Stop: m_context.runs.stop(run()); break;
    case Wish::Checkpoint: m_context.runs.checkpointNow(run()); break;
    case Wish::None: break;
    }
    adoptState();
}

/// Which buttons there are, and what they say while what they asked for is not there yet.
void MonitorPage::adoptState() {
    if (m_wish == Wish::Checkpoint && granted(m_wish) && ownState())
        m_context.navigator.tell(
            tr("Checkpoint at step %1 is written").arg(m_feed->checkpoint()->position.step));
    if (granted(m_wish))
        m_wish = Wish::None;
    const auto own = ownState();
    const auto now = state();
    const bool resumable = now && (own == RunState::Paused || (!own && canResume(*now)));
    const auto adopt = [this](QAction* action, bool there, Wish asked, const QString& text,
                              const QString& waiting) {
        action->setVisible(there);
        action->setEnabled(there && m_wish == Wish::None);
        action->setText(m_wish == asked && there ? waiting : text);
    };
    adopt(m_pause, own == RunState::Running, Wish::Pause, tr("Pause"), tr("Pausing…"));
    adopt(m_resume, resumable, Wish::Resume, tr("Resume"), tr("Resuming…"));
    adopt(m_stop, own.has_value(), Wish::Stop,
          own == RunState::Queued ? tr("Take from the queue") : tr("Stop"), tr("Stopping…"));
    adopt(m_checkpoint, own == RunState::Running, Wish::Checkpoint, tr("Checkpoint now"),
          tr("Writing…"));
    m_replan->setVisible(own == RunState::Running || own == RunState::Paused);
    m_replan->setEnabled(m_replan->isVisible());
    m_compare->setVisible(now.has_value() && m_feed->checkpoint().has_value());
    m_compare->setEnabled(m_compare->isVisible());
    Q_EMIT headerChanged();
}

PageHeader MonitorPage::header() const {
    if (m_feed->run().empty())
        return {tr("Monitor"), {}, PageHeader::Tone::Neutral};
    const auto& record = m_feed->record();
    if (!record)
        return {tr("Monitor"), m_feed->problem() ? tr("not there") : QString(),
                PageHeader::Tone::Neutral};
    PageHeader header{toQt(record->summary.name).simplified(), {}, {}};
    const auto now = state();
    if (!now) {
        header.note = tr("deleted");
        header.tone = PageHeader::Tone::Warning;
        return header;
    }
    RunSummary summary = record->summary;
    summary.state = *now;
    summary.stateText.clear(); // the strip above the page has it
    header.note = stateWords(summary);
    header.tone = stateTone(*now);
    return header;
}

QList<QAction*> MonitorPage::barActions() const {
    QList<QAction*> actions;
    for (QAction* action : {m_compare, m_replan, m_checkpoint, m_stop, m_pause, m_resume})
        if (action->isVisible())
            actions.append(action);
    return actions;
}

bool MonitorPage::hasPrimary() const {
    return m_pause->isVisible() || m_resume->isVisible()
           || (m_compare->isVisible() && !m_stop->isVisible());
}

// ---- Nothing is read while nobody looks.

bool MonitorPage::event(QEvent* event) {
    const bool done = Page::event(event);
    switch (event->type()) {
    case QEvent::Show:
        watchWindow();
        adoptActivity();
        break;
    case QEvent::Hide: adoptActivity(); break;
    default: break;
    }
    return done;
}

void MonitorPage::watchWindow() {
    if (window() != this)
        window()->installEventFilter(this);
}

void MonitorPage::changeEvent(QEvent* event) {
    Page::changeEvent(event);
    if (event->type() == QEvent::WindowStateChange)
        adoptActivity();
}

bool MonitorPage::eventFilter(QObject* watched, QEvent* event) {
    if (event->type() == QEvent::WindowStateChange)
        adoptActivity();
    return Page::eventFilter(watched, event);
}

void MonitorPage::adoptActivity() {
    m_feed->setActive(isVisible() && !window()->isMinimized());
}

} // namespace concertina
