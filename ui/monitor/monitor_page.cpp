// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/monitor_page.h"

#include "core/values/stop_after.h"
#include "ui/monitor/conflict_card.h"
#include "ui/monitor/curve_board.h"
#include "ui/monitor/events_card.h"
#include "ui/monitor/now_card.h"
#include "ui/monitor/predictions_card.h"
#include "ui/monitor/progress_strip.h"
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
#include <set>
#include <utility>

namespace concertina {

namespace {

const QString acrossKey = QStringLiteral("monitor/across");
const QString downKey = QStringLiteral("monitor/down");

/// What was recorded on some line of a run.
std::vector<SeriesKey> recordedIn(const RunFeed& feed) {
    std::set<SeriesKey> keys;
    for (const CurveKey& curve : feed.curves())
        keys.insert(curve.series);
    return {keys.begin(), keys.end()};
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
      m_predictions(new PredictionsCard(context.store, context.catalogue)) {
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
        adoptRecord();
        m_feed->refresh();
    });
    connect(&context.runs, &RunService::failed, this,
            [this](const RunId& run, const Problem& problem) {
                if (run != m_feed->run())
                    return;
                m_request = Request::None;
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

const RunId& MonitorPage::run() const {
    return m_feed->run();
}

bool MonitorPage::open(const PageRequest& request) {
    const auto* shown = std::get_if<ShowRun>(&request);
    if (shown != nullptr)
        showRun(shown->run);
    return shown != nullptr;
}

void MonitorPage::showRun(const RunId& run) {
    if (run == m_feed->run())
        return;
    m_request = Request::None;
    m_reportedFailure.clear();
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
        const auto own = ownRun();
        RunSummary shown = record->summary;
        if (isCut()) // it was to end before its plan
            shown.steps = plannedSteps(m_spec.train, shown.stepsPerEpoch);
        m_progress->show(shown, m_feed->series(), m_spec.train.batch, own.has_value(),
                         own ? toQt(own->waitsFor) : QString());
        m_now->show(m_spec, m_context.catalogue, *m_feed);
        sayFailure();
        adoptMarks();
    }
    adoptState();
}

void MonitorPage::adoptPanels() {
    if (m_feed->record())
        m_board->setPanels(m_spec, panelsOf(m_spec, m_context.catalogue, recordedIn(*m_feed)));
}

void MonitorPage::adoptMarks() {
    const auto& record = m_feed->record();
    m_board->setMarks(marksOf(m_feed->events(), record ? record->planChanges : Json()));
}

/// A failure is shown once in the strip above the page, where its text can be copied.
void MonitorPage::sayFailure() {
    const RunSummary& summary = m_feed->record()->summary;
    if (summary.state != RunState::Failed) {
        m_reportedFailure.clear();
        return;
    }
    const std::string failure = summary.stateText.empty() ? "The run failed." : summary.stateText;
    if (std::exchange(m_reportedFailure, failure) != failure)
        m_notices->add(Pill::Tone::Bad, toQt(failure));
}

void MonitorPage::adoptProblem() {
    const auto& problem = m_feed->problem();
    if (!problem) {
        // What could not be read a moment ago can be read again.
        m_notices->clear();
        m_reportedFailure.clear();
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
    const std::string cut = cutOf(summary, m_spec.train);
    header.note = stateWords(summary, cut);
    header.tone = stateTone(*now, !cut.empty());
    return header;
}

// ---- Nothing is read while the page is hidden.

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
