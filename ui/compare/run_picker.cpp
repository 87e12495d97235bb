// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/run_picker.h"

#include "db/store.h"
#include "ui/runs/run_facts.h"
#include "ui/services/job_notice.h"
#include "ui/store/store_access.h"
#include "widgets/controls/card.h"
#include "widgets/controls/table_header.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QDateTime>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QTreeView>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

Expected<std::vector<PickableRun>> pickableRuns(const Store& store, RunFactsReader& facts) {
    const auto runs = store.runs();
    if (!runs)
        return failure(runs.error());
    std::vector<PickableRun> pickable;
    facts.begin();
    for (auto run = runs->rbegin(); run != runs->rend(); ++run) {
        const auto checkpoint = store.latestCheckpoint(run->id);
        if (!checkpoint && checkpoint.error().code == "run.unknown")
            continue; // deleted meanwhile
        if (!checkpoint)
            return failure(checkpoint.error());
        if (!*checkpoint)
            continue;
        const std::string cut =
            run->state == RunState::Finished ? facts.of(store, *run).cut : std::string();
        pickable.push_back({run->id, toQt(run->name),
                            toQt(cut.empty() ? std::string(stateName(run->state)) : cut),
                            (*checkpoint)->position.step, run->created});
    }
    return pickable;
}

QString dateText(StoreTime time) {
    const QDateTime at = QDateTime::fromMSecsSinceEpoch(time.time_since_epoch().count());
    return at.toString(QStringLiteral("yyyy-MM-dd HH:mm"));
}

} // namespace

void PickableRunsModel::setRuns(std::vector<PickableRun> runs) {
    if (runs == m_runs)
        return;
    beginResetModel();
    m_runs = std::move(runs);
    endResetModel();
}

int PickableRunsModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_runs.size());
}

int PickableRunsModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : Columns;
}

QVariant PickableRunsModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const PickableRun& run = m_runs[static_cast<std::size_t>(index.row())];
    if (role == IdRole)
        return toQt(run.id);
    if (role == Qt::ToolTipRole && index.column() == Name)
        return run.name;
    if (role == Qt::TextAlignmentRole && index.column() == Checkpoint)
        return QVariant::fromValue(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (index.column()) {
    case Name: return run.name;
    case State: return run.state;
    case Checkpoint: return QLocale(QLocale::English).toString(qlonglong(run.checkpoint));
    case Created: return dateText(run.created);
    default: return {};
    }
}

QVariant PickableRunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue((section == Checkpoint ? Qt::AlignRight : Qt::AlignLeft)
                                   | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Run");
    case State: return tr("State");
    case Checkpoint: return tr("Last checkpoint, step");
    case Created: return tr("Created");
    default: return {};
    }
}

RunPicker::RunPicker(StoreAccess& store, QWidget* parent)
    : QWidget(parent), m_store(store), m_facts(std::make_shared<RunFactsReader>()),
      m_model(new PickableRunsModel(this)),
      m_filtered(new QSortFilterProxyModel(this)), m_title(new TonedLabel(ColorRole::Text)),
      m_text(new TonedLabel(ColorRole::MutedText)), m_filter(new QLineEdit),
      m_list(new QTreeView), m_notice(new JobNotice),
      m_none(new TonedLabel(ColorRole::MutedText)), m_setup(new QPushButton(tr("Show all runs"))),
      m_back(new QPushButton(tr("Back"))), m_choose(new QPushButton(tr("Compare"))) {
    layOut();
    m_filtered->setSourceModel(m_model);
    m_filtered->setFilterCaseSensitivity(Qt::CaseInsensitive);
    m_list->setModel(m_filtered);
    m_list->header()->setSectionResizeMode(PickableRunsModel::Name, QHeaderView::Stretch);
    m_notice->setOffers(false, true);
    m_choose->setDefault(true);

    connect(m_filter, &QLineEdit::textChanged, m_filtered,
            &QSortFilterProxyModel::setFilterFixedString);
    connect(m_list, &QTreeView::activated, this, &RunPicker::accept);
    connect(m_filter, &QLineEdit::returnPressed, this, &RunPicker::accept);
    connect(m_choose, &QPushButton::clicked, this, &RunPicker::accept);
    connect(m_back, &QPushButton::clicked, this, &RunPicker::cancelled);
    connect(m_setup, &QPushButton::clicked, this, &RunPicker::runsWanted);
    connect(m_notice, &JobNotice::againAsked, this, &RunPicker::read);
    connect(&m_store, &StoreAccess::storeChanged, this, [this] {
        if (isVisible())
            read();
    });
}

void RunPicker::layOut() {
    auto* card = new Card;
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(24, 24, 24, 24);
    column->setSpacing(GridUnit);
    m_title->setFont(titleFont());
    m_text->setWordWrap(true);
    m_none->setWordWrap(true);
    m_filter->setPlaceholderText(tr("Find by name"));
    m_filter->setTextMargins(4, 0, 4, 0);
    m_filter->setClearButtonEnabled(true);
    m_filter->setAccessibleName(tr("Find a run by its name"));
    column->addWidget(m_title);
    column->addWidget(m_text);
    column->addWidget(m_filter);
    column->addWidget(m_notice);
    column->addWidget(m_list, 1);
    column->addWidget(m_none, 1);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_back);
    buttons->addWidget(m_setup);
    buttons->addStretch(1);
    buttons->addWidget(m_choose);
    column->addLayout(buttons);
    card->setBody(body);
    card->setMaximumWidth(820);
    auto* row = new QHBoxLayout(this);
    row->addStretch(1);
    row->addWidget(card, 8);
    row->addStretch(1);

    m_list->setHeader(new TableHeader(m_list));
    m_list->setRootIsDecorated(false);
    m_list->setUniformRowHeights(true);
    m_list->setAllColumnsShowFocus(true);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setAccessibleName(tr("Runs with a checkpoint"));
    m_list->header()->setSectionsMovable(false);
    m_list->header()->setStretchLastSection(false);
    m_list->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
}

void RunPicker::ask(const QString& title, const QString& text, const std::optional<RunId>& apart,
                    bool canGoBack) {
    m_title->setText(title);
    m_text->setText(text);
    m_apart = apart;
    m_back->setVisible(canGoBack);
    m_filter->clear();
    showRuns(m_runs);
    if (isVisible())
        read();
}

void RunPicker::prefer(const RunId& run) {
    if (std::exchange(m_preferred, run) != run)
        m_prefers = !run.empty();
}

void RunPicker::read() {
    if (std::exchange(m_reading, true))
        return;
    m_store.call(
        this, [facts = m_facts](Store& store) { return pickableRuns(store, *facts); },
        [this](Expected<std::vector<PickableRun>> runs) {
            m_reading = false;
            if (!runs)
                return m_notice->showFailure(tr("The runs cannot be read"), runs.error());
            m_notice->clear();
            showRuns(std::move(*runs));
            m_prefers = false;
        });
}

void RunPicker::showRuns(std::vector<PickableRun> runs) {
    m_runs = std::move(runs);
    std::vector<PickableRun> offered = m_runs;
    std::erase_if(offered, [this](const PickableRun& run) { return run.id == m_apart; });
    const bool any = !offered.empty();
    const QString kept =
        m_prefers ? toQt(m_preferred)
                  : m_list->currentIndex().data(PickableRunsModel::IdRole).toString();
    m_model->setRuns(std::move(offered));
    for (int row = 0; row < m_filtered->rowCount(); ++row)
        if (const QModelIndex at = m_filtered->index(row, 0);
            row == 0 || at.data(PickableRunsModel::IdRole).toString() == kept)
            m_list->setCurrentIndex(at);
    m_list->setVisible(any);
    m_filter->setVisible(any);
    m_choose->setVisible(any);
    m_none->setVisible(!any);
    m_none->setText(m_apart ? tr("No other run has a checkpoint yet.")
                            : tr("No run has a checkpoint yet. A run writes its first one while it "
                                 "trains; then its predictions can be seen here."));
}

void RunPicker::accept() {
    QModelIndex at = m_list->currentIndex();
    if (!at.isValid() && m_filtered->rowCount() > 0)
        at = m_filtered->index(0, 0);
    if (at.isValid())
        Q_EMIT chosen(at.data(PickableRunsModel::IdRole).toString().toStdString());
}

void RunPicker::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape && m_back->isVisible())
        Q_EMIT cancelled();
    else
        QWidget::keyPressEvent(event);
}

void RunPicker::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    read();
}

} // namespace concertina
