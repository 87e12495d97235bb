// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/frame_strip.h"

#include "ui/services/job_notice.h"
#include "widgets/controls/toned_label.h"
#include "widgets/pictures/gallery.h"
#include "widgets/pictures/picture.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QComboBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLocale>
#include <QSignalBlocker>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace concertina {

namespace {

constexpr int ThumbnailHeight = 126; ///< twice what is shown, for fine screens

QString frameCount(int frames) {
    return frames == 1 ? FrameStrip::tr("1 frame")
                       : FrameStrip::tr("%1 frames").arg(QLocale(QLocale::English).toString(frames));
}

} // namespace

FrameStrip::FrameStrip(JobService& jobs, QWidget* parent)
    : Card({}, parent), m_jobs(jobs), m_gallery(new GalleryStrip), m_splitChoice(new QComboBox),
      m_orderChoice(new QComboBox), m_leftOut(new TonedLabel(ColorRole::Warning)),
      m_notice(new JobNotice(this)) {
    auto* body = new QWidget;
    auto* row = new QHBoxLayout(body);
    row->setContentsMargins(8, 8, 12, 4);
    row->setSpacing(12);
    row->addWidget(m_gallery, 1);
    auto* column = new QVBoxLayout;
    column->setSpacing(6);
    for (QComboBox* box : {m_splitChoice, m_orderChoice}) {
        box->setFont(smallFont());
        box->setFixedWidth(168);
        column->addWidget(box);
    }
    m_leftOut->setFont(smallFont());
    m_leftOut->setElided(true);
    m_leftOut->setFixedWidth(168);
    m_leftOut->hide();
    column->addWidget(m_leftOut);
    column->addStretch(1);
    row->addLayout(column);
    setBody(body);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_splitChoice->setAccessibleName(tr("Frames of which split"));
    m_splitChoice->setToolTip(tr("Which frames are shown"));
    m_orderChoice->setAccessibleName(tr("Order of the frames"));
    m_orderChoice->setToolTip(
        tr("Worst first: every frame of the split is predicted once by the collapsed network"));
    m_orderChoice->addItems({tr("By number"), tr("Worst first")});
    m_notice->floatAtBottom(8);

    connect(m_splitChoice, &QComboBox::activated, this, [this] {
        m_ranking.cancel();
        m_notice->clear();
        m_split = m_splitChoice->currentData().toString().toStdString();
        showSplit(0);
    });
    connect(m_orderChoice, &QComboBox::activated, this, [this](int index) {
        setWorstFirst(index == 1);
        Q_EMIT orderChanged(index == 1);
    });
    connect(m_gallery, &GalleryStrip::frameChosen, this, [this](int frame) {
        m_passOn = 0;
        choose(frame);
    });
    connect(m_gallery, &GalleryStrip::thumbnailsMissing, this, &FrameStrip::loadThumbnails);
    connect(m_notice, &JobNotice::cancelled, this, [this] {
        m_describing.cancel();
        m_ranking.cancel();
        m_notice->clear();
        setWorstFirst(false);
    });
    connect(m_notice, &JobNotice::againAsked, this, [this] {
        m_notice->clear();
        if (m_splits.empty())
            describe();
        else
            rank();
    });
}

void FrameStrip::showRun(const ComparedRun& run) {
    if (run.id() == m_run)
        return;
    showNothing();
    m_run = run.id();
    m_spec = run.spec;
    fillSplits();
    describe();
}

void FrameStrip::showNothing() {
    m_describing.cancel();
    m_ranking.cancel();
    m_thumbnail.cancel();
    m_notice->clear();
    m_run.clear();
    m_splits.clear();
    m_errors.clear();
    m_split.clear();
    m_splitChoice->clear();
    m_gallery->gallery()->setFrames({});
}

void FrameStrip::describe() {
    m_notice->showBusy(tr("Looking into the dataset…"));
    m_jobs.describeDataset(
        m_spec, m_describing.next<DatasetSummary>([this](Expected<DatasetSummary> dataset) {
            if (!dataset) {
                m_notice->showFailure(tr("The frames cannot be read"), dataset.error());
                Q_EMIT nothingToPick();
                return;
            }
            m_notice->clear();
            m_splits = dataset->splits;
            std::erase_if(m_splits, [](const auto& split) { return split.samples <= 0; });
            fillSplits();
            if (m_gallery->gallery()->frames() > 0 || m_splits.empty())
                return; // a picture was opened meanwhile
            m_split = m_splits.front().name;
            for (const auto& split : m_splits)
                if (split.name == m_spec.data.validationSplit)
                    m_split = split.name;
            showSplit(0);
        }));
}

void FrameStrip::fillSplits() {
    const QSignalBlocker quiet(m_splitChoice);
    m_splitChoice->clear();
    for (const auto& split : m_splits)
        m_splitChoice->addItem(
            QStringLiteral("%1 · %2").arg(toQt(split.name), frameCount(split.samples)),
            toQt(split.name));
    if (!m_files.empty())
        m_splitChoice->addItem(
            tr("opened · %1").arg(frameCount(static_cast<int>(m_files.size()))), QString());
    const int at = m_splitChoice->findData(toQt(m_split));
    m_splitChoice->setCurrentIndex(at);
    m_splitChoice->setEnabled(m_splitChoice->count() > 1);
}

bool FrameStrip::showsFiles() const {
    return m_split.empty();
}

void FrameStrip::showSplit(int frame) {
    m_thumbnail.cancel();
    m_unreadable.clear();
    std::vector<QString> names;
    if (showsFiles()) {
        for (const std::string& file : m_files)
            names.push_back(QFileInfo(toQt(file)).fileName());
    } else {
        for (const auto& split : m_splits)
            if (split.name == m_split)
                names.resize(static_cast<std::size_t>(split.samples));
    }
    m_gallery->gallery()->setFrames(std::move(names));
    fillSplits();
    m_orderChoice->setEnabled(!showsFiles());
    showErrors();
    m_passOn = 1;
    choose(frame); // before the long job
    if (isWorstFirst() && !showsFiles())
        rank();
}

FramePick FrameStrip::pickOf(int frame) const {
    if (showsFiles())
        return {{}, 0, m_files[static_cast<std::size_t>(frame)]};
    return {m_split, frame, {}};
}

void FrameStrip::choose(int frame) {
    if (frame < 0 || frame >= m_gallery->gallery()->frames())
        return;
    m_gallery->setCurrentFrame(frame);
    Q_EMIT picked(pickOf(frame));
}

void FrameStrip::step(int by) {
    const GalleryModel& model = *m_gallery->gallery();
    int row = model.rowOf(m_gallery->currentFrame()) + by;
    const bool skips = !showsFiles() && m_spec.data.damaged == DamagedSamples::Skip;
    while (skips && row >= 0 && row < model.frames() && m_unreadable.contains(model.frameAt(row)))
        row += by;
    m_passOn = by;
    if (row >= 0 && row < model.frames())
        choose(model.frameAt(row));
}

void FrameStrip::passOver(const FramePick& pick) {
    if (showsFiles() || pick.split != m_split)
        return;
    m_unreadable.insert(pick.index);
    showLeftOut();
    if (m_passOn != 0 && m_spec.data.damaged == DamagedSamples::Skip)
        step(m_passOn);
}

QString FrameStrip::leftOut() const {
    std::set<int> frames = m_unreadable;
    if (const auto ranked = m_errors.find(m_split); ranked != m_errors.end())
        for (const FrameErrors& frame : ranked->second)
            if (frame.errors.empty())
                frames.insert(frame.index);
    return frames.empty() || showsFiles()
               ? QString()
               : tr("%1 can't be read").arg(frameCount(static_cast<int>(frames.size())));
}

void FrameStrip::showLeftOut() {
    m_leftOut->setText(leftOut());
    m_leftOut->setToolTip(m_leftOut->text());
    m_leftOut->setVisible(!m_leftOut->text().isEmpty());
}

void FrameStrip::openFiles(const QStringList& files) {
    if (files.isEmpty() || m_run.empty())
        return;
    int first = -1;
    for (const QString& file : files) {
        const std::string path = file.toStdString();
        auto at = std::find(m_files.begin(), m_files.end(), path);
        if (at == m_files.end())
            at = m_files.insert(m_files.end(), path);
        if (first < 0)
            first = static_cast<int>(at - m_files.begin());
    }
    m_ranking.cancel();
    m_split.clear();
    showSplit(first);
}

void FrameStrip::setName(const FramePick& pick, const QString& name) {
    if (!showsFiles() && pick.split == m_split)
        m_gallery->gallery()->setName(pick.index, name);
}

void FrameStrip::setTask(int task, const TargetKind* kind) {
    if (task < 0)
        return;
    m_task = static_cast<std::size_t>(task);
    m_kind = kind;
    showErrors();
}

bool FrameStrip::isWorstFirst() const {
    return m_orderChoice->currentIndex() == 1;
}

void FrameStrip::setWorstFirst(bool worst) {
    m_orderChoice->setCurrentIndex(worst ? 1 : 0);
    if (worst && !showsFiles())
        return rank();
    m_ranking.cancel();
    if (m_notice->isBusy() && !m_describing.isBusy())
        m_notice->clear();
    showErrors();
}

void FrameStrip::setErrorsOld() {
    m_errorsOld = true;
}

void FrameStrip::rank() {
    if (std::exchange(m_errorsOld, false))
        m_errors.clear();
    showErrors();
    if (m_errors.contains(m_split))
        return;
    m_notice->showBusy(tr("Predicting every frame of “%1”…").arg(toQt(m_split)), 0);
    m_jobs.rankFrames(
        m_run, m_split,
        m_ranking.next<std::vector<FrameErrors>>(
            [this, split = m_split](Expected<std::vector<FrameErrors>> errors) {
                if (!errors)
                    return m_notice->showFailure(tr("The frames cannot be sorted"), errors.error());
                m_notice->clear();
                m_errors[split] = std::move(*errors);
                showErrors();
            },
            [this](double share, const QString& what) { m_notice->showBusy(what, share); }));
}

void FrameStrip::showErrors() {
    showLeftOut();
    GalleryModel& model = *m_gallery->gallery();
    const auto known = m_errors.find(m_split);
    if (showsFiles() || known == m_errors.end()) {
        model.clearErrors();
        model.setOrder(GalleryModel::Order::ByIndex);
        return;
    }
    std::vector<double> errors(static_cast<std::size_t>(model.frames()),
                               std::numeric_limits<double>::quiet_NaN());
    for (const FrameErrors& frame : known->second)
        if (frame.index >= 0 && frame.index < model.frames()) {
            if (m_task < frame.errors.size())
                errors[static_cast<std::size_t>(frame.index)] = frame.errors[m_task];
            model.setName(frame.index, toQt(frame.name));
        }
    model.setErrors(errors, [kind = m_kind](double error) { return toQt(kind->errorText(error)); });
    model.setOrder(isWorstFirst() ? GalleryModel::Order::WorstFirst
                                  : GalleryModel::Order::ByIndex);
}

void FrameStrip::loadThumbnails() {
    if (m_thumbnail.isBusy() || m_run.empty())
        return;
    for (const int frame : m_gallery->missingThumbnails()) {
        if (m_unreadable.contains(frame))
            continue;
        const FramePick pick = pickOf(frame);
        m_jobs.thumbnail({m_run, pick.split, pick.index, pick.file}, ThumbnailHeight,
                         m_thumbnail.next<Image>([this, frame](Expected<Image> image) {
                             if (image && !image->empty())
                                 m_gallery->gallery()->setThumbnail(frame, toQImage(*image));
                             else
                                 m_unreadable.insert(frame); // why is shown when it is chosen
                             showLeftOut();
                             loadThumbnails();
                         }));
        return;
    }
}

} // namespace concertina
