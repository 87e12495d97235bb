// SPDX-License-Identifier: GPL-3.0-or-later
// How the Compare page is put together: parts, actions, what a person does with them.
#include "ui/compare/compare_page.h"

#include "ui/compare/class_panel.h"
#include "ui/compare/detail_card.h"
#include "ui/compare/difference_panel.h"
#include "ui/compare/export_panel.h"
#include "ui/compare/frame_strip.h"
#include "ui/compare/legend_card.h"
#include "ui/compare/metrics_card.h"
#include "ui/compare/picture_stage.h"
#include "ui/compare/predict_panel.h"
#include "ui/compare/report_card.h"
#include "ui/compare/run_picker.h"
#include "ui/compare/runner_panel.h"
#include "ui/compare/saved_picture.h"
#include "ui/services/dialogs.h"
#include "ui/services/job_notice.h"
#include "ui/services/run_service.h"
#include "widgets/controls/segmented_control.h"
#include "widgets/controls/toned_label.h"
#include "widgets/pictures/gallery.h"
#include "widgets/save_file.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QComboBox>
#include <QDropEvent>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMimeData>
#include <QScrollArea>
#include <QSettings>
#include <QStackedWidget>
#include <QStyle>
#include <QUrl>

#include <utility>

namespace concertina {

namespace {

constexpr int DetailWidth = 236;
constexpr int ReportWidth = 284;

QStringList localFiles(const QMimeData* data) {
    QStringList files;
    for (const QUrl& url : data->urls())
        if (url.isLocalFile())
            files << url.toLocalFile();
    return files;
}

/// Whether a frame's files are at fault, not the network or all of the dataset.
bool isOfSample(const Problem& problem) {
    return problem.code.starts_with("image.") || problem.code == "dataset.size"
           || problem.code == "dataset.class";
}

} // namespace

ComparePage::ComparePage(PageContext context, QWidget* parent)
    : Page(parent),
      m_context(context),
      m_comparison(context),
      m_stack(new QStackedWidget),
      m_picker(new RunPicker(context.store)),
      m_body(nullptr),
      m_tools(nullptr),
      m_modeChoice(new SegmentedControl(
          {tr("All"), tr("Side by side"), tr("Swipe"), tr("Blink"), tr("Difference")})),
      m_leftChoice(new QComboBox),
      m_rightChoice(new QComboBox),
      m_step(new TonedLabel(ColorRole::MutedText)),
      m_stage(new PictureStage(m_pictures, m_cursor)),
      m_strip(new FrameStrip(context.jobs)),
      m_detail(new DetailCard(m_cursor)),
      m_legend(new LegendCard),
      m_report(new ReportCard(context.jobs)),
      m_export(new ExportPanel(context.catalogue, context.dialogs, this)),
      m_predicting(new PredictPanel(context.jobs, context.dialogs, context.settings, this)),
      m_reportRun(new QComboBox),
      m_metrics(new MetricsCard(context.catalogue)),
      m_classes(new ClassPanel(context.jobs, this)),
      m_runners(new RunnerPanel(context.jobs, this)),
      m_difference(new DifferencePanel(context.jobs, context.dialogs, this)) {
    setAcceptDrops(true);
    m_body = makeBody();
    m_stack->addWidget(m_picker);
    m_stack->addWidget(m_body);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(GridUnit, GridUnit, GridUnit, GridUnit);
    column->addWidget(m_stack);
    makeActions();
    connectComparison();
    connectParts();
    connectPredicting();
    restoreChoices();
    chooseRun();
}

ComparePage::~ComparePage() = default;

QWidget* ComparePage::makeTools() {
    auto* tools = new QWidget;
    m_tools = new QHBoxLayout(tools);
    m_tools->setContentsMargins(0, 0, 0, 0);
    m_tools->setSpacing(12);
    m_modeChoice->setAccessibleName(tr("How pictures are compared"));
    m_tools->addWidget(m_modeChoice);
    for (const auto& [name, box] :
         {std::pair(tr("Left"), m_leftChoice), std::pair(tr("Right"), m_rightChoice)}) {
        auto* label = new TonedLabel(ColorRole::MutedText, name);
        label->setBuddy(box);
        box->setAccessibleName(name);
        box->setFixedWidth(156);
        box->setFixedHeight(ControlHeight);
        box->view()->setMinimumWidth(280);
        auto* pair = new QHBoxLayout;
        pair->setSpacing(6);
        pair->addWidget(label);
        pair->addWidget(box);
        m_tools->addLayout(pair);
    }
    m_tools->addStretch(1);
    m_step->setToolTip(tr("The checkpoint that predicts: the last one of the run"));
    m_tools->addWidget(m_step);
    return tools;
}

QWidget* ComparePage::makeBody() {
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(GridUnit);
    column->addWidget(makeTools());
    auto* row = new QHBoxLayout;
    row->setSpacing(GridUnit);
    auto* left = new QVBoxLayout;
    left->setSpacing(GridUnit);
    auto* stageCard = new Card;
    stageCard->setBody(m_stage);
    left->addWidget(stageCard, 1);
    left->addWidget(m_strip);
    row->addLayout(left, 1);
    m_detail->setFixedWidth(DetailWidth);
    row->addWidget(m_detail);

    auto* side = new QWidget;
    auto* cards = new QVBoxLayout(side);
    cards->setContentsMargins(0, 0, 0, 0);
    cards->setSpacing(GridUnit);
    m_reportRun->setAccessibleName(tr("Whose report"));
    m_reportRun->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
    cards->addWidget(m_legend);
    cards->addWidget(m_reportRun);
    cards->addWidget(m_report);
    cards->addWidget(m_metrics);
    cards->addStretch(1);
    auto* scroll = new QScrollArea;
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(side);
    scroll->viewport()->setAutoFillBackground(false);
    side->setAutoFillBackground(false);
    scroll->setFixedWidth(ReportWidth);
    row->addWidget(scroll);
    column->addLayout(row, 1);
    return body;
}

void ComparePage::makeActions() {
    const auto make = [this](const QString& text, const QString& help, auto slot) {
        auto* action = new QAction(text, this);
        action->setToolTip(help);
        connect(action, &QAction::triggered, this, slot);
        addAction(action);
        return action;
    };
    m_open = make(tr("Open images…"), tr("Predict pictures of your own; they can be dropped too"),
                  &ComparePage::openImage);
    m_open->setShortcut(QKeySequence(tr("Ctrl+Shift+O")));
    m_another = make(tr("Choose a run to compare…"), tr("Another run instead of this one"),
                     &ComparePage::chooseRun);
    m_other = make(tr("Compare with another run…"), tr("Two runs on the same frames"),
                   &ComparePage::chooseOther);
    m_one = make(tr("Back to one run"), tr("Only the first run, expanded and collapsed"),
                 [this] { showRuns(m_comparison.ids().front(), std::nullopt); });
    m_networks = make(tr("Difference of networks…"),
                      tr("What differs between the two networks, node by node; or between this one "
                         "and a file's"),
                      &ComparePage::showDifference);
    m_savePicture = make(tr("Save picture…"), tr("What is shown, in true pixels, with its legend"),
                         &ComparePage::savePicture);
    m_save = make(tr("Save collapsed network…"),
                  tr("The collapsed network of the last checkpoint, for other programs too"),
                  [this] { m_export->choose(reportedRun().name(), m_report->report()); });
    m_predict = make(tr("Predict files…"),
                     tr("Write predictions for pictures, folders and videos, by this run's network "
                        "or an exported one"),
                     &ComparePage::predictFiles);
    for (QAction* action :
         {m_open, m_another, m_other, m_one, m_networks, m_savePicture, m_predict, m_save})
        action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
}

QList<QAction*> ComparePage::barActions() const {
    if (m_stack->currentWidget() != m_body)
        return {m_predict};
    return {m_open, m_one->isEnabled() ? m_one : m_other, m_predict, m_savePicture, m_save};
}

bool ComparePage::hasPrimary() const {
    return m_stack->currentWidget() == m_body;
}

void ComparePage::connectComparison() {
    connect(&m_comparison, &Comparison::runsRead, this, &ComparePage::runsRead);
    connect(&m_comparison, &Comparison::framesRead, this, &ComparePage::framesRead);
    connect(&m_comparison, &Comparison::checkpointRead, m_strip, &FrameStrip::setErrorsOld);
    connect(&m_comparison, &Comparison::runsFailed, this, [this](const Problem& problem) {
        m_runsFailed = true;
        m_stage->notice()->showFailure(tr("The run cannot be read"), problem);
        enableActions();
    });
    JobNotice* notice = m_stage->notice();
    connect(&m_comparison, &Comparison::frameBusy, notice,
            [notice](double share, const QString& what) { notice->showBusy(what, share); });
    connect(&m_comparison, &Comparison::frameFailed, this, [this](const Problem& problem) {
        m_pictures.setFrames({}, {}); // what was there is another frame
        m_stage->notice()->showFailure(tr("This frame cannot be predicted"), problem);
        showPictures();
        showReport();
        enableActions();
        if (isOfSample(problem))
            m_strip->passOver(m_comparison.frame());
    });
    connect(notice, &JobNotice::cancelled, this, [this, notice] {
        m_comparison.cancel();
        notice->clear();
    });
    connect(notice, &JobNotice::againAsked, &m_comparison, &Comparison::reload);
}

void ComparePage::connectParts() {
    connect(m_strip, &FrameStrip::picked, &m_comparison, &Comparison::pick);
    connect(m_strip, &FrameStrip::nothingToPick, this, &ComparePage::showReport);
    connect(m_strip, &FrameStrip::orderChanged, this, [this](bool worstFirst) {
        m_context.settings.setValue(QStringLiteral("compare/worst_first"), worstFirst);
    });
    connect(m_modeChoice, &SegmentedControl::currentIndexChanged, this, &ComparePage::chooseMode);
    connect(m_leftChoice, &QComboBox::currentIndexChanged, this, &ComparePage::chooseSides);
    connect(m_rightChoice, &QComboBox::currentIndexChanged, this, &ComparePage::chooseSides);
    connect(m_reportRun, &QComboBox::currentIndexChanged, this, &ComparePage::showReport);
    connect(m_report, &ReportCard::saved, this, [this](const QString& file) {
        m_context.navigator.showMessage(tr("Saved the collapsed network: %1").arg(file));
    });
    connect(m_export, &ExportPanel::chosen, this,
            [this](const MethodChoice& format, const QString& place) {
                m_report->save(reportedRun().id(), format, place.toStdString());
            });
    connect(m_report, &ReportCard::runnersAsked, this, &ComparePage::showRunners);
    connect(m_report, &ReportCard::differenceAsked, this, &ComparePage::showDifference);
    // In the window's strip: the card may be scrolled away from where it was asked for.
    connect(m_report, &ReportCard::saveFailed, this, [this](const Problem& problem) {
        m_context.navigator.showProblem(tr("The collapsed network was not saved."), problem);
    });

    connect(m_metrics, &MetricsCard::classesAsked, this, &ComparePage::showClasses);
    connect(m_metrics, &MetricsCard::precisionsAsked, this, &ComparePage::showPrecisions);
    connect(m_legend, &LegendCard::styleChanged, this, &ComparePage::restyle);
    connect(m_legend, &LegendCard::opacityChanged, this, [this](double opacity) {
        m_context.settings.setValue(QStringLiteral("compare/opacity"), opacity);
    });
    connect(m_stage, &PictureStage::regionHovered, m_legend, &LegendCard::setHighlighted);
    connect(m_detail, &DetailCard::regionHovered, m_legend, &LegendCard::setHighlighted);
    connect(m_stage, &PictureStage::rangeChanged, this, &ComparePage::showPictures);
    connect(&m_cursor, &PictureCursor::changed, this, &ComparePage::showMark);

    connect(m_picker, &RunPicker::chosen, this, [this](const RunId& run) {
        if (m_choosesOther)
            showRuns(m_comparison.ids().front(), run);
        else
            showRuns(run, std::nullopt);
    });
    connect(m_picker, &RunPicker::cancelled, this, [this] {
        m_stack->setCurrentWidget(m_body);
        enableActions();
        Q_EMIT headerChanged();
    });
    connect(m_picker, &RunPicker::runsWanted, this,
            [this] { m_context.navigator.open(ListRuns{}); });
}

void ComparePage::restoreChoices() {
    const QSettings& settings = m_context.settings;
    m_task = settings.value(QStringLiteral("compare/task")).toString().toStdString();
    m_legend->setOpacity(settings.value(QStringLiteral("compare/opacity"), m_legend->opacity())
                             .toDouble());
    m_modeChoice->setCurrentIndex(
        settings.value(QStringLiteral("compare/mode"), static_cast<int>(CompareMode::Swipe))
            .toInt());
    m_stage->setMode(static_cast<CompareMode>(m_modeChoice->currentIndex()));
    m_strip->setWorstFirst(settings.value(QStringLiteral("compare/worst_first"), false).toBool());
    m_stage->setReducedMotion(
        settings.value(QStringLiteral("window/reduced_motion"), false).toBool()
        || style()->styleHint(QStyle::SH_Widget_Animation_Duration, nullptr, this) == 0);
}

void ComparePage::chooseRun() {
    m_choosesOther = false;
    m_picker->ask(tr("Compare what both networks predict"),
                  tr("Here a run's expanded and collapsed networks stand beside each other and "
                     "beside the truth, on any frame or picture. Choose a run:"),
                  std::nullopt, !m_comparison.ids().empty());
    m_stack->setCurrentWidget(m_picker);
    enableActions();
    Q_EMIT headerChanged();
}

void ComparePage::chooseOther() {
    m_choosesOther = true;
    m_picker->ask(tr("Compare with another run"),
                  tr("Both are shown on the same frames. Choose the other run:"),
                  m_comparison.ids().front(), true);
    m_stack->setCurrentWidget(m_picker);
    enableActions();
    Q_EMIT headerChanged();
}

// ---- Pictures in and out

void ComparePage::savePicture() {
    const QString name = m_pictures.name();
    const auto file = m_context.dialogs.saveFile(
        this, tr("Save the picture"), (name.isEmpty() ? tr("comparison") : name)
                                          + QStringLiteral(".png"),
        tr("PNG (*.png)"));
    if (!file)
        return;
    const QImage picture =
        pictureForFile(m_stage->shown(), m_stage->columns(), m_pictures,
                       m_pictures.limit(m_stage->left(), m_stage->right()));
    if (const auto saved = savePng(*file, picture); !saved)
        m_stage->notice()->showFailure(tr("The picture was not saved"), saved.error());
    else
        m_context.navigator.showMessage(tr("Saved the picture: %1").arg(*file));
}

void ComparePage::dragEnterEvent(QDragEnterEvent* event) {
    if (!localFiles(event->mimeData()).isEmpty())
        event->acceptProposedAction();
}

void ComparePage::dropEvent(QDropEvent* event) {
    openImages(localFiles(event->mimeData()));
    event->acceptProposedAction();
}

void ComparePage::keyPressEvent(QKeyEvent* event) {
    if (m_stack->currentWidget() == m_body && event->key() == Qt::Key_PageDown)
        m_strip->step(1);
    else if (m_stack->currentWidget() == m_body && event->key() == Qt::Key_PageUp)
        m_strip->step(-1);
    else
        Page::keyPressEvent(event);
}

void ComparePage::showEvent(QShowEvent* event) {
    Page::showEvent(event);
    m_comparison.setAwake(true);
}

void ComparePage::hideEvent(QHideEvent* event) {
    Page::hideEvent(event);
    m_comparison.setAwake(false);
}

} // namespace concertina
