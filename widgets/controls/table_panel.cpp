// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/table_panel.h"

#include "widgets/controls/icon.h"
#include "widgets/controls/table_header.h"
#include "widgets/controls/toned_label.h"
#include "widgets/theme/theme.h"

#include <QAbstractTableModel>
#include <QAction>
#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QSortFilterProxyModel>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

namespace concertina {

namespace {

constexpr int panelRowHeight = 24;

} // namespace

TablePanel::TablePanel(QWidget* host, const Words& words, QAbstractTableModel* model)
    : Overlay(host),
      m_model(model),
      m_shown(new QSortFilterProxyModel(this)),
      m_filter(new QLineEdit(this)),
      m_table(new QTableView(this)),
      m_head(new QHBoxLayout),
      m_copy(new QToolButton(this)),
      m_summary(new TonedLabel(ColorRole::Text, {}, this)),
      m_note(new TonedLabel(ColorRole::MutedText, {}, this)) {
    model->setParent(this);
    setAccessibleName(words.title);
    setFocusProxy(m_filter);
    m_shown->setSourceModel(m_model);
    m_shown->setSortRole(SortRole);
    m_shown->setFilterKeyColumn(0);
    m_shown->setFilterCaseSensitivity(Qt::CaseInsensitive);
    layOut(words);
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& pattern) {
        m_shown->setFilterWildcard(pattern);
        m_summary->setText(summary());
    });
    const auto copy = [this] { QGuiApplication::clipboard()->setText(text()); };
    connect(m_copy, &QToolButton::clicked, this, copy);
    auto* keys = new QAction(this);
    keys->setShortcut(QKeySequence::Copy);
    keys->setShortcutContext(Qt::WidgetShortcut);
    m_table->addAction(keys);
    connect(keys, &QAction::triggered, this, copy);
}

void TablePanel::layOut(const Words& words) {
    auto* title = new TonedLabel(ColorRole::Text, words.title, this);
    title->setFont(titleFont());
    m_filter->setPlaceholderText(words.find);
    m_filter->setAccessibleName(words.find);
    m_filter->setClearButtonEnabled(true);
    m_filter->setTextMargins(4, 0, 4, 0);
    m_filter->setFixedWidth(280);
    m_copy->setText(tr("Copy"));
    m_copy->setIcon(themedIcon(QStringLiteral("copy")));
    m_copy->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_copy->setToolTip(tr("Copies what is shown as text, cells between tabs (Ctrl+C)"));
    m_copy->setFocusPolicy(Qt::StrongFocus);
    auto* close = new QToolButton(this);
    close->setIcon(themedIcon(QStringLiteral("close")));
    close->setAutoRaise(true);
    close->setAccessibleName(tr("Close"));
    close->setToolTip(tr("Close (Esc)"));
    close->setFocusPolicy(Qt::StrongFocus);
    connect(close, &QToolButton::clicked, this, &TablePanel::dismiss);
    m_head->addWidget(title, 1);
    for (QWidget* control : std::initializer_list<QWidget*>{m_filter, m_copy, close})
        m_head->addWidget(control);

    auto* header = new TableHeader(m_table);
    m_table->setHorizontalHeader(header);
    m_table->setModel(m_shown);
    m_table->setFrameShape(QFrame::NoFrame);
    m_table->setShowGrid(false);
    m_table->setWordWrap(false);
    m_table->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_table->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_table->setTabKeyNavigation(false);
    m_table->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_table->setAccessibleName(words.table);
    QPalette onCard = m_table->palette();
    onCard.setColor(QPalette::Base, Qt::transparent);
    m_table->setPalette(onCard);
    m_table->viewport()->setAutoFillBackground(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(panelRowHeight);
    header->setSortIndicatorClearable(true);
    header->setSortIndicator(-1, Qt::AscendingOrder);
    m_table->setSortingEnabled(true);
    m_note->setFont(smallFont());
    m_note->setWordWrap(true);
    m_note->setTextInteractionFlags(Qt::TextSelectableByMouse);

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(GridUnit);
    column->addLayout(m_head);
    column->addWidget(m_table, 1);
    column->addWidget(m_summary);
    column->addWidget(m_note);
}

void TablePanel::addTool(QWidget* tool) {
    m_head->insertWidget(1, tool); // behind the title
}

void TablePanel::showRows(const QString& note, bool isWarning) {
    m_table->resizeColumnsToContents();
    m_note->setRole(isWarning ? ColorRole::Warning : ColorRole::MutedText);
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
    m_copy->setEnabled(m_model->rowCount() > 0);
    m_summary->setText(summary());
}

/// Before it was seen, its fonts were not the theme's.
void TablePanel::showEvent(QShowEvent* event) {
    Overlay::showEvent(event);
    m_table->resizeColumnsToContents();
}

std::vector<int> TablePanel::shownRows() const {
    std::vector<int> rows;
    for (int row = 0; row < m_shown->rowCount(); ++row)
        rows.push_back(m_shown->mapToSource(m_shown->index(row, 0)).row());
    return rows;
}

QString TablePanel::summary() const {
    return summaryOf(shownRows());
}

QString TablePanel::note() const {
    return m_note->text();
}

QString TablePanel::text() const {
    const auto lineOf = [this](const auto& cell) {
        QStringList cells;
        for (int column = 0; column < m_model->columnCount(); ++column)
            cells << cell(column);
        return cells.join(QLatin1Char('\t')) + QLatin1Char('\n');
    };
    QString all = lineOf(
        [this](int column) { return m_model->headerData(column, Qt::Horizontal).toString(); });
    const std::vector<int> rows = shownRows();
    for (const int row : rows)
        all += lineOf([this, row](int column) {
            const QModelIndex at = m_model->index(row, column);
            const QVariant copied = at.data(CopyRole);
            return (copied.isValid() ? copied : at.data()).toString();
        });
    return static_cast<int>(rows.size()) == m_model->rowCount() ? all + lastLine() : all;
}

} // namespace concertina
