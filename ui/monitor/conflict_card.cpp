// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/conflict_card.h"

#include "core/model/catalogue.h"
#include "core/model/sharing_plan.h"
#include "core/model/task_words.h"
#include "core/values/text.h"
#include "ui/monitor/panels.h"
#include "ui/monitor/run_feed.h"
#include "ui/monitor/run_pace.h"
#include "widgets/controls/toned_label.h"
#include "widgets/pictures/scale_legend.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/conflict_matrix.h"
#include "widgets/theme/theme.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QScrollArea>
#include <QStackedWidget>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <limits>

namespace concertina {

namespace {

QString signedText(double value) {
    return (value > 0 ? QStringLiteral("+") : QString())
           + toQt(fixedText(value, 2)).replace(QLatin1Char('-'), QChar(0x2212));
}

/// The last step of a run that nothing trains or waits to train; −1 of another.
std::int64_t endOf(const RunSummary& run) {
    switch (run.state) {
    case RunState::Queued:
    case RunState::Running:
    case RunState::Paused: return -1;
    case RunState::Finished:
    case RunState::Stopped:
    case RunState::Failed:
    case RunState::Interrupted: break;
    }
    return run.position.step;
}

} // namespace

ConflictCard::ConflictCard(const RunFeed& feed, const Catalogue& catalogue, QWidget* parent)
    : Card(tr("Conflict"), parent), m_feed(feed), m_catalogue(catalogue),
      m_suggest(new QToolButton), m_stack(new QStackedWidget),
      m_empty(new TonedLabel(ColorRole::FaintText)),
      m_matrix(new ConflictMatrix), m_legend(new ScaleLegend),
      m_words(new TonedLabel(ColorRole::MutedText)) {
    m_empty->setWordWrap(true);
    m_empty->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_empty->setMargin(10);
    m_empty->setFont(smallFont());
    m_words->setFont(smallFont());
    m_words->setWordWrap(true);
    m_words->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    // Two lines, whatever they say: the matrix keeps its place.
    m_words->setFixedHeight(2 * m_words->fontMetrics().lineSpacing() + 1);
    auto* page = new QWidget;
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(12, GridUnit, 12, GridUnit);
    column->setSpacing(4);
    auto* area = new QScrollArea; // many tasks have many pairs
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setWidgetResizable(true);
    area->setFocusPolicy(Qt::NoFocus);
    area->setWidget(m_matrix);
    area->viewport()->setAutoFillBackground(false);
    m_matrix->setAutoFillBackground(false);
    column->addWidget(area, 1);
    column->addWidget(m_words);
    column->addWidget(m_legend);
    m_stack->addWidget(m_empty);
    m_stack->addWidget(page);
    setBody(m_stack);
    m_suggest->setText(tr("Suggest…"));
    m_suggest->setAutoRaise(true);
    m_suggest->setFocusPolicy(Qt::StrongFocus);
    m_suggest->setAccessibleName(tr("Suggest splits"));
    headerLayout()->addWidget(m_suggest);
    connect(m_suggest, &QToolButton::clicked, this, &ConflictCard::suggestionWanted);
    adoptColors();
    showSuggest();
    connect(m_matrix, &ConflictMatrix::pointedAt, this, [this, area](const QString& words) {
        if (const QRect cell = m_matrix->pointedRect(); !cell.isEmpty())
            area->ensureVisible(cell.center().x(), cell.center().y(), 0, cell.height());
        // A cell's tooltip has the rest.
        const QString cosine = words.section(QLatin1Char('\n'), 1, 1).section(QLatin1Char(','), 0, 0);
        m_words->setText(words.isEmpty() ? m_summary
                                         : words.section(QLatin1Char('\n'), 0, 0)
                                               + QStringLiteral(": ") + cosine);
    });
    connect(&feed, &RunFeed::recordChanged, this, &ConflictCard::adoptRecord);
    connect(&feed, &RunFeed::conflictsChanged, this, &ConflictCard::adopt);
}

/// A record comes with every few steps; what is shown of it changes with its spec and its plan.
void ConflictCard::adoptRecord() {
    const auto& record = m_feed.record();
    const Json spec = record ? record->spec : Json();
    const Json plan = record ? record->plan : Json();
    const std::int64_t endedAt = record ? endOf(record->summary) : -1;
    if (spec == m_specJson && plan == m_planJson && endedAt == m_endedAt)
        return;
    m_endedAt = endedAt;
    m_specJson = spec;
    m_planJson = plan;
    m_spec = readSpec(spec).spec; // of none: the default
    m_layers = planFromJson(plan).value_or(SharingPlan{}).layerNames();
    adopt();
}

void ConflictCard::setChangeable(bool changeable) {
    m_changeable = changeable;
    showSuggest();
}

/// What it does, or why it cannot be done.
void ConflictCard::showSuggest() {
    m_suggest->setEnabled(m_changeable && m_measured);
    if (!m_measured)
        m_suggest->setToolTip(tr("Nothing is measured yet that could suggest a split"));
    else if (!m_changeable)
        m_suggest->setToolTip(tr("Splits are made in runs that this window trains, or that nothing "
                                 "trains and that can be resumed"));
    else
        m_suggest->setToolTip(tr("Shows which splits would part the tasks that pull apart most, "
                                 "before any is made"));
    m_suggest->setAccessibleDescription(m_suggest->toolTip());
}

void ConflictCard::adopt() {
    m_measured = false;
    if (m_specJson.is_null()) {
        m_empty->clear();
        m_stack->setCurrentIndex(0);
        setNote({});
        showSuggest();
        return;
    }
    const auto means = conflictMeans(m_feed.conflicts(), RunFeed::ConflictWindow, m_layers);
    m_measured = !means.empty();
    showSuggest();
    m_stack->setCurrentIndex(means.empty() ? 0 : 1);
    if (means.empty()) {
        m_empty->setText(whyEmpty());
        setNote({});
    } else {
        showMatrix(means);
    }
}

QString ConflictCard::whyEmpty() const {
    const int every = m_spec.train.conflictEvery;
    if (m_spec.tasks.size() < 2)
        return tr("This run has one task alone: nothing pulls against it.");
    if (every == 0)
        return tr("This run does not measure how its tasks pull at what they share. "
                  "\"Conflict every\" in Set-up (train.conflict_every) switches it on.");
    if (m_endedAt < 0)
        return tr("How the tasks pull at what they share will stand here: it is measured every %1 "
                  "steps.")
            .arg(groupedNumber(every));
    return m_endedAt < every
               ? tr("Not measured: how the tasks pull at what they share is measured every %1 "
                    "steps, and this run ended at step %2.")
                     .arg(groupedNumber(every), groupedNumber(m_endedAt))
               : tr("Nothing that several tasks share was measured, every %1 steps up to the end "
                    "at step %2.")
                     .arg(groupedNumber(every), groupedNumber(m_endedAt));
}

void ConflictCard::showMatrix(const std::vector<ConflictMean>& means) {
    const auto layers = ofWholeLayers(means);
    std::vector<std::string> names = m_layers;
    for (const ConflictMean& mean : layers) // of a plan before
        if (std::ranges::find(names, mean.layer) == names.end())
            names.push_back(mean.layer);
    std::vector<ConflictPair> pairs;
    std::vector<std::vector<ConflictCell>> cells;
    const auto called = taskWords(m_spec, m_catalogue);
    for (std::size_t a = 0; a < m_spec.tasks.size(); ++a)
        for (std::size_t b = a + 1; b < m_spec.tasks.size(); ++b) {
            const std::string& one = m_spec.tasks[a].called();
            const std::string& other = m_spec.tasks[b].called();
            pairs.push_back({static_cast<int>(a), static_cast<int>(b), toQt(called[a].letter),
                             toQt(called[b].letter)});
            auto& row = cells.emplace_back();
            for (const std::string& name : names) {
                const auto found = std::ranges::find_if(layers, [&](const ConflictMean& mean) {
                    return mean.layer == name && mean.taskA == one && mean.taskB == other;
                });
                if (found != layers.end())
                    row.push_back({found->cosine, words(*found, means)});
                else
                    row.push_back({std::numeric_limits<double>::quiet_NaN(),
                                   tr("%1 · %2 and %3\nnot shared, or not measured")
                                       .arg(toQt(name), label(one), label(other))});
            }
        }
    std::vector<QString> titles;
    for (const std::string& name : names)
        titles.push_back(toQt(name));
    m_summary = summary(layers);
    m_matrix->setCells(std::move(titles), std::move(pairs), std::move(cells));
    const int samples = std::ranges::max(means, {}, &ConflictMean::samples).samples;
    const QString estimator = toQt(means.front().estimator);
    if (samples == 1)
        setNote(tr("one measurement, %1").arg(estimator), tr("one"));
    else
        setNote(tr("last %1 measurements, %2").arg(samples).arg(estimator),
                tr("last %1").arg(samples));
}

/// The strongest conflict.
QString ConflictCard::summary(const std::vector<ConflictMean>& layers) const {
    const auto worst = std::ranges::min_element(layers, {}, &ConflictMean::cosine);
    if (worst == layers.end() || worst->cosine >= 0)
        return tr("No two tasks pull against each other.");
    return tr("%1 and %2 pull apart most in %3: %4")
        .arg(label(worst->taskA), label(worst->taskB), toQt(worst->layer),
             signedText(worst->cosine));
}

/// A layer's numbers, and those of its factors, a line each.
QString ConflictCard::words(const ConflictMean& layer,
                            const std::vector<ConflictMean>& means) const {
    QStringList lines{tr("%1 · %2 and %3")
                          .arg(toQt(layer.layer), label(layer.taskA), label(layer.taskB))};
    const auto numbers = [](const ConflictMean& mean) {
        QString text = tr("cosine %1").arg(signedText(mean.cosine));
        if (std::isfinite(mean.deviation))
            text += tr(" ± %1").arg(toQt(fixedText(mean.deviation, 2)));
        return text
               + tr(", magnitude similarity %1")
                     .arg(toQt(fixedText(mean.magnitudeSimilarity, 2)));
    };
    lines << numbers(layer);
    for (const ConflictMean& mean : means)
        if (mean.layer == layer.layer && mean.taskA == layer.taskA && mean.taskB == layer.taskB
            && mean.samples > 0)
            lines << tr("%1: %2").arg(toQt(mean.factor), numbers(mean));
    lines << tr("%1 measurements, %2").arg(layer.samples).arg(toQt(layer.estimator));
    return lines.join(QLatin1Char('\n'));
}

QString ConflictCard::label(const std::string& task) const {
    return toQt(taskWords(m_spec, m_catalogue, task).label);
}

void ConflictCard::adoptColors() {
    m_legend->setScale({.color = [colors = palette()](double share) -> Rgb {
                            const QColor color = ConflictMatrix::colorOf(2 * share - 1, colors);
                            return {static_cast<std::uint8_t>(color.red()),
                                    static_cast<std::uint8_t>(color.green()),
                                    static_cast<std::uint8_t>(color.blue())};
                        },
                        .low = -1,
                        .high = 1,
                        .unit = {},
                        .unknown = {}});
}

void ConflictCard::changeEvent(QEvent* event) {
    Card::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        adoptColors();
}

} // namespace concertina
