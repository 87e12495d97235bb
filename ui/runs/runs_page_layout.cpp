// SPDX-License-Identifier: GPL-3.0-or-later
// The page's table and what stands around it.
#include "ui/runs/runs_page.h"

#include "ui/runs/run_details.h"
#include "ui/runs/run_filter.h"
#include "ui/runs/runs_delegate.h"
#include "ui/runs/runs_model.h"
#include "widgets/controls/action_button.h"
#include "widgets/controls/card.h"
#include "widgets/controls/card_splitter.h"
#include "widgets/controls/notice_bar.h"
#include "widgets/controls/segmented_control.h"
#include "widgets/controls/table_header.h"
#include "widgets/controls/toned_label.h"
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

constexpr std::chrono::milliseconds linesDelay{40};
constexpr std::chrono::milliseconds filterDelay{120};
constexpr int narrowestName = 170, widestName = 420;

const auto groupedKey = QStringLiteral("runs/grouped");
const auto splitterKey = QStringLiteral("runs/splitter");

} // namespace

void RunsPage::makeTable() {
    m_table->setModel(m_model);
    m_table->setItemDelegate(new RunsDelegate(m_table));
    auto* header = new TableHeader(m_table);
    m_table->setHeader(header);
    header->setStretchLastSection(true);
    m_table->setSortingEnabled(true);
    m_table->sortByColumn(m_model->columnCount() - 1, Qt::DescendingOrder);
    m_table->setUniformRowHeights(true);
    m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setEditTriggers(QAbstractItemView::EditKeyPressed);
    m_table->setExpandsOnDoubleClick(false);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setIndentation(18);
    m_table->setAllColumnsShowFocus(true);
    m_table->setMouseTracking(true);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setContextMenuPolicy(Qt::ActionsContextMenu);
    m_table->setAccessibleName(tr("Runs"));
    m_linesTimer.setSingleShot(true);
    m_linesTimer.setInterval(linesDelay);
    connect(&m_linesTimer, &QTimer::timeout, this, &RunsPage::readVisibleLines);
    const auto soon = [this] { m_linesTimer.start(); };
    connect(m_table->verticalScrollBar(), &QScrollBar::valueChanged, this, soon);
    connect(m_table->verticalScrollBar(), &QScrollBar::rangeChanged, this, soon);
    connect(m_table, &QTreeView::expanded, this, soon);
    connect(m_model, &RunsModel::rearranged, this, soon);
    connect(m_model, &RunsModel::rearranged, this, &RunsPage::updateState);
    connect(m_model, &RunsModel::rearranged, this, &RunsPage::updateActions);
    connect(m_model, &QAbstractItemModel::modelReset, this, &RunsPage::fitColumns);
    connect(m_model, &RunsModel::renamed, this, &RunsPage::writeName);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &RunsPage::updateActions);
    connect(m_table, &QTreeView::doubleClicked, this, [this](const QModelIndex& index) {
        if (m_model->hasChildren(index.siblingAtColumn(0)))
            m_table->setExpanded(index.siblingAtColumn(0),
                                 !m_table->isExpanded(index.siblingAtColumn(0)));
        else
            openMonitor();
    });
    m_table->viewport()->installEventFilter(this);
    adoptColors();
    fitColumns();
}

QWidget* RunsPage::makeToolRow() {
    m_filter->setPlaceholderText(tr("Filter: words, state:failed, miou>0.3, -word"));
    m_filter->setAccessibleName(tr("Filter of runs"));
    m_filter->setToolTip(
        tr("All parts must hold: words of name, notes or state, \"words with spaces\", "
           "name:, notes:, group:, state:, seed:, best values as depth.abs_err<0.7; "
           "a - before a part is its opposite"));
    m_filter->setClearButtonEnabled(true);
    m_filter->setMinimumHeight(ControlHeight);
    m_filter->setTextMargins(4, 0, 4, 0);
    m_filter->setMaximumWidth(420);
    auto* delay = new QTimer(this);
    delay->setSingleShot(true);
    delay->setInterval(filterDelay);
    connect(m_filter, &QLineEdit::textChanged, delay, qOverload<>(&QTimer::start));
    connect(delay, &QTimer::timeout, this,
            [this] { m_model->setFilter(RunFilter(m_filter->text())); });
    m_grouping->segment(0)->setToolTip(
        tr("The runs of a group, which differ in their seeds, are one line"));
    m_grouping->segment(1)->setToolTip(tr("Each run has a line of its own"));
    connect(m_grouping, &SegmentedControl::currentIndexChanged, this, [this](int index) {
        m_model->setGrouped(index == 0);
        m_context.settings.setValue(groupedKey, index == 0);
    });
    m_grouping->setCurrentIndex(m_context.settings.value(groupedKey, true).toBool() ? 0 : 1);
    auto* row = new QWidget;
    auto* layout = new QHBoxLayout(row);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(GridUnit);
    layout->addWidget(m_filter, 1);
    layout->addWidget(m_grouping);
    layout->addStretch(1);
    for (QAction* action : {m_rename, m_delete})
        layout->addWidget(new ActionButton(action));
    return row;
}

QWidget* RunsPage::makeEmptyState() {
    m_emptyText->setAlignment(Qt::AlignCenter);
    m_emptyText->setWordWrap(true);
    m_emptyText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_begin->setDefault(true);
    m_begin->setMinimumHeight(ControlHeight);
    connect(m_begin, &QPushButton::clicked, this, &RunsPage::beginExperiment);
    auto* empty = new QWidget;
    auto* column = new QVBoxLayout(empty);
    column->setSpacing(2 * GridUnit);
    column->addStretch(1);
    column->addWidget(m_emptyText);
    column->addWidget(m_begin, 0, Qt::AlignCenter);
    column->addStretch(2);
    return empty;
}

void RunsPage::buildLayout() {
    auto* undo = new ActionButton(m_undo);
    m_deleted->addControl(undo);
    auto* inside = new QWidget;
    auto* table = new QVBoxLayout(inside);
    table->setContentsMargins(0, 0, 0, 0);
    table->setSpacing(0);
    table->addWidget(m_table, 1);
    m_noneFits->setText(tr("No run fits this filter."));
    m_noneFits->setAlignment(Qt::AlignCenter);
    m_noneFits->setMargin(3 * GridUnit);
    table->addWidget(m_noneFits);
    auto* card = new Card;
    card->setBody(inside);

    auto* splitter = new CardSplitter(Qt::Vertical);
    splitter->addWidget(card);
    splitter->addWidget(m_details);
    splitter->setStretchFactor(0, 3);
    splitter->setStretchFactor(1, 1);
    splitter->setSizes({440, 210});
    splitter->restoreState(m_context.settings.value(splitterKey).toByteArray());
    connect(splitter, &QSplitter::splitterMoved, this,
            [this, splitter] { m_context.settings.setValue(splitterKey, splitter->saveState()); });

    auto* full = new QWidget;
    auto* column = new QVBoxLayout(full);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(GridUnit);
    column->addWidget(makeToolRow());
    column->addWidget(splitter, 1);
    m_stack->addWidget(makeEmptyState());
    m_stack->addWidget(full);

    auto* page = new QVBoxLayout(this);
    page->setContentsMargins(GridUnit, GridUnit, GridUnit, GridUnit);
    page->setSpacing(GridUnit);
    for (QWidget* strip : {m_trouble, m_refusals, m_deleted})
        page->addWidget(strip);
    page->addWidget(m_stack, 1);
}

void RunsPage::fitColumns() {
    QHeaderView* header = m_table->header();
    const int columns = m_model->columnCount();
    const int last = columns - 1;
    for (int column = 0; column < columns; ++column) {
        const int width = column == RunsModel::StateColumn ? 128
                          : m_model->isMetric(column) ? RunsDelegate::metricWidth(m_table->font())
                          : column == last - 2        ? 76
                                                      : 98; // "45 min 34 s"
        if (column != last && column != RunsModel::NameColumn)
            header->resizeSection(column, width);
    }
    header->setSortIndicator(m_model->sortColumn(), m_model->sortOrder());
    fitName();
}

/// The name has what the others leave.
void RunsPage::fitName() {
    QHeaderView* header = m_table->header();
    const int last = m_model->columnCount() - 1;
    int room = m_table->viewport()->width()
               - fontMetrics().horizontalAdvance(QStringLiteral("2026-12-30 00:00  ")) - 2 * GridUnit;
    for (int column = 0; column < last; ++column)
        if (column != RunsModel::NameColumn)
            room -= header->sectionSize(column);
    header->resizeSection(RunsModel::NameColumn, std::clamp(room, narrowestName, widestName));
}

bool RunsPage::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_table->viewport() && event->type() == QEvent::Resize)
        fitName();
    return Page::eventFilter(watched, event);
}

} // namespace concertina
