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
constexpr int narrowestName = 170, commonName = 236, narrowestState = 170, widestState = 260;
constexpr int longerCourse = 218; ///< what the course of a metric may have more
constexpr int mostMeasured = 400; ///< lines whose texts give a column its width

const auto groupedKey = QStringLiteral("runs/grouped");
const auto splitterKey = QStringLiteral("runs/splitter");

} // namespace

void RunsPage::makeTable() {
    m_table->setModel(m_model);
    m_table->setItemDelegate(m_delegate);
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
    connect(m_model, &QAbstractItemModel::modelReset, this, [this] {
        m_isFitted = false;
        fitColumns();
    });
    connect(m_model, &RunsModel::rearranged, this, &RunsPage::fitColumns);
    connect(header, &QHeaderView::sectionResized, this, [this](int section) {
        // The last has what is left, whatever resizes it.
        m_isFitted = m_isFitted || (!m_isFitting && section + 1 < m_model->columnCount());
    });
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

    m_splitter = new CardSplitter(Qt::Vertical);
    m_splitter->addWidget(card);
    m_splitter->addWidget(m_details);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 1);
    showDetails(false);
    connect(m_details, &RunDetails::filled, this, &RunsPage::showDetails);
    connect(m_splitter, &QSplitter::splitterMoved, this, [this] {
        m_context.settings.setValue(splitterKey, m_splitter->saveState());
    });

    auto* full = new QWidget;
    auto* column = new QVBoxLayout(full);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(GridUnit);
    column->addWidget(makeToolRow());
    column->addWidget(m_splitter, 1);
    m_stack->addWidget(makeEmptyState());
    m_stack->addWidget(full);

    auto* page = new QVBoxLayout(this);
    page->setContentsMargins(GridUnit, GridUnit, GridUnit, GridUnit);
    page->setSpacing(GridUnit);
    for (QWidget* strip : {m_trouble, m_refusals, m_deleted})
        page->addWidget(strip);
    page->addWidget(m_stack, 1);
}

/// Details that are empty have no more than a line; others what a person gave them.
void RunsPage::showDetails(bool filled) {
    if (filled == m_hasDetails)
        return;
    m_hasDetails = filled;
    m_splitter->setSizes({440, 210});
    m_splitter->restoreState(m_context.settings.value(splitterKey).toByteArray());
}

/// For its title and the texts of the lines.
int RunsPage::neededWidth(int column) {
    RunsDelegate::Room room;
    int lines = 0;
    const int indentation = column == RunsModel::NameColumn ? m_table->indentation() : 0;
    for (int i = 0; i < m_model->rowCount() && lines < mostMeasured; ++i) {
        const QModelIndex line = m_model->index(i, column);
        RunsDelegate::widen(room, m_table->font(), line);
        const QModelIndex group = line.siblingAtColumn(0);
        for (int k = 0; k < m_model->rowCount(group) && lines < mostMeasured; ++k, ++lines)
            RunsDelegate::widen(room, m_table->font(), m_model->index(k, column, group));
        ++lines;
    }
    m_delegate->setRoom(column, room);
    return std::max(room.width + 2 * indentation, m_table->header()->sectionSizeHint(column));
}

/// Every column as wide as what it says. What is left goes to states and names that are longer than
/// their least room, then to the courses of the metrics, then to the name.
void RunsPage::fitColumns() {
    QHeaderView* header = m_table->header();
    header->setSortIndicator(m_model->sortColumn(), m_model->sortOrder());
    const int last = m_model->columnCount() - 1;
    std::vector<int> widths;
    int left = m_table->viewport()->width();
    int metrics = 0;
    for (int column = 0; column <= last; ++column) {
        widths.push_back(neededWidth(column));
        metrics += m_model->isMetric(column) ? 1 : 0;
        if (column != RunsModel::NameColumn && column != RunsModel::StateColumn)
            left -= widths.back();
    }
    if (m_isFitted)
        return;
    const auto give = [&](int column, int least, int most) {
        int& width = widths[static_cast<std::size_t>(column)];
        const int wanted = std::clamp(width, least, most);
        width = std::clamp(left, std::min(least, wanted), wanted);
        left -= width;
    };
    // Why a run failed stands in its details too; what it is called is what it is found by.
    const int name = std::max(widths[RunsModel::NameColumn], narrowestName);
    const int kept = std::clamp(left - narrowestState, narrowestName, std::min(name, commonName));
    left -= kept;
    give(RunsModel::StateColumn, narrowestState, widestState);
    left += kept;
    give(RunsModel::NameColumn, narrowestName, name);
    for (int column = 0; column < last && left > 0; ++column)
        if (m_model->isMetric(column)) {
            const int more = std::min(longerCourse, left / metrics--);
            widths[static_cast<std::size_t>(column)] += more;
            left -= more;
        }
    widths[RunsModel::NameColumn] += std::max(0, left);
    m_isFitting = true;
    for (int column = 0; column < last; ++column)
        header->resizeSection(column, widths[static_cast<std::size_t>(column)]);
    m_isFitting = false;
}

bool RunsPage::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_table->viewport() && event->type() == QEvent::Resize)
        fitColumns();
    return Page::eventFilter(watched, event);
}

} // namespace concertina
