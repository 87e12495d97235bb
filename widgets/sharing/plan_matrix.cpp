// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/plan_matrix.h"

#include "core/values/json.h"
#include "widgets/controls/segmented_control.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/sharing/plan_detail.h"
#include "widgets/sharing/plan_matrix_view.h"
#include "widgets/sharing/plan_painter.h"
#include "widgets/theme/theme.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

namespace concertina {

namespace {

struct PlanKey {
    Qt::Key key;
    PlanEditKind kind;
    const char* label;
};

constexpr std::array planKeys{
    PlanKey{Qt::Key_T, PlanEditKind::Tie, QT_TRANSLATE_NOOP("PlanMatrix", "Tie")},
    PlanKey{Qt::Key_M, PlanEditKind::Merge, QT_TRANSLATE_NOOP("PlanMatrix", "Merge")},
    PlanKey{Qt::Key_P, PlanEditKind::MergeByProduct,
            QT_TRANSLATE_NOOP("PlanMatrix", "Merge by product")},
    PlanKey{Qt::Key_F, PlanEditKind::ShareFactors,
            QT_TRANSLATE_NOOP("PlanMatrix", "Share factors")},
    PlanKey{Qt::Key_S, PlanEditKind::Separate, QT_TRANSLATE_NOOP("PlanMatrix", "Separate")}};

bool isOfOnePart(PlanEditKind kind) {
    return kind == PlanEditKind::Tie || kind == PlanEditKind::Separate
           || kind == PlanEditKind::Split || kind == PlanEditKind::Freeze
           || kind == PlanEditKind::Unfreeze || kind == PlanEditKind::Next;
}

} // namespace

PlanMatrix::PlanMatrix(QWidget* parent)
    : QWidget(parent),
      m_model(new PlanMatrixModel(this)),
      m_view(new PlanMatrixView(*m_model, this)),
      m_bar(new QHBoxLayout),
      m_words(new TonedLabel(ColorRole::MutedText)),
      m_detail(new PlanDetail(*m_model, this)) {
    m_view->setAccessibleName(tr("Sharing of layers by tasks, cell by cell"));
    m_view->setAccessibleDescription(
        tr("Space goes on to the next state; T ties, M merges, P merges by product, F shares "
           "factors, S separates, Z freezes; Shift with arrows selects; plus and minus unfold and "
           "fold a stage; Ctrl C and Ctrl V copy and paste rows."));
    m_view->installEventFilter(this);
    m_view->viewport()->installEventFilter(this);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    m_bar->setContentsMargins(planlook::FoldRoom, 6, 8, 0);
    m_bar->addStretch(1);
    column->addLayout(m_bar);
    column->addWidget(m_view, 1);
    m_words->setFont(smallFont());
    m_words->setWordWrap(true);
    m_words->setTextFormat(Qt::PlainText);
    // Two lines, whatever they say: the matrix keeps its place.
    m_words->setFixedHeight(2 * m_words->fontMetrics().lineSpacing() + 2);
    m_words->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    auto* words = new QHBoxLayout;
    words->setContentsMargins(planlook::FoldRoom, 0, 8, 4);
    words->addWidget(m_words);
    column->addLayout(words);
    column->addWidget(m_detail);
    connect(m_view, &PlanMatrixView::clickedCell, this,
            [this](const QModelIndex& cell) { wantNext(cell.row()); });
    connect(m_view, &PlanMatrixView::draggedTo, this, &PlanMatrix::drag);
    connect(m_view, &PlanMatrixView::pointedAt, this,
            [this](std::optional<std::size_t> layer, TaskSet tasks) {
                hover(layer, tasks);
                Q_EMIT pointedAt(layer, tasks);
            });
    connect(m_view, &PlanMatrixView::foldWanted, this, [this](int row) { fold(row); });
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        m_view->viewport()->update();
        Q_EMIT selectionChanged(selectedLayers());
    });
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &PlanMatrix::showDetail);
    connect(m_model, &QAbstractItemModel::dataChanged, this, &PlanMatrix::showDetail);
    connect(m_model, &QAbstractItemModel::modelReset, this, &PlanMatrix::showDetail);
    showDetail();
}

void PlanMatrix::setNetwork(const NetworkDesign& network, std::vector<SharingTask> tasks) {
    setNetwork(std::make_shared<const NetworkDesign>(network), std::move(tasks));
}

void PlanMatrix::clear() {
    setNetwork(NetworkDesign{}, {});
}

void PlanMatrix::setNetwork(SharedDesign network, std::vector<SharingTask> tasks) {
    const auto selected = selectedLayers();
    const QModelIndex current = m_view->currentIndex();
    const std::size_t layer = current.isValid() ? m_model->row(current.row()).layers.front() : 0;
    const int task = current.column();
    bool reset = false;
    const auto connection =
        connect(m_model, &QAbstractItemModel::modelReset, this, [&reset] { reset = true; });
    m_model->setNetwork(std::move(network), std::move(tasks));
    disconnect(connection);
    showSelector();
    if (!reset)
        return;
    // Rows fold and unfold as plans change; what was selected stays so.
    showSelected(selected);
    if (current.row() >= 0 || task >= 0)
        if (const int row = m_model->rowOf(layer); row >= 0 && task < m_model->taskCount())
            m_view->selectionModel()->setCurrentIndex(m_model->index(row, std::max(task, 0)),
                                                      QItemSelectionModel::NoUpdate);
}

void PlanMatrix::setProblems(std::map<std::size_t, QString> problems) {
    m_model->setProblems(std::move(problems));
    m_view->verticalHeader()->viewport()->update();
}

/// All, the factors, norm and bias.
void PlanMatrix::showSelector() {
    std::vector<std::string> parts{""};
    for (const std::string& factor : m_model->factorNames())
        if (parts.size() < 7) // more have no room side by side
            parts.push_back(factor);
    parts.emplace_back("norm");
    if (m_model->hasBiases())
        parts.emplace_back("bias");
    if (parts == m_parts)
        return;
    m_parts = parts;
    delete m_selector;
    QStringList labels{tr("All")};
    for (std::size_t i = 1; i < parts.size(); ++i)
        labels << (parts[i] == "norm"   ? tr("Norm")
                   : parts[i] == "bias" ? tr("Bias")
                                        : toQt(parts[i]));
    m_selector = new SegmentedControl(labels, this);
    m_selector->setAccessibleName(tr("What T and S are for"));
    m_bar->insertWidget(0, m_selector);
    m_model->setPart("");
    connect(m_selector, &SegmentedControl::currentIndexChanged, this,
            [this](int index) { m_model->setPart(m_parts[static_cast<std::size_t>(index)]); });
}

/// Of the cell that the pointer is on, or else the keyboard.
void PlanMatrix::showDetail() {
    const QModelIndex current =
        m_hovered.isValid() ? QModelIndex(m_hovered) : m_view->currentIndex();
    m_words->setText(current.isValid() && current.column() < m_model->taskCount()
                         ? m_model->reading(current.row(), current.column())
                         : tr("Choose a cell to see what its task has of the layer."));
    m_detail->showCell(current);
    m_view->viewport()->update();
}

std::vector<PlanCell> PlanMatrix::selectedCells() const {
    std::vector<PlanCell> cells;
    for (const QModelIndex& index : m_view->selectionModel()->selectedIndexes())
        if (index.column() < m_model->taskCount())
            for (const std::size_t layer : m_model->row(index.row()).layers)
                cells.push_back({layer, index.column()});
    std::ranges::sort(cells);
    return cells;
}

std::vector<std::size_t> PlanMatrix::selectedLayers() const {
    std::vector<std::size_t> layers;
    for (const PlanCell& cell : selectedCells())
        if (layers.empty() || layers.back() != cell.layer)
            layers.push_back(cell.layer);
    return layers;
}

void PlanMatrix::showPointed(std::optional<std::size_t> layer, TaskSet tasks) {
    m_view->showPointed(layer, tasks);
    hover(layer, tasks);
}

/// Words and factors are those of what is pointed at, here or elsewhere.
void PlanMatrix::hover(std::optional<std::size_t> layer, TaskSet tasks) {
    m_hovered = layer && tasks != 0 ? m_model->index(m_model->rowOf(*layer), firstTask(tasks))
                                    : QModelIndex();
    showDetail();
}

void PlanMatrix::showSelected(const std::vector<std::size_t>& layers) {
    if (layers == selectedLayers())
        return;
    QItemSelection selection;
    for (int row = 0; row < m_model->rowCount(); ++row)
        if (std::ranges::any_of(m_model->row(row).layers, [&](std::size_t layer) {
                return std::ranges::find(layers, layer) != layers.end();
            }))
            selection.select(m_model->index(row, 0), m_model->index(row, m_model->taskCount() - 1));
    m_view->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
}

void PlanMatrix::want(PlanEditKind kind) {
    PlanEdit edit{.kind = kind, .cells = selectedCells()};
    if (edit.cells.empty())
        return;
    if (isOfOnePart(kind))
        edit.part = m_model->part();
    const bool isOfSeveral = kind == PlanEditKind::Tie || kind == PlanEditKind::Merge
                             || kind == PlanEditKind::MergeByProduct
                             || kind == PlanEditKind::ShareFactors;
    const bool isOneTask = std::ranges::all_of(
        edit.cells, [&](const PlanCell& cell) { return cell.task == edit.cells.front().task; });
    const bool isOfAll = kind == PlanEditKind::Trunk || kind == PlanEditKind::Preset;
    if ((isOfSeveral && isOneTask) || isOfAll)
        edit.cells = cellsOf(selectedLayers(), allTasks(m_model->taskCount()));
    Q_EMIT editWanted(edit);
}

void PlanMatrix::wantNext(int row) {
    Q_EMIT editWanted({.kind = PlanEditKind::Next,
                       .cells = cellsOf(m_model->row(row).layers, allTasks(m_model->taskCount())),
                       .part = m_model->part()});
}

void PlanMatrix::drag(const QModelIndex& from, const QModelIndex& to) {
    std::vector<std::size_t> layers;
    for (int row = std::min(from.row(), to.row()); row <= std::max(from.row(), to.row()); ++row)
        layers.insert(layers.end(), m_model->row(row).layers.begin(),
                      m_model->row(row).layers.end());
    if (from.column() != to.column()) {
        Q_EMIT editWanted({.kind = PlanEditKind::Tie,
                           .cells = cellsOf(layers, taskBit(from.column()) | taskBit(to.column())),
                           .part = m_model->part()});
        return;
    }
    const SharingRow& row = m_model->row(from.row());
    PlanEdit edit{.kind = editFor(row.next()),
                  .cells = cellsOf(layers, allTasks(m_model->taskCount())),
                  .part = m_model->part()};
    if (!edit.part.empty()) {
        const auto shown = m_model->shownPlan(row);
        edit.kind =
            shown && shown->norm.groups.size() > 1 ? PlanEditKind::Tie : PlanEditKind::Separate;
    }
    Q_EMIT editWanted(edit);
}

void PlanMatrix::toggleFrozen() {
    const std::string& part = m_model->part();
    const auto layers = selectedLayers();
    const bool all = std::ranges::all_of(layers, [&](std::size_t layer) {
        const LayerPlan& plan = m_model->layers()[layer];
        return part.empty() ? plan.isAllFrozen() : plan.isFrozen(part);
    });
    want(all ? PlanEditKind::Unfreeze : PlanEditKind::Freeze);
}

/// As the text of a plan, which other windows can paste too.
void PlanMatrix::copyRows() {
    SharingPlan rows;
    for (std::size_t t = 0; t < m_model->tasks().size(); ++t)
        rows.tasks.push_back(std::to_string(t));
    for (const std::size_t layer : selectedLayers())
        rows.layers.push_back(m_model->layers()[layer]);
    if (!rows.layers.empty())
        QGuiApplication::clipboard()->setText(toQt(jsonText(toJson(rows))));
}

void PlanMatrix::paste() {
    const auto json = readJson(QGuiApplication::clipboard()->text().toStdString());
    const auto rows = json ? planFromJson(*json) : Expected<SharingPlan>(SharingPlan{});
    PlanEdit edit{.kind = PlanEditKind::Paste, .cells = selectedCells()};
    if (rows && rows->taskCount() == m_model->taskCount())
        edit.rows = rows->layers;
    if (!edit.cells.empty())
        Q_EMIT editWanted(edit);
}

void PlanMatrix::fold(int row, std::optional<bool> unfolded) {
    const SharingRow& shown = m_model->row(row);
    const bool unfold = unfolded.value_or(shown.canUnfold);
    if (unfold ? !shown.canUnfold : !shown.canFold)
        return;
    const std::string stage = shown.stage; // the row goes
    setUnfolded(stage, unfold);
    Q_EMIT foldingChanged(stage, unfold);
}

void PlanMatrix::setUnfolded(const std::string& stage, bool unfolded) {
    const auto selected = selectedLayers();
    const QModelIndex current = m_view->currentIndex();
    const bool wasCurrent = current.isValid(); // it goes with the rows
    const int task = std::max(current.column(), 0);
    const std::size_t layer = wasCurrent ? m_model->row(current.row()).layers.front() : 0;
    m_model->setUnfolded(stage, unfolded);
    showSelected(selected);
    if (const int row = m_model->rowOf(layer); wasCurrent && row >= 0)
        m_view->selectionModel()->setCurrentIndex(m_model->index(row, task),
                                                  QItemSelectionModel::NoUpdate);
}

QMenu* PlanMatrix::menu() {
    auto* menu = new QMenu(this);
    const auto add = [&](const QString& text, const QKeySequence& key, auto then) {
        QAction* action = menu->addAction(text, this, then);
        action->setShortcut(key); // shown; the matrix hears the key itself
        action->setShortcutContext(Qt::WidgetShortcut);
        action->setEnabled(!selectedCells().empty());
        return action;
    };
    for (const PlanKey& key : planKeys)
        add(tr(key.label), QKeySequence(key.key), [this, kind = key.kind] { want(kind); });
    add(tr("Split away from the others"), {}, [this] { want(PlanEditKind::Split); });
    menu->addSeparator();
    add(tr("Freeze or unfreeze"), QKeySequence(Qt::Key_Z), [this] { toggleFrozen(); });
    menu->addSeparator();
    add(tr("Trunk up to here, separate behind it"), {}, [this] { want(PlanEditKind::Trunk); });
    add(tr("Join up to here"), {}, [this] { want(PlanEditKind::Join); });
    menu->addSeparator();
    add(tr("Copy rows"), QKeySequence::Copy, [this] { copyRows(); });
    add(tr("Paste rows"), QKeySequence::Paste, [this] { paste(); });
    return menu;
}

bool PlanMatrix::pressKey(int key, Qt::KeyboardModifiers modifiers) {
    const int row = m_view->currentIndex().row();
    const bool plain = (modifiers & ~(Qt::ShiftModifier | Qt::KeypadModifier)) == 0;
    if (row < 0)
        return false;
    if (modifiers == Qt::ControlModifier && (key == Qt::Key_C || key == Qt::Key_V)) {
        key == Qt::Key_C ? copyRows() : paste();
        return true;
    }
    if (!plain)
        return false;
    for (const PlanKey& known : planKeys)
        if (key == known.key) {
            want(known.kind);
            return true;
        }
    switch (key) {
    case Qt::Key_Z: toggleFrozen(); return true;
    case Qt::Key_Space:
    case Qt::Key_Return:
    case Qt::Key_Enter: wantNext(row); return true;
    case Qt::Key_Plus: fold(row, true); return true;
    case Qt::Key_Minus: fold(row, false); return true;
    default: return false;
    }
}

bool PlanMatrix::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_view && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (pressKey(key->key(), key->modifiers()))
            return true;
    }
    if (watched == m_view->viewport() && event->type() == QEvent::ContextMenu) {
        QMenu* shown = menu();
        shown->setAttribute(Qt::WA_DeleteOnClose);
        shown->popup(static_cast<QContextMenuEvent*>(event)->globalPos());
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace concertina
