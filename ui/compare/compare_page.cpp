// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/compare_page.h"

#include "core/model/catalogue.h"
#include "core/model/task_words.h"
#include "core/values/text.h"
#include "ui/compare/detail_card.h"
#include "ui/compare/frame_strip.h"
#include "ui/compare/legend_card.h"
#include "ui/compare/metrics_card.h"
#include "ui/compare/picture_stage.h"
#include "ui/compare/predict_panel.h"
#include "ui/compare/report_card.h"
#include "ui/compare/run_picker.h"
#include "ui/runs/run_text.h"
#include "ui/services/dialogs.h"
#include "ui/services/job_notice.h"
#include "widgets/controls/segmented_control.h"
#include "widgets/controls/toned_label.h"
#include "widgets/pictures/picture_view.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QAbstractButton>
#include <QAction>
#include <QComboBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLocale>
#include <QMimeDatabase>
#include <QSettings>
#include <QSignalBlocker>
#include <QStackedWidget>
#include <QStyle>

#include <algorithm>
#include <array>
#include <utility>

Q_DECLARE_METATYPE(concertina::SourceOfRun)

namespace concertina {

namespace {

/// A run by a short name where two stand beside each other.
QString shortName(const ComparedRun& run) {
    constexpr std::size_t longest = 28;
    return toQt(shortened(run.record.summary.name, longest));
}

/// What is too much for the strip of frames.
bool isForPanel(const QString& file) {
    return QFileInfo(file).isDir()
           || QMimeDatabase()
                  .mimeTypeForFile(file, QMimeDatabase::MatchExtension)
                  .name()
                  .startsWith(QLatin1String("video/"));
}

QString count(double parameters) {
    return parameters > 0 ? toQt(shortCount(parameters)) : QString();
}

} // namespace

// ---- What is compared

bool ComparePage::open(const PageRequest& request) {
    if (const auto* compared = std::get_if<CompareRuns>(&request))
        showRuns(compared->run, compared->other);
    else if (const auto* pictures = std::get_if<OpenPictures>(&request))
        openImages(pictures->files);
    else
        return false;
    return true;
}

void ComparePage::showRuns(const RunId& run, const std::optional<RunId>& other) {
    const bool sameFirst = !m_comparison.ids().empty() && m_comparison.ids().front() == run;
    const FramePick frame = m_comparison.frame();
    const bool hadFrame = !m_pictures.empty();
    m_pictures.setFrames({}, {});
    if (!sameFirst) {
        m_strip->showNothing();
        m_report->showNothing();
    }
    m_fitted.reset();
    m_runsFailed = false;
    m_comparison.compare(run, other);
    if (sameFirst && hadFrame)
        m_comparison.pick(frame);
    m_stack->setCurrentWidget(m_body);
    m_stage->notice()->clear();
    showPictures();
    enableActions();
    Q_EMIT headerChanged();
}

void ComparePage::prefer(const RunId& run) {
    m_picker->prefer(run);
}

void ComparePage::runsRead() {
    const std::vector<ComparedRun>& runs = m_comparison.runs();
    const std::optional<RunId> first = runs.front().id();
    if (std::exchange(m_runsFailed, false))
        m_stage->notice()->clear();
    if (m_fitted != first || m_toolRuns != runs.size()) {
        m_fitted = first;
        m_toolRuns = runs.size();
        fillTools();
    }
    QStringList steps;
    for (const ComparedRun& run : runs)
        steps << (run.checkpoint
                      ? QLocale(QLocale::English).toString(qlonglong(run.checkpoint->position.step))
                      : QStringLiteral("–"));
    m_step->setText(tr("step %1").arg(steps.join(QStringLiteral(" and "))));
    m_metrics->showRuns(runs);
    if (m_comparison.isReady()) {
        m_strip->showRun(runs.front());
        openImages(std::exchange(m_kept, {}));
        // Measuring waits for the first pictures.
        if (!m_pictures.empty())
            showReport();
    }
    if (m_pictures.empty())
        showPictures();
    enableActions();
    Q_EMIT headerChanged();
}

void ComparePage::framesRead() {
    const std::vector<ComparedRun>& runs = m_comparison.runs();
    std::vector<ComparisonPictures::FramePtr> frames;
    std::vector<std::array<QString, 2>> notes;
    for (std::size_t i = 0; i < runs.size(); ++i) {
        frames.push_back(m_comparison.predicted(i));
        const RunSummary& summary = runs[i].record.summary;
        if (runs.size() > 1)
            notes.push_back({shortName(runs[i]), shortName(runs[i])});
        else
            notes.push_back({count(summary.trainedParameters), count(summary.collapsedParameters)});
    }
    m_stage->notice()->clear();
    m_strip->setName(m_comparison.frame(), toQt(frames.front()->name));
    m_pictures.setFrames(std::move(frames), std::move(notes));
    m_strip->setTask(currentTask(), m_pictures.kind());
    showPictures();
    showReport();
    enableActions();
}

void ComparePage::showReport() {
    const std::vector<ComparedRun>& runs = m_comparison.runs();
    const auto chosen = static_cast<std::size_t>(std::max(0, m_reportRun->currentIndex()));
    if (chosen >= runs.size() || !runs[chosen].checkpoint)
        return;
    std::vector<std::pair<std::string, QString>> tasks;
    for (const TaskSpec& task : runs[chosen].spec.tasks)
        tasks.emplace_back(
            task.called(),
            toQt(taskWords(runs[chosen].spec, m_context.catalogue, task.called()).label));
    m_report->showRun(runs[chosen].id(), runs[chosen].checkpoint->position.step, tasks);
}

// ---- Choices

void ComparePage::fillTools() {
    const std::vector<ComparedRun>& runs = m_comparison.runs();
    QStringList labels;
    int chosen = 0;
    for (const TaskSpec& task : runs.front().spec.tasks) {
        if (task.called() == m_task)
            chosen = static_cast<int>(labels.size());
        labels << toQt(taskWords(runs.front().spec, m_context.catalogue, task.called()).label);
    }
    delete m_taskChoice;
    m_taskChoice = new SegmentedControl(labels);
    m_taskChoice->showTaskColors();
    m_taskChoice->setAccessibleName(tr("Task"));
    m_taskChoice->setCurrentIndex(chosen);
    m_tools->insertWidget(0, m_taskChoice);
    connect(m_taskChoice, &SegmentedControl::currentIndexChanged, this, &ComparePage::chooseTask);
    fillSides();
    fillReportRuns();
    chooseTask(chosen);
}

void ComparePage::fillSides() {
    const std::vector<ComparedRun>& runs = m_comparison.runs();
    const QSignalBlocker left(m_leftChoice);
    const QSignalBlocker right(m_rightChoice);
    for (QComboBox* box : {m_leftChoice, m_rightChoice}) {
        box->clear();
        const auto add = [box](const QString& name, SourceOfRun source) {
            box->addItem(name, QVariant::fromValue(source));
            box->setItemData(box->count() - 1, name, Qt::ToolTipRole);
        };
        add(tr("Image"), {Source::Image, 0});
        add(tr("Truth"), {Source::Truth, 0});
        for (std::size_t run = 0; run < runs.size(); ++run) {
            const QString of = runs.size() > 1 ? QStringLiteral(" · ") + shortName(runs[run])
                                               : QString();
            add(tr("Expanded") + of, {Source::Expanded, run});
            add(tr("Collapsed") + of, {Source::Collapsed, run});
        }
    }
    // Two runs are compared as they ship, one with itself before and after.
    m_leftChoice->setCurrentIndex(runs.size() > 1 ? 3 : 2);
    m_rightChoice->setCurrentIndex(runs.size() > 1 ? 5 : 3);
    chooseSides();
}

void ComparePage::fillReportRuns() {
    const std::vector<ComparedRun>& runs = m_comparison.runs();
    const QSignalBlocker quiet(m_reportRun);
    m_reportRun->clear();
    for (const ComparedRun& run : runs)
        m_reportRun->addItem(run.name());
    m_reportRun->setVisible(runs.size() > 1);
}

int ComparePage::currentTask() const {
    return m_taskChoice == nullptr ? -1 : m_taskChoice->currentIndex();
}

void ComparePage::chooseTask(int index) {
    const std::vector<TaskSpec>& tasks = m_comparison.runs().front().spec.tasks;
    if (index < 0 || index >= static_cast<int>(tasks.size()))
        return;
    const TaskSpec& task = tasks[static_cast<std::size_t>(index)];
    m_task = task.called();
    m_context.settings.setValue(QStringLiteral("compare/task"), toQt(m_task));
    m_pictures.setTask(m_task);
    const TaskInfo* info = m_context.catalogue.task(task.method.id);
    m_strip->setTask(index, info == nullptr ? m_pictures.kind() : info->target);
    showPictures();
}

void ComparePage::chooseMode(int index) {
    m_context.settings.setValue(QStringLiteral("compare/mode"), index);
    m_stage->setMode(static_cast<CompareMode>(index));
    showPictures();
}

void ComparePage::chooseSides() {
    m_stage->setSides(m_leftChoice->currentData().value<SourceOfRun>(),
                      m_rightChoice->currentData().value<SourceOfRun>());
    showPictures();
}

// ---- Pictures from anywhere

void ComparePage::openImages(const QStringList& files) {
    if (files.isEmpty())
        return;
    if (std::ranges::any_of(files, &isForPanel)) {
        m_predicting->addInputs(files);
        return predictFiles();
    }
    if (!m_comparison.isReady()) {
        m_kept = files;
        m_context.navigator.showMessage(
            m_comparison.ids().empty()
                ? tr("Choose a run: its networks predict the picture.")
                : tr("The picture is shown when the run has its first checkpoint."));
        return;
    }
    m_stack->setCurrentWidget(m_body);
    m_strip->openFiles(files);
}

void ComparePage::openImage() {
    const auto file = m_context.dialogs.openFile(
        this, tr("Open an image"),
        tr("Images (*.png *.jpg *.jpeg *.bmp *.tif *.tiff *.webp *.ppm);;All files (*)"));
    if (file)
        openImages({*file});
}

const ComparedRun& ComparePage::reportedRun() const {
    return m_comparison.runs().at(
        static_cast<std::size_t>(std::max(0, m_reportRun->currentIndex())));
}

// ---- What is shown

QString ComparePage::whyNoFrame() const {
    if (m_stage->notice()->isFailure())
        return {};
    for (const ComparedRun& run : m_comparison.runs())
        if (!run.checkpoint)
            return tr("“%1” has no checkpoint yet. Its predictions appear here with the first one.")
                .arg(run.name());
    return {};
}

void ComparePage::showPictures() {
    m_pictures.setStyle(m_legend->style());
    m_stage->refresh(whyNoFrame());
    const bool any = !m_pictures.empty();
    m_legend->setVisible(any);
    if (!any)
        return m_detail->showNothing();
    const SourceOfRun right = m_stage->right();
    const bool predicts = right.source == Source::Expanded || right.source == Source::Collapsed;
    m_detail->showFrame(m_pictures, m_pictures.name(),
                        predicts ? right : SourceOfRun{Source::Collapsed, 0});
    m_legend->showLegend(m_pictures, m_pictures.limit(m_stage->left(), m_stage->right()));
    showMark();
}

void ComparePage::restyle() {
    m_pictures.setStyle(m_legend->style());
    if (m_pictures.empty())
        return;
    m_stage->refresh();
    const SourceOfRun right = m_stage->right();
    const bool predicts = right.source == Source::Expanded || right.source == Source::Collapsed;
    m_detail->showFrame(m_pictures, m_pictures.name(),
                        predicts ? right : SourceOfRun{Source::Collapsed, 0});
}

void ComparePage::showMark() {
    std::optional<double> depth;
    if (m_cursor.point())
        for (const SourceOfRun source : {m_stage->right(), m_stage->left()})
            if (!depth)
                depth = m_pictures.depthAt(source, *m_cursor.point());
    m_legend->setMark(depth);
}

void ComparePage::enableActions() {
    const bool body = m_stack->currentWidget() == m_body;
    const bool ready = body && m_comparison.isReady();
    m_open->setEnabled(ready);
    m_other->setEnabled(body && m_comparison.ids().size() == 1);
    m_one->setEnabled(body && m_comparison.ids().size() > 1);
    m_another->setEnabled(body);
    m_networks->setEnabled(ready);
    m_savePicture->setEnabled(body && !m_pictures.empty());
    m_save->setEnabled(ready);
}

PageHeader ComparePage::header() const {
    const std::vector<ComparedRun>& runs = m_comparison.runs();
    if (runs.empty() || m_stack->currentWidget() != m_body)
        return {tr("Compare"), {}, PageHeader::Tone::Neutral};
    PageHeader header{runs.front().name(), {}, PageHeader::Tone::Neutral};
    if (runs.size() > 1) {
        header.title = tr("%1 and %2").arg(shortName(runs[0]), shortName(runs[1]));
        return header;
    }
    const RunSummary& run = runs.front().record.summary;
    const std::string cut = cutOf(run, runs.front().spec.train);
    header.note = toQt(cut.empty() ? std::string(stateName(run.state)) : cut);
    header.tone = stateTone(run.state, !cut.empty());
    return header;
}

} // namespace concertina
