// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_details.h"

#include "core/values/stop_after.h"
#include "core/values/text.h"
#include "ui/runs/run_facts.h"
#include "ui/runs/run_text.h"
#include "ui/store/store_access.h"
#include "widgets/controls/table_header.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QDir>
#include <QEvent>
#include <QFormLayout>
#include <QHeaderView>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QStackedWidget>
#include <QTableWidget>
#include <QVBoxLayout>

#include <chrono>
#include <utility>

namespace concertina {

namespace {

constexpr std::chrono::milliseconds noteDelay{700};
constexpr int longestNotes = 100000; // letters

/// The methods of a list by their ids, each once: "segmentation, depth".
template <class List>
QString idsOf(const List& list) {
    QStringList ids;
    for (const auto& one : list)
        if (const QString id = toQt(one.method.id); !ids.contains(id))
            ids << id;
    return ids.join(QStringLiteral(", "));
}

/// "rooms"; "My rooms (folder mine)"; "rooms + COCO (rooms + coco data)".
QString datasetText(const Json& recorded, const DataSpec& data) {
    QStringList sources;
    for (const DataSetSpec& set : data.sets()) {
        sources << toQt(set.dataset.id);
        if (const std::string folder = folderOf(set.dataset); !folder.empty())
            sources.back() += QLatin1Char(' ') + QDir(toQt(folder)).dirName();
    }
    const QString source = sources.join(QStringLiteral(" + "));
    const Json name = recorded.is_object() ? recorded.value("name", Json()) : Json();
    const QString own = name.is_string() ? toQt(name.get<std::string>()) : QString();
    return own.isEmpty() || own == source ? source
                                          : RunDetails::tr("%1 (%2)").arg(own, source);
}

/// "3 of 10 steps in 8 s": of the plan, also where the run was to end before it.
QString trainedText(const RunSummary& run, const TrainSpec& train) {
    if (run.position.step == 0)
        return {};
    const bool cut = run.state == RunState::Finished
                     && wasCut(train, run.stepsPerEpoch, run.position.step);
    return RunDetails::tr("%1 of %2 steps in %3")
        .arg(run.position.step)
        .arg(cut ? plannedSteps(train, run.stepsPerEpoch) : run.steps)
        .arg(toQt(durationText(run.position.seconds)));
}

} // namespace

RunDetails::RunDetails(StoreAccess& store, QWidget* parent)
    : Card({}, parent),
      m_store(store),
      m_stack(new QStackedWidget),
      m_hint(new TonedLabel(ColorRole::MutedText)),
      m_notes(new QPlainTextEdit),
      m_facts(new QFormLayout),
      m_differences(makeDifferences()) {
    m_hint->setAlignment(Qt::AlignCenter);
    m_hint->setWordWrap(true);
    m_hint->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_hint->setMargin(GridUnit);
    m_stack->addWidget(m_hint);
    m_stack->addWidget(makeFacts());
    m_stack->addWidget(m_differences);
    setBody(m_stack);
    m_writeNotes.setSingleShot(true);
    m_writeNotes.setInterval(noteDelay);
    connect(&m_writeNotes, &QTimer::timeout, this, &RunDetails::saveNotes);
    connect(m_notes, &QPlainTextEdit::textChanged, this, [this] {
        if (m_notesOf.empty())
            return;
        m_notesChanged = true;
        m_writeNotes.start();
    });
    showRuns({}, 0);
}

QWidget* RunDetails::makeFacts() {
    m_notes->setPlaceholderText(tr("Notes on this run"));
    m_notes->setAccessibleName(tr("Notes on this run"));
    m_notes->setTabChangesFocus(true);
    m_notes->setMinimumWidth(220);
    m_notes->installEventFilter(this);
    m_facts->setContentsMargins(12, GridUnit, 12, GridUnit);
    m_facts->setHorizontalSpacing(2 * GridUnit);
    m_facts->setVerticalSpacing(6);
    auto* list = new QWidget;
    list->setLayout(m_facts);
    auto* scroll = new QScrollArea;
    scroll->setWidget(list);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->viewport()->setAutoFillBackground(false);
    list->setAutoFillBackground(false);
    auto* page = new QWidget;
    auto* row = new QHBoxLayout(page);
    row->setContentsMargins(0, 0, GridUnit, GridUnit);
    row->addWidget(scroll, 3);
    auto* notes = new QVBoxLayout;
    notes->setContentsMargins(0, GridUnit, 0, 0);
    notes->addWidget(m_notes);
    row->addLayout(notes, 2);
    return page;
}

QTableWidget* RunDetails::makeDifferences() {
    auto* table = new QTableWidget(0, 3);
    table->setHorizontalHeader(new TableHeader(table));
    table->verticalHeader()->hide();
    table->setShowGrid(false);
    table->setFrameShape(QFrame::NoFrame);
    table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    table->setSelectionBehavior(QAbstractItemView::SelectRows);
    table->setWordWrap(true);
    table->viewport()->setAutoFillBackground(false);
    table->verticalHeader()->setDefaultSectionSize(26);
    table->horizontalHeader()->setSectionResizeMode(QHeaderView::Stretch);
    table->setAccessibleName(tr("Fields that differ"));
    return table;
}

void RunDetails::showRuns(const std::vector<RunId>& runs, int total) {
    if (runs == m_runs && total > 0 && m_stack->currentIndex() > 0)
        return;
    saveNotes();
    m_runs = runs;
    m_notesOf.clear();
    ++m_asked;
    if (runs.empty())
        showHint(total > 2 ? tr("%1 runs are selected. Select two to see what differs.").arg(total)
                           : tr("Select a run for its notes and what it was made of; select two to "
                                "see what differs between them."));
    else
        refresh();
}

void RunDetails::refresh() {
    if (m_runs.empty())
        return;
    const int asked = ++m_asked;
    if (m_runs.size() == 1) {
        m_store.call(
            this, [run = m_runs.front()](Store& store) { return readFacts(store, run); },
            [this, asked](const Expected<Facts>& facts) {
                if (asked != m_asked)
                    return;
                if (facts) {
                    showFacts(*facts);
                    Q_EMIT shown(facts->record.summary, facts->spec.spec);
                } else {
                    showUnread(facts.error());
                }
            });
        return;
    }
    m_store.call(
        this,
        [left = m_runs[0], right = m_runs[1]](Store& store) {
            return readPair(store, left, right);
        },
        [this, asked](const Expected<Pair>& pair) {
            if (asked != m_asked)
                return;
            if (pair)
                showPair(*pair);
            else
                showUnread(pair.error());
        });
}

Expected<RunDetails::Facts> RunDetails::readFacts(Store& store, const RunId& run) {
    auto record = store.run(run);
    if (!record)
        return failure(record.error());
    auto checkpoint = store.latestCheckpoint(run);
    if (!checkpoint)
        return failure(checkpoint.error());
    SpecReading spec = readSpec(record->spec);
    return Facts{std::move(*record), std::move(spec), std::move(*checkpoint),
                 store.bytesOnDisk(run).value_or(0)};
}

Expected<RunDetails::Pair> RunDetails::readPair(Store& store, const RunId& left,
                                                const RunId& right) {
    auto one = store.run(left);
    if (!one)
        return failure(one.error());
    auto other = store.run(right);
    if (!other)
        return failure(other.error());
    const SpecReading a = readSpec(one->spec);
    const SpecReading b = readSpec(other->spec);
    Problems problems = a.problems;
    problems.insert(problems.end(), b.problems.begin(), b.problems.end());
    auto found = differences(a.spec, b.spec);
    return Pair{std::move(*one), std::move(*other), std::move(problems), std::move(found)};
}

void RunDetails::showHint(const QString& text) {
    setTitle({});
    setNote({});
    m_hint->setText(text);
    showPart(0);
}

/// A hint has the room of a hint: the rest is the table's.
void RunDetails::showPart(int index) {
    m_stack->setCurrentIndex(index);
    setMaximumHeight(index > 0 ? QWIDGETSIZE_MAX
                               : 2 * fontMetrics().lineSpacing() + 2 * GridUnit);
    Q_EMIT filled(index > 0);
}

void RunDetails::showUnread(const Problem& problem) {
    showHint(problem.code == "run.unknown"
                 ? tr("This run is not in the store any more: it was deleted, here or by another "
                      "program.")
                 : toQt(toText(problem)));
}

void RunDetails::showFacts(const Facts& facts) {
    const RunSummary& run = facts.record.summary;
    setTitle(toQt(run.name));
    setNote(stateWords(run, cutOf(run, facts.spec.spec.train)));
    if (!m_notesChanged && (m_notesOf != run.id || !m_notes->hasFocus())) {
        m_notesOf.clear(); // what is set here was not typed
        if (m_notes->toPlainText() != toQt(run.notes))
            m_notes->setPlainText(toQt(run.notes));
        m_notesOf = run.id;
    }
    while (m_facts->rowCount() > 0)
        m_facts->removeRow(0);
    const auto add = [this](const QString& label, const QString& value) {
        if (value.isEmpty())
            return;
        auto* text = new TonedLabel(ColorRole::Text, value);
        text->setWordWrap(true);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        m_facts->addRow(new TonedLabel(ColorRole::MutedText, label), text);
    };
    if (!facts.spec.problems.empty())
        add(tr("Its spec"),
            tr("cannot be read whole: %1").arg(toQt(toText(facts.spec.problems.front()))));
    const ExperimentSpec& spec = facts.spec.spec;
    add(tr("Data"), tr("%1, %2 × %3 pixels")
                        .arg(datasetText(facts.record.dataset, spec.data))
                        .arg(spec.data.height)
                        .arg(spec.data.width));
    add(tr("Tasks"), idsOf(spec.tasks));
    add(tr("Network"),
        tr("%1, kernels %2").arg(toQt(spec.network.backbone.id), idsOf(spec.network.kernels)));
    add(tr("Sharing"), toQt(join(spec.network.sharing, "; ")));
    add(tr("Recipe"), tr("%1, rate %2, batches of %3")
                          .arg(toQt(spec.train.optimizer.id), toQt(numberText(spec.train.lr)))
                          .arg(spec.train.batch));
    if (run.trainedParameters > 0)
        add(tr("Parameters"), tr("%1 in training, %2 collapsed")
                                  .arg(toQt(shortCount(run.trainedParameters)),
                                       toQt(shortCount(run.collapsedParameters))));
    add(tr("Trained"), trainedText(run, spec.train));
    add(tr("Checkpoint"), facts.checkpoint ? tr("step %1, %2")
                                                 .arg(facts.checkpoint->position.step)
                                                 .arg(timeText(facts.checkpoint->time))
                                           : tr("none yet"));
    add(tr("On the disk"), toQt(bytesText(static_cast<double>(facts.bytes))));
    add(tr("Created"), tr("%1, run %2").arg(timeText(run.created), toQt(run.id)));
    showPart(1);
}

void RunDetails::showPair(const Pair& pair) {
    setTitle(tr("What differs"));
    const auto named = [](const RunSummary& run) {
        return tr("%1, seed %2").arg(toQt(run.name)).arg(run.seed);
    };
    const int count = static_cast<int>(pair.differences.size());
    setNote(!pair.problems.empty()
                ? tr("a spec cannot be read whole: %1").arg(toQt(toText(pair.problems.front())))
            : count == 1 ? tr("one field; all others are equal")
                         : tr("%1 fields; all others are equal").arg(count));
    m_differences->setHorizontalHeaderLabels(
        {tr("Field"), named(pair.left.summary), named(pair.right.summary)});
    m_differences->setRowCount(count);
    for (int i = 0; i < count; ++i) {
        const SpecDifference& one = pair.differences[static_cast<std::size_t>(i)];
        const QString cells[]{toQt(one.path), toQt(one.left), toQt(one.right)};
        for (int column = 0; column < 3; ++column) {
            auto* item =
                new QTableWidgetItem(cells[column].isEmpty() ? QStringLiteral("—") : cells[column]);
            item->setToolTip(cells[column].toHtmlEscaped());
            m_differences->setItem(i, column, item);
        }
    }
    showPart(2);
}

bool RunDetails::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_notes && event->type() == QEvent::FocusOut)
        saveNotes();
    return Card::eventFilter(watched, event);
}

void RunDetails::saveNotes() {
    m_writeNotes.stop();
    if (!std::exchange(m_notesChanged, false) || m_notesOf.empty())
        return;
    const QString notes = m_notes->toPlainText().left(longestNotes);
    m_store.call(
        this,
        [run = m_notesOf, notes](Store& store) { return store.setNotes(run, notes.toStdString()); },
        [this](const Expected<void>& saved) {
            if (!saved)
                Q_EMIT refused(tr("The notes could not be saved."), saved.error());
            else
                Q_EMIT noted();
        });
}

} // namespace concertina
