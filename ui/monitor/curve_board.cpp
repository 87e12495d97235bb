// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/curve_board.h"

#include "core/model/task_words.h"
#include "ui/monitor/panel_card.h"
#include "ui/window/page_context.h"
#include "widgets/controls/segmented_control.h"
#include "widgets/controls/toned_label.h"
#include "widgets/plots/curve_plot.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QSettings>
#include <QSlider>

#include <algorithm>
#include <set>
#include <utility>

namespace concertina {

namespace {

constexpr int standardSmoothing = 60; // hundredths
constexpr int mostSmoothing = 99;
constexpr int shortestRow = 150;

const QString smoothingKey = QStringLiteral("monitor/smoothing");
const QString axisKey = QStringLiteral("monitor/axis");
const QString logKey = QStringLiteral("monitor/logY");
const QString outliersKey = QStringLiteral("monitor/ignoreOutliers");
const QString undoneKey = QStringLiteral("monitor/undoneLines");
const QString shownKey = QStringLiteral("monitor/panelsShown");
const QString hiddenKey = QStringLiteral("monitor/panelsHidden");

} // namespace

CurveBoard::CurveBoard(const PageContext& context, RunFeed& feed, QWidget* parent)
    : QWidget(parent), m_context(context), m_feed(feed) {
    makeControls();
    connectControls();
    m_grid = new QWidget;
    m_layout = new QGridLayout(m_grid);
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(GridUnit);
    m_area = new QScrollArea;
    m_area->setWidget(m_grid);
    m_area->setWidgetResizable(true);
    m_area->setFrameShape(QFrame::NoFrame);
    m_area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_area->viewport()->setAutoFillBackground(false);
    m_grid->setAutoFillBackground(false);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_area);

    connect(&feed, &RunFeed::curvesChanged, this, [this] {
        for (PanelCard* card : m_cards)
            card->plot().dataChanged();
    });
    m_group.setAxis(static_cast<CurveAxis>(m_axis->currentIndex()));
    m_feed.setSmoothing(m_smoothing->value() / 100.0);
}

/// Plots leave their group, which is a member.
CurveBoard::~CurveBoard() {
    delete m_area;
}

void CurveBoard::makeControls() {
    m_controls = new QWidget(this);
    auto* row = new QHBoxLayout(m_controls);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(GridUnit);

    auto* label = new TonedLabel(ColorRole::MutedText, tr("Smoothing"));
    m_smoothing = new QSlider(Qt::Horizontal);
    m_smoothing->setRange(0, mostSmoothing);
    m_smoothing->setPageStep(10);
    m_smoothing->setFixedWidth(96);
    m_smoothing->setAccessibleName(tr("Smoothing of training curves"));
    m_smoothing->setToolTip(tr("Weight of what was before in the exponential average of training "
                               "curves: 0 shows them as they are.\nValidation is never smoothed."));
    m_smoothingText = new TonedLabel(ColorRole::MutedText);
    m_smoothingText->setFixedWidth(fontMetrics().horizontalAdvance(QStringLiteral("0.00")) + 2);
    m_smoothingText->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    m_axis = new SegmentedControl({tr("Step"), tr("Epoch"), tr("Time")});
    m_axis->setAccessibleName(tr("What curves are drawn over"));
    m_axis->setToolTip(
        tr("What curves are drawn over; time is that spent training, without pauses"));
    const auto toggle = [](const QString& text, const QString& tip) {
        auto* button = new QPushButton(text);
        button->setCheckable(true);
        button->setToolTip(tip);
        button->setFixedHeight(ControlHeight);
        return button;
    };
    m_logY = toggle(tr("Log y"), tr("Logarithmic values"));
    m_outliers = toggle(tr("Ignore outliers"),
                        tr("Leave the lowest and highest 5 % of each curve's visible values out of "
                           "account for the range of y"));
    m_fit = new QPushButton(tr("Fit"));
    m_fit->setFixedHeight(ControlHeight);
    m_fit->setToolTip(tr("Show everything in all plots (F)"));
    auto* panels = new QPushButton(tr("Panels"));
    panels->setFixedHeight(ControlHeight);
    panels->setToolTip(tr("Which plots are shown, and which lines"));
    m_menu = new QMenu(panels);
    panels->setMenu(m_menu);
    m_menu->setToolTipsVisible(true);
    m_undoneLines = new QAction(tr("Undone lines"), this);
    m_undoneLines->setCheckable(true);
    m_undoneLines->setToolTip(tr("Beside the run's own curves, faint, what came after changes of "
                                 "the sharing that were taken back"));
    for (QWidget* widget : std::initializer_list<QWidget*>{
             label, m_smoothing, m_smoothingText, m_axis, m_logY, m_outliers, m_fit, panels})
        row->addWidget(widget);
}

void CurveBoard::connectControls() {
    const QSettings& settings = m_context.settings;
    m_smoothing->setValue(
        std::clamp(settings.value(smoothingKey, standardSmoothing).toInt(), 0, mostSmoothing));
    m_smoothingText->setText(QString::number(m_smoothing->value() / 100.0, 'f', 2));
    m_axis->setCurrentIndex(std::clamp(settings.value(axisKey, 0).toInt(), 0, 2));
    m_logY->setChecked(settings.value(logKey, false).toBool());
    m_outliers->setChecked(settings.value(outliersKey, true).toBool());
    m_undoneLines->setChecked(settings.value(undoneKey, true).toBool());

    connect(m_smoothing, &QSlider::valueChanged, this, &CurveBoard::setSmoothing);
    connect(m_axis, &SegmentedControl::currentIndexChanged, this, [this](int index) {
        m_context.settings.setValue(axisKey, index);
        m_group.setAxis(static_cast<CurveAxis>(index));
    });
    connect(m_logY, &QPushButton::toggled, this, &CurveBoard::adoptOptions);
    connect(m_outliers, &QPushButton::toggled, this, &CurveBoard::adoptOptions);
    connect(m_undoneLines, &QAction::toggled, this, [this](bool shown) {
        m_context.settings.setValue(undoneKey, shown);
        adoptCurves();
    });
    connect(m_fit, &QPushButton::clicked, &m_group, &PlotGroup::fit);

    addPlotAction(tr("Plots: show everything"), [this] { m_group.fit(); });
    addPlotAction(tr("Plots: zoom out one step"), [this] { m_group.zoomOut(); });
    addPlotAction(tr("Plots: logarithmic values"), [this] { m_logY->toggle(); });
    addPlotAction(tr("Plots: ignore outliers"), [this] { m_outliers->toggle(); });
    addPlotAction(tr("Plots: undone lines"), [this] { m_undoneLines->toggle(); });
    m_undoneAction = m_actions.last();
    m_undoneAction->setVisible(false);
    for (int i = 0; i < m_axis->count(); ++i)
        addPlotAction(tr("Plots: over %1").arg(m_axis->segment(i)->text().toLower()),
                      [this, i] { m_axis->setCurrentIndex(i); });
}

void CurveBoard::addPlotAction(const QString& text, std::function<void()> act) {
    auto* action = new QAction(text, this);
    connect(action, &QAction::triggered, this, std::move(act));
    m_actions.append(action);
}

void CurveBoard::setSmoothing(int hundredths) {
    m_context.settings.setValue(smoothingKey, hundredths);
    m_smoothingText->setText(QString::number(hundredths / 100.0, 'f', 2));
    m_feed.setSmoothing(hundredths / 100.0);
}

void CurveBoard::adoptOptions() {
    m_context.settings.setValue(logKey, m_logY->isChecked());
    m_context.settings.setValue(outliersKey, m_outliers->isChecked());
    for (PanelCard* card : m_cards) {
        card->plot().setLogY(m_logY->isChecked());
        card->plot().setOutliersIgnored(m_outliers->isChecked());
    }
}

QString CurveBoard::letterOf(int task) const {
    if (task < 0)
        return {};
    return toQt(taskWords(m_spec, m_context.catalogue)[static_cast<std::size_t>(task)].letter);
}

/// What a person chose holds for every run that has such a panel; others are as they are.
bool CurveBoard::isChosen(const PlotPanel& panel) const {
    const QString id = toQt(panel.id);
    if (m_context.settings.value(shownKey).toStringList().contains(id))
        return true;
    return panel.shownByDefault && !m_context.settings.value(hiddenKey).toStringList().contains(id);
}

void CurveBoard::choose(const PlotPanel& panel, bool shown) {
    const QString id = toQt(panel.id);
    QStringList added = m_context.settings.value(shownKey).toStringList();
    QStringList removed = m_context.settings.value(hiddenKey).toStringList();
    added.removeAll(id);
    removed.removeAll(id);
    if (shown != panel.shownByDefault)
        (shown ? added : removed).append(id);
    m_context.settings.setValue(shownKey, added);
    m_context.settings.setValue(hiddenKey, removed);
    showPanels();
}

void CurveBoard::fillMenu() {
    m_menu->clear();
    int task = -2;
    for (const PlotPanel& panel : m_panels) {
        if (panel.task != task && !m_menu->isEmpty())
            m_menu->addSeparator();
        task = panel.task;
        QAction* action = m_menu->addAction(panel.title);
        action->setCheckable(true);
        action->setChecked(isChosen(panel));
        connect(action, &QAction::toggled, this,
                [this, panel](bool shown) { choose(panel, shown); });
    }
    m_menu->addSeparator();
    if (!m_undone.empty()) {
        m_menu->addAction(m_undoneLines);
        m_menu->addSeparator();
    }
    m_menu->addAction(tr("Default panels"), this, [this] {
        m_context.settings.remove(shownKey);
        m_context.settings.remove(hiddenKey);
        showPanels();
        // Not from inside of an entry of the menu that is made anew.
        QMetaObject::invokeMethod(this, &CurveBoard::fillMenu, Qt::QueuedConnection);
    });
}

void CurveBoard::setPanels(const ExperimentSpec& spec, std::vector<PlotPanel> panels) {
    std::vector<CurveKey> undone = m_feed.curves();
    std::erase_if(undone, [](const CurveKey& key) { return key.line == 0; });
    if (m_run == m_feed.run() && panels == m_panels && undone == m_undone)
        return;
    if (std::exchange(m_run, m_feed.run()) != m_feed.run())
        m_group.fit();
    m_spec = spec;
    m_panels = std::move(panels);
    m_undone = std::move(undone);
    m_undoneAction->setVisible(!m_undone.empty());
    fillMenu();
    showPanels();
}

void CurveBoard::showPanels() {
    for (PanelCard* card : m_cards) {
        m_layout->removeWidget(card);
        card->hide();
        card->deleteLater();
    }
    m_cards.clear();
    for (const PlotPanel& panel : m_panels) {
        if (!isChosen(panel))
            continue;
        auto* card = new PanelCard(panel, letterOf(panel.task), m_group, m_context.dialogs,
                                   m_context.navigator, m_grid);
        card->plot().setMarks(m_marks);
        card->plot().setEmptyText(tr("Nothing recorded yet. Training curves begin with the first "
                                     "step, validation after the first epoch."));
        m_cards.push_back(card);
    }
    adoptOptions();
    m_columns = 0;
    arrange();
    adoptCurves();
}

/// Puts the run's curves into the plots that there are, with the undone ones where they are shown.
void CurveBoard::adoptCurves() {
    std::set<CurveKey> wanted;
    for (PanelCard* card : m_cards) {
        std::vector<PlotCurve> curves;
        const auto add = [&](const PanelCurve& curve, int line) {
            const CurveKey key{curve.key, line};
            wanted.insert(key);
            curves.push_back(
                {curve.label, m_feed.curve(key), curve.task, curve.training, curve.metric, line});
        };
        for (const PanelCurve& curve : card->panel().curves) {
            add(curve, 0);
            for (const CurveKey& undone : m_undone)
                if (m_undoneLines->isChecked() && undone.series == curve.key)
                    add(curve, undone.line);
        }
        card->plot().setCurves(std::move(curves));
    }
    m_feed.setWanted(std::move(wanted));
}

void CurveBoard::setMarks(const std::vector<PlotMark>& marks) {
    m_marks = marks;
    for (PanelCard* card : m_cards)
        card->plot().setMarks(marks);
}

void CurveBoard::arrange() {
    const int count = static_cast<int>(m_cards.size());
    const int most = width() >= 1300 ? 3 : width() >= 520 ? 2 : 1;
    const int columns = std::clamp(count > 1 && count <= 4 ? 2 : count, 1, most);
    if (columns == m_columns)
        return;
    for (int i = 0; i < m_layout->rowCount(); ++i) {
        m_layout->setRowMinimumHeight(i, 0);
        m_layout->setRowStretch(i, 0);
    }
    m_columns = columns;
    for (int i = 0; i < count; ++i) {
        const auto index = static_cast<std::size_t>(i);
        m_layout->addWidget(m_cards[index], i / columns, i % columns);
        m_layout->setRowMinimumHeight(i / columns, shortestRow);
        m_layout->setRowStretch(i / columns, 1);
        m_cards[index]->show();
    }
    for (int i = 0; i < m_layout->columnCount(); ++i)
        m_layout->setColumnStretch(i, i < columns ? 1 : 0);
}

void CurveBoard::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

} // namespace concertina
