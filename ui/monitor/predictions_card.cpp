// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/predictions_card.h"

#include "core/model/task_words.h"
#include "db/store.h"
#include "ui/monitor/panels.h"
#include "ui/monitor/preview_sheet.h"
#include "ui/monitor/run_pace.h"
#include "ui/store/store_access.h"
#include "widgets/controls/segmented_control.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QAbstractButton>
#include <QHBoxLayout>
#include <QImageReader>
#include <QScrollArea>
#include <QScrollBar>
#include <QSlider>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace concertina {

namespace {

/// In the order of the segments.
constexpr std::array kinds{"expanded", "collapsed", "truth"};

constexpr std::size_t mostPictures = 128; // of one step
constexpr int largestSide = 8192;

} // namespace

PredictionsCard::PredictionsCard(StoreAccess& store, const Catalogue& catalogue, QWidget* parent)
    : Card(tr("Predictions"), parent),
      m_store(store),
      m_catalogue(catalogue),
      m_kinds(new SegmentedControl({tr("Expanded"), tr("Collapsed"), tr("Truth")})),
      m_sheet(new PreviewSheet),
      m_area(new QScrollArea),
      m_slider(new QSlider(Qt::Horizontal)),
      m_stepText(new TonedLabel(ColorRole::MutedText)),
      m_foot(new QWidget) {
    m_kinds->setAccessibleName(tr("Which pictures are shown"));
    headerLayout()->addWidget(m_kinds);
    m_area->setWidget(m_sheet);
    m_area->setWidgetResizable(true);
    m_area->setFrameShape(QFrame::NoFrame);
    m_area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_area->viewport()->setAutoFillBackground(false);
    m_sheet->setAutoFillBackground(false);
    m_slider->setAccessibleName(tr("Validation that is shown"));
    m_slider->setToolTip(tr("Back through the validations; the frames are the same each time"));
    m_stepText->setFont(smallFont());

    auto* foot = new QVBoxLayout(m_foot);
    foot->setContentsMargins(12, 4, 12, 8);
    foot->setSpacing(2);
    foot->addWidget(m_stepText);
    foot->addWidget(m_slider);
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_area, 1);
    column->addWidget(m_foot);
    setBody(body);

    connect(m_kinds, &SegmentedControl::currentIndexChanged, this, &PredictionsCard::request);
    connect(m_slider, &QSlider::valueChanged, this, [this] {
        sayStep();
        request();
    });
    adoptKinds();
    adoptSteps(true);
}

void PredictionsCard::show(const RunId& run, const ExperimentSpec& spec,
                           const std::vector<PreviewRecord>& previews) {
    const bool anew = m_run != run;
    if (!anew && m_previews == previews && m_spec == spec)
        return;
    m_run = run;
    m_spec = spec;
    m_previews = previews;
    if (anew)
        m_sheet->setFrames({});
    m_sheet->setEmptyText(spec.train.previews == 0
                              ? tr("This run keeps no pictures: its train.previews is 0.")
                              : tr("The first frames of the validation split, and what is "
                                   "predicted for them, will be here with each validation."));
    adoptKinds();
    adoptSteps(anew);
}

/// A kind that no picture is of has no segment.
void PredictionsCard::adoptKinds() {
    int present = 0;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
        const bool there = std::ranges::any_of(
            m_previews, [&](const PreviewRecord& preview) { return preview.kind == kinds[i]; });
        m_kinds->segment(static_cast<int>(i))->setVisible(there);
        present += there ? 1 : 0;
    }
    m_kinds->setVisible(present > 1);
}

std::string PredictionsCard::chosenKind() const {
    return kinds[static_cast<std::size_t>(m_kinds->currentIndex())];
}

std::optional<std::int64_t> PredictionsCard::step() const {
    if (m_steps.empty())
        return std::nullopt;
    return m_steps[static_cast<std::size_t>(m_slider->value())];
}

void PredictionsCard::adoptSteps(bool anew) {
    const auto before = step();
    const bool atEnd = anew || m_slider->value() == m_slider->maximum();
    std::vector<std::int64_t> steps;
    for (const PreviewRecord& preview : m_previews)
        if (steps.empty() || steps.back() != preview.step)
            steps.push_back(preview.step);
    const int last = std::max(0, static_cast<int>(steps.size()) - 1);
    int index = last;
    // Looking at an earlier validation goes on.
    if (!atEnd && before)
        index = std::min(
            last, static_cast<int>(std::ranges::lower_bound(steps, *before) - steps.begin()));
    {
        const QSignalBlocker quiet(m_slider);
        m_steps = std::move(steps);
        m_slider->setRange(0, last);
        m_slider->setValue(index);
    }
    m_slider->setEnabled(last > 0);
    m_foot->setVisible(!m_steps.empty());
    sayStep();
    request();
}

void PredictionsCard::sayStep() {
    if (const auto at = step())
        m_stepText->setText(tr("step %1 · validation %2 of %3")
                                .arg(groupedNumber(*at), groupedNumber(m_slider->value() + 1),
                                     groupedNumber(static_cast<std::int64_t>(m_steps.size()))));
}

/// One step's pictures at a time; while they are read the slider may go on.
void PredictionsCard::request() {
    m_stale = true;
    if (m_loading)
        return;
    m_stale = false;
    const auto at = step();
    if (!at) {
        m_sheet->setFrames({});
        return;
    }
    std::vector<PreviewRecord> wanted;
    for (const PreviewRecord& preview : m_previews)
        if (preview.step == *at && (preview.kind == "image" || preview.kind == chosenKind())
            && wanted.size() < mostPictures)
            wanted.push_back(preview);
    m_loading = true;
    m_store.call(
        this,
        [wanted = std::move(wanted)](Store& store) -> Expected<std::vector<Loaded>> {
            std::vector<Loaded> pictures;
            for (const PreviewRecord& record : wanted)
                pictures.push_back(load(store.folder(), record));
            return pictures;
        },
        [this, run = m_run](Expected<std::vector<Loaded>> pictures) {
            m_loading = false;
            if (pictures && run == m_run && !m_steps.empty())
                arrange(*pictures);
            if (m_stale)
                request();
        });
}

/// In the store's thread. A file may be gone, cut off, or something else altogether.
PredictionsCard::Loaded PredictionsCard::load(const std::filesystem::path& folder,
                                              const PreviewRecord& record) {
    Loaded loaded{record, {}, {}};
    QImageReader reader(toQt((folder / record.file).string()), "png");
    std::error_code error;
    if (!std::filesystem::exists(folder / record.file, error))
        loaded.trouble = tr("The file is missing");
    else if (reader.size().width() > largestSide || reader.size().height() > largestSide)
        loaded.trouble = tr("Damaged: too large for a preview");
    else if (loaded.image = reader.read(); loaded.image.isNull())
        loaded.trouble = tr("Damaged: not a picture that can be read");
    return loaded;
}

QString PredictionsCard::captionOf(const PreviewRecord& record, int& task) const {
    task = -1;
    if (record.task.empty())
        return tr("Image");
    for (std::size_t i = 0; i < m_spec.tasks.size(); ++i)
        if (m_spec.tasks[i].called() == record.task)
            task = static_cast<int>(i);
    return toQt(taskWords(m_spec, m_catalogue, record.task).label);
}

void PredictionsCard::arrange(const std::vector<Loaded>& pictures) {
    std::vector<PreviewFrame> frames;
    for (const Loaded& picture : pictures) {
        const QString name = toQt(picture.record.sample);
        auto frame = std::ranges::find(frames, name, &PreviewFrame::name);
        if (frame == frames.end())
            frame = frames.insert(frames.end(), {name, {}});
        PreviewTile tile{.image = picture.image, .trouble = picture.trouble};
        tile.caption = captionOf(picture.record, tile.task);
        frame->tiles.push_back(std::move(tile));
    }
    // The image, then the tasks as in the spec.
    for (PreviewFrame& frame : frames)
        std::ranges::stable_sort(frame.tiles, {}, &PreviewTile::task);
    const int scrolled = m_area->verticalScrollBar()->value();
    m_sheet->setFrames(std::move(frames));
    m_area->verticalScrollBar()->setValue(scrolled);
}

} // namespace concertina
