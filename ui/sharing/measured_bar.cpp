// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/measured_bar.h"

#include "ui/monitor/run_pace.h"
#include "ui/store/store_access.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QPainter>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>

#include <algorithm>
#include <iterator>
#include <utility>

namespace concertina {

namespace {

constexpr std::int64_t MostMeasurements = 400; ///< that are kept: some tens of MB at most

QString kindName(Measured kind) {
    switch (kind) {
    case Measured::Nothing: return MeasuredBar::tr("nothing");
    case Measured::Conflict: return MeasuredBar::tr("how tasks pull");
    case Measured::Gradients: return MeasuredBar::tr("gradient norms");
    case Measured::Distances: return MeasuredBar::tr("distances of kernels");
    case Measured::Claims: return MeasuredBar::tr("claimed layers");
    case Measured::Mixtures: return MeasuredBar::tr("mixtures");
    }
    return {};
}

} // namespace

/// What the signs of an overlay mean, in a line, or why there is none.
class OverlayLegend : public QWidget {
public:
    OverlayLegend() { setFixedHeight(QFontMetrics(smallFont()).height() + 6); }
    void show(const PlanOverlay& overlay, const QString& words) {
        m_overlay = {.isSigned = overlay.isSigned,
                     .low = overlay.low,
                     .high = overlay.high,
                     .weight = overlay.weight};
        m_words = words;
        setToolTip(words);
        setAccessibleName(words.isEmpty() ? overlay.high : words);
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        PlanOverlay shown = m_overlay;
        if (!m_words.isEmpty())
            shown = {.weight = m_words};
        paintOverlayLegend(painter, rect(), shown, palette());
    }

private:
    PlanOverlay m_overlay;
    QString m_words;
};

MeasuredBar::MeasuredBar(StoreAccess& store, QWidget* parent)
    : QWidget(parent),
      m_store(store),
      m_kinds(new QComboBox),
      m_slider(new QSlider(Qt::Horizontal)),
      m_step(new TonedLabel(ColorRole::MutedText)),
      m_legend(new OverlayLegend) {
    m_kinds->setAccessibleName(tr("What is shown over the plan"));
    m_kinds->setToolTip(tr("What was measured, over the cells of the matrix and around the "
                           "stations of the map"));
    m_slider->setAccessibleName(tr("From which step"));
    m_step->setFont(smallFont());
    auto* label = new TonedLabel(ColorRole::MutedText, tr("Measured"));
    label->setBuddy(m_kinds);
    auto* line = new QHBoxLayout;
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(label);
    line->addWidget(m_kinds);
    line->addWidget(m_slider, 1);
    line->addWidget(m_step);
    line->addStretch(0);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 6, 8, 0);
    column->setSpacing(2);
    column->addLayout(line);
    column->addWidget(m_legend);
    connect(m_kinds, &QComboBox::currentIndexChanged, this, [this] {
        if (kind() == Measured::Distances) {
            m_distances.reset(); // of the checkpoint that is the last by now
            Q_EMIT distancesWanted();
        }
        show();
        refresh();
    });
    connect(m_slider, &QSlider::valueChanged, this, [this](int value) {
        m_follows = value == m_slider->maximum();
        show();
    });
    offerKinds();
    showRun({});
}

Measured MeasuredBar::kind() const {
    const int index = m_kinds->currentIndex();
    return index < 0 ? Measured::Nothing : m_offered[static_cast<std::size_t>(index)];
}

bool MeasuredBar::isOfConflict() const {
    return kind() == Measured::Conflict || kind() == Measured::Gradients;
}

/// Those that the network has; what is chosen stays.
void MeasuredBar::offerKinds() {
    std::vector<Measured> offered{Measured::Nothing, Measured::Conflict, Measured::Gradients,
                                  Measured::Distances};
    if (!m_readings.gatedLayers().empty())
        offered.push_back(Measured::Claims);
    if (std::ranges::any_of(m_readings.copies, [](const FactorReading& copy) {
            return copy.meaning == FactorMeaning::Mixture;
        }))
        offered.push_back(Measured::Mixtures);
    if (offered == m_offered)
        return;
    const Measured before = m_offered.empty() ? Measured::Nothing : kind();
    const QSignalBlocker blocker(m_kinds);
    m_offered = offered;
    m_kinds->clear();
    for (const Measured kind : m_offered)
        m_kinds->addItem(kindName(kind));
    const auto place = std::ranges::find(m_offered, before);
    m_kinds->setCurrentIndex(
        place == m_offered.end() ? 0 : static_cast<int>(place - m_offered.begin()));
}

void MeasuredBar::showRun(const RunId& run) {
    setVisible(!run.empty());
    if (run == m_run && !run.empty())
        return;
    m_run = run;
    m_measured = {};
    m_problem.clear();
    m_follows = true;
    m_readings = {};
    m_distances.reset();
    m_kinds->setCurrentIndex(0);
    offerKinds();
    showSteps();
    show();
    refresh();
}

void MeasuredBar::setNetwork(MeasuredNetwork network) {
    if (network == m_network)
        return;
    m_network = std::move(network);
    show();
}

void MeasuredBar::setReadings(FactorReadings readings) {
    m_readings = std::move(readings);
    offerKinds();
    show();
}

void MeasuredBar::setDistances(Expected<KernelDistances> distances) {
    m_distances = std::move(distances);
    show();
}

/// What is behind the last that is known, or all where rows were taken away meanwhile.
Expected<MeasuredBar::Measurements> MeasuredBar::read(const Store& store, const RunId& run,
                                                      const Measurements& known) {
    const auto record = store.run(run);
    if (!record)
        return failure(record.error());
    const std::int64_t generation = record->summary.generation;
    const bool isAll = generation != known.generation;
    auto news = store.conflicts(run, isAll || known.steps.empty() ? -1 : known.steps.back(),
                                MostMeasurements);
    if (!news)
        return failure(std::move(news.error()));
    if (!isAll && news->empty())
        return known;
    std::vector<ConflictRow> rows;
    if (!isAll)
        rows = *known.rows;
    rows.insert(rows.end(), std::make_move_iterator(news->begin()),
                std::make_move_iterator(news->end()));
    std::vector<std::int64_t> steps = measuredSteps(rows);
    if (std::ssize(steps) > MostMeasurements) {
        steps.erase(steps.begin(), steps.end() - MostMeasurements);
        rows.erase(rows.begin(),
                   std::ranges::lower_bound(rows, steps.front(), {}, &ConflictRow::step));
    }
    return Measurements{std::make_shared<const std::vector<ConflictRow>>(std::move(rows)),
                        std::move(steps), generation};
}

void MeasuredBar::refresh() {
    if (m_run.empty() || !isOfConflict() || std::exchange(m_reading, true))
        return;
    m_store.call(
        this,
        [run = m_run, known = m_measured](const Store& store) { return read(store, run, known); },
        [this, run = m_run](Expected<Measurements> measurements) {
            m_reading = false;
            if (run != m_run)
                return refresh();
            m_problem = measurements ? QString() : toQt(toText(measurements.error()));
            if (measurements)
                adopt(std::move(*measurements));
            else
                show();
        });
}

void MeasuredBar::adopt(Measurements measurements) {
    if (m_measured.generation >= 0 && measurements.rows == m_measured.rows)
        return;
    m_measured = std::move(measurements);
    showSteps();
    show();
}

void MeasuredBar::showSteps() {
    const QSignalBlocker blocker(m_slider);
    const int last = std::max(static_cast<int>(m_measured.steps.size()) - 1, 0);
    m_slider->setRange(0, last);
    if (m_follows)
        m_slider->setValue(last);
}

void MeasuredBar::show() {
    if (isOfConflict())
        return showConflict();
    if (kind() == Measured::Nothing)
        return lay({}, {}, {});
    if (kind() != Measured::Distances)
        return lay(readingsOverlay(kind(), m_readings, m_network), m_readings.step, {});
    if (!m_distances)
        return lay({}, {}, tr("Reading the last checkpoint…"));
    if (!*m_distances)
        return lay({}, {},
                   m_distances->error().code == "run.no_checkpoint"
                       ? tr("After the first checkpoint it will stand here")
                       : toQt(toText(m_distances->error())));
    lay(distanceOverlay(**m_distances, m_network), (*m_distances)->step, {});
}

/// With many tasks and layers it takes a while: the store's thread does it.
void MeasuredBar::showConflict() {
    if (m_measured.steps.empty())
        return lay({}, {},
                   !m_problem.isEmpty()        ? m_problem
                   : m_measured.generation < 0 ? tr("Reading…")
                                               : tr("Nothing is measured yet "
                                                    "(train.conflict_every)"));
    m_slider->setVisible(m_measured.steps.size() > 1);
    m_outdated = m_computing;
    if (std::exchange(m_computing, true))
        return;
    const std::int64_t step = m_measured.steps[static_cast<std::size_t>(m_slider->value())];
    m_store.call(
        this,
        [kind = kind(), rows = m_measured.rows, network = m_network, step](const Store&)
            -> Expected<PlanOverlay> { return conflictOverlay(kind, *rows, network, step); },
        [this, step, run = m_run, kind = kind()](Expected<PlanOverlay> overlay) {
            m_computing = false;
            if (m_outdated || run != m_run || kind != this->kind())
                show();
            else if (overlay)
                lay(std::move(*overlay), step, {});
        });
}

/// `step`: from which it is; `words`: why there is none.
void MeasuredBar::lay(PlanOverlay overlay, std::optional<std::int64_t> step, const QString& words) {
    m_slider->setVisible(isOfConflict() && m_measured.steps.size() > 1);
    m_step->setVisible(step && !overlay.isEmpty());
    if (step)
        m_step->setText(tr("step %1").arg(groupedNumber(*step)));
    m_legend->setVisible(kind() != Measured::Nothing);
    m_legend->show(overlay, words);
    if (overlay.isEmpty() && m_overlay.isEmpty())
        return;
    m_overlay = std::move(overlay);
    Q_EMIT overlayChanged(m_overlay);
}

} // namespace concertina
