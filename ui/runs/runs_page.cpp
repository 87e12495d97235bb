// SPDX-License-Identifier: GPL-3.0-or-later
// The page: reading the store. Its layout is in runs_page_layout.cpp, what can be done in
// runs_page_actions.cpp.
#include "ui/runs/runs_page.h"

#include "core/values/stop_after.h"
#include "ui/runs/run_details.h"
#include "ui/runs/run_trash.h"
#include "ui/runs/runs_delegate.h"
#include "ui/runs/runs_model.h"
#include "ui/services/run_service.h"
#include "ui/store/store_access.h"
#include "widgets/controls/notice_bar.h"
#include "widgets/controls/segmented_control.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QEvent>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSettings>
#include <QStackedWidget>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>
#include <chrono>

namespace concertina {

namespace {

constexpr std::chrono::milliseconds refreshAtLeast{500};
constexpr int readingShare = 20; // reading may take a twentieth of the time
constexpr std::chrono::milliseconds retryAfter{2000};
constexpr std::chrono::milliseconds lifeEvery{10000};

} // namespace

/// What a reading gave, and how long it took.
struct RunsPage::TimedTable {
    RunTable table;
    std::int64_t milliseconds = 0;
};

RunsPage::RunsPage(PageContext context, QWidget* parent)
    : Page(parent),
      m_context(context),
      m_model(new RunsModel(this)),
      m_delegate(new RunsDelegate(this)),
      m_trash(new RunTrash(context.store, this)),
      m_facts(std::make_shared<RunFactsReader>()),
      m_table(new QTreeView),
      m_filter(new QLineEdit),
      m_grouping(new SegmentedControl({tr("Groups"), tr("Every run")})),
      m_stack(new QStackedWidget),
      m_emptyText(new TonedLabel(ColorRole::MutedText)),
      m_noneFits(new TonedLabel(ColorRole::MutedText)),
      m_begin(new QPushButton(tr("Set up an experiment"))),
      m_details(new RunDetails(context.store)),
      m_trouble(new NoticeBar),
      m_refusals(new NoticeBar),
      m_deleted(new NoticeBar) {
    makeTable();
    makeActions();
    buildLayout();
    connectStore();
    updateState();
    updateActions();
}

/// An editor that is still open would write a name while this page is being taken apart.
RunsPage::~RunsPage() {
    m_table->setModel(nullptr);
}

void RunsPage::connectStore() {
    m_refreshTimer.setSingleShot(true);
    connect(&m_refreshTimer, &QTimer::timeout, this, &RunsPage::refresh);
    connect(&m_context.store, &StoreAccess::storeChanged, this, &RunsPage::refreshSoon);
    connect(&m_context.runs, &RunService::changed, this, &RunsPage::refreshSoon);
    m_lifeTimer.setInterval(lifeEvery);
    connect(&m_lifeTimer, &QTimer::timeout, this, [this] {
        const auto& rows = m_model->table().rows;
        if (std::any_of(rows.begin(), rows.end(),
                        [](const RunRow& row) { return row.run.owner.has_value(); }))
            refreshSoon();
    });
    m_lifeTimer.start();
    connect(m_details, &RunDetails::refused, this, &RunsPage::refuse);
    connect(m_details, &RunDetails::noted, this, &RunsPage::refreshSoon);
    connect(m_details, &RunDetails::shown, this,
            [this](const RunSummary& run, const ExperimentSpec& spec) {
                const bool cut = run.state == RunState::Finished
                                 && wasCut(spec.train, run.stepsPerEpoch, run.position.step);
                m_cut = cut ? run.id : RunId();
                m_plan = cut ? plannedSteps(spec.train, run.stepsPerEpoch) : 0;
                updateResume();
            });
    connect(m_trash, &RunTrash::refused, this, &RunsPage::refuse);
    connect(m_trash, &RunTrash::changed, this, &RunsPage::showTrash);
}

/// Reads when the page is looked at, and never so often that reading would slow a training.
void RunsPage::refreshSoon() {
    m_isStale = true;
    if (!isVisible() || m_isReading || m_refreshTimer.isActive())
        return;
    const auto since = m_reading.isValid() ? m_reading.elapsed() : refreshAtLeast.count();
    m_refreshTimer.start(static_cast<int>(
        std::clamp<std::int64_t>(m_pause - since, 0, std::max<std::int64_t>(m_pause, 0))));
}

void RunsPage::refresh() {
    if (m_isReading)
        return;
    m_isReading = true;
    m_isStale = false;
    m_context.store.call(
        this,
        [&catalogue = m_context.catalogue, facts = m_facts](Store& store) -> Expected<TimedTable> {
            QElapsedTimer timer;
            timer.start();
            auto table = readRunTable(store, catalogue, *facts);
            if (!table)
                return failure(table.error());
            return TimedTable{std::move(*table), timer.elapsed()};
        },
        [this](Expected<TimedTable> read) {
            m_isReading = false;
            m_reading.start();
            m_pause = refreshAtLeast.count();
            if (read) {
                m_pause = std::max<std::int64_t>(m_pause, read->milliseconds * readingShare);
                m_isStale = m_isStale || !read->table.isWhole;
                take(std::move(read->table));
            } else {
                showTrouble(read.error());
            }
            if (m_isStale)
                refreshSoon();
        });
}

void RunsPage::take(RunTable table) {
    m_problem.reset();
    m_trouble->clear();
    m_isKnown = true;
    m_model->setTable(std::move(table));
    m_details->refresh();
    m_linesTimer.start();
    updateState();
    updateActions();
}

void RunsPage::showTrouble(const Problem& problem) {
    m_problem = problem;
    const QString text = toQt(toText(problem));
    m_trouble->clear();
    m_trouble->add(Pill::Tone::Bad,
                   tr("The runs cannot be read from the store; it is tried again every two "
                      "seconds.")
                       + QLatin1Char('\n') + text);
    updateState();
    m_isStale = true;
    if (isVisible())
        m_refreshTimer.start(retryAfter);
}

void RunsPage::readVisibleLines() {
    QModelIndexList visible;
    const QRect area = m_table->viewport()->rect();
    for (QModelIndex index = m_table->indexAt(area.topLeft() + QPoint(1, 1)); index.isValid();
         index = m_table->indexBelow(index)) {
        if (m_table->visualRect(index).top() > area.bottom())
            break;
        visible.append(index);
    }
    const auto stale = m_model->staleLines(visible);
    if (stale.empty() || m_areLinesRead)
        return;
    m_areLinesRead = true;
    m_context.store.call(
        this,
        [stale, columns = m_model->table().columns](Store& store) {
            return readLines(store, stale, columns);
        },
        [this](const Expected<std::vector<RunLines>>& lines) {
            m_areLinesRead = false;
            if (lines)
                m_model->setLines(*lines);
        });
}

void RunsPage::updateState() {
    const bool empty = m_model->runCount() == 0;
    if (!m_isKnown && !m_problem)
        m_emptyText->setText(tr("Reading the store…"));
    else if (m_problem)
        m_emptyText->setText(tr("No runs can be shown."));
    else
        m_emptyText->setText(tr("Every run that is trained will be listed here, with its state, "
                                "its best values and its curves."));
    m_begin->setVisible(m_isKnown && !m_problem);
    m_stack->setCurrentIndex(empty ? 0 : 1);
    m_noneFits->setVisible(!empty && m_model->shownRuns() == 0);
    Q_EMIT headerChanged();
}

PageHeader RunsPage::header() const {
    const int all = m_model->runCount();
    const int shown = m_model->shownRuns();
    QString note;
    if (m_problem)
        note = tr("store cannot be read");
    else if (all > 0) {
        note = shown < all ? tr("%1 of %2 runs").arg(shown).arg(all)
               : all == 1  ? tr("1 run")
                           : tr("%1 runs").arg(all);
        if (const int groups = m_model->groupCount(); groups > 0)
            note += groups == 1 ? tr(", 1 group") : tr(", %1 groups").arg(groups);
    }
    return {tr("Runs"), note, m_problem ? PageHeader::Tone::Bad : PageHeader::Tone::Neutral};
}

void RunsPage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    if (m_isStale)
        refresh();
}

void RunsPage::changeEvent(QEvent* event) {
    Page::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        adoptColors();
}

void RunsPage::adoptColors() {
    // A table on a card, whose delegate paints what is chosen.
    QPalette colors = palette();
    colors.setColor(QPalette::Base, color(ColorRole::Card, palette()));
    colors.setColor(QPalette::Highlight, color(ColorRole::Field, palette()));
    colors.setColor(QPalette::HighlightedText, color(ColorRole::Text, palette()));
    m_table->setPalette(colors);
}

} // namespace concertina
