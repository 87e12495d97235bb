// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/layers_panel.h"

#include "core/values/text.h"
#include "ui/setup/layer_model.h"
#include "widgets/controls/icon.h"
#include "widgets/controls/table_header.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

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

constexpr int layerRowHeight = 24;

QString lineOf(const std::vector<std::string>& cells) {
    return toQt(join(cells, "\t")) + QLatin1Char('\n');
}

} // namespace

LayersPanel::LayersPanel(QWidget* host)
    : Overlay(host),
      m_model(new LayerModel(this)),
      m_shown(new QSortFilterProxyModel(this)),
      m_filter(new QLineEdit(this)),
      m_table(new QTableView(this)),
      m_copy(new QToolButton(this)),
      m_summary(new TonedLabel(ColorRole::Text, {}, this)),
      m_note(new TonedLabel(ColorRole::Warning, {}, this)) {
    setAccessibleName(tr("Layers"));
    setFocusProxy(m_filter);
    m_shown->setSourceModel(m_model);
    m_shown->setSortRole(LayerModel::SortRole);
    m_shown->setFilterKeyColumn(0);
    m_shown->setFilterCaseSensitivity(Qt::CaseInsensitive);
    layOut();
    connect(m_filter, &QLineEdit::textChanged, this, [this](const QString& text) {
        m_shown->setFilterWildcard(text);
        showSummary();
    });
    const auto copy = [this] { QGuiApplication::clipboard()->setText(text()); };
    connect(m_copy, &QToolButton::clicked, this, copy);
    auto* keys = new QAction(this);
    keys->setShortcut(QKeySequence::Copy);
    keys->setShortcutContext(Qt::WidgetShortcut);
    m_table->addAction(keys);
    connect(keys, &QAction::triggered, this, copy);
}

void LayersPanel::layOut() {
    auto* title = new TonedLabel(ColorRole::Text, tr("Layers"), this);
    title->setFont(titleFont());
    m_filter->setPlaceholderText(tr("Find by name, enc* for example"));
    m_filter->setAccessibleName(tr("Find a layer by its name"));
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
    connect(close, &QToolButton::clicked, this, &LayersPanel::dismiss);
    auto* head = new QHBoxLayout;
    head->addWidget(title);
    head->addStretch(1);
    head->addWidget(m_filter);
    head->addWidget(m_copy);
    head->addWidget(close);

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
    m_table->setAccessibleName(tr("Layers of the network"));
    QPalette onCard = m_table->palette();
    onCard.setColor(QPalette::Base, Qt::transparent);
    m_table->setPalette(onCard);
    m_table->viewport()->setAutoFillBackground(false);
    m_table->verticalHeader()->hide();
    m_table->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_table->verticalHeader()->setDefaultSectionSize(layerRowHeight);
    header->setSortIndicatorClearable(true);
    header->setSortIndicator(-1, Qt::AscendingOrder);
    m_table->setSortingEnabled(true);
    m_note->setFont(smallFont());

    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(GridUnit);
    column->addLayout(head);
    column->addWidget(m_table, 1);
    column->addWidget(m_summary);
    column->addWidget(m_note);
}

void LayersPanel::setNetwork(const std::optional<NetworkDesign>& network, const QString& note) {
    m_model->setTable(network ? layerTable(*network) : LayerTable());
    m_table->resizeColumnsToContents();
    m_note->setText(note);
    m_note->setVisible(!note.isEmpty());
    m_copy->setEnabled(network.has_value());
    showSummary();
}

void LayersPanel::showSummary() {
    m_summary->setText(summary());
}

QString LayersPanel::summary() const {
    const LayerTable& table = m_model->table();
    if (table.rows.empty())
        return tr("The network can't be put together as it is set up.");
    double parameters = 0, trained = 0, collapsed = 0, adds = 0;
    for (int row = 0; row < m_shown->rowCount(); ++row) {
        const int source = m_shown->mapToSource(m_shown->index(row, 0)).row();
        const LayerRow& layer = table.rows[static_cast<std::size_t>(source)];
        parameters += layer.parameters;
        trained += layer.trained;
        collapsed += layer.collapsed;
        adds += layer.multiplyAdds;
    }
    const auto count = [](double number) { return toQt(shortCount(number)); };
    return tr("%1 layers: %2 parameters of one plain copy · %3 in training · %4 collapsed · "
              "%5 multiply–adds an image")
        .arg(m_shown->rowCount())
        .arg(count(parameters), count(trained), count(collapsed), count(adds));
}

QString LayersPanel::text() const {
    const LayerTable& table = m_model->table();
    std::vector<std::string> titles;
    for (const LayerColumn& column : layerColumns())
        titles.push_back(column.title);
    QString all = lineOf(titles);
    for (int row = 0; row < m_shown->rowCount(); ++row) {
        const int source = m_shown->mapToSource(m_shown->index(row, 0)).row();
        all += lineOf(cellsOf(table.rows[static_cast<std::size_t>(source)], true));
    }
    if (m_shown->rowCount() == m_model->rowCount())
        all += lineOf(cellsOf(table.total, true));
    return all;
}

QSize LayersPanel::wantedSize() const {
    return {1280, 900};
}

} // namespace concertina
