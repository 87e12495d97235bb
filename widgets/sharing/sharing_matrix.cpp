// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/sharing_matrix.h"

#include "widgets/controls/toned_label.h"
#include "widgets/sharing/layer_name.h"
#include "widgets/sharing/sharing_geometry.h"
#include "widgets/sharing/sharing_painter.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QListView>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QStyledItemDelegate>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace concertina {

namespace {

constexpr int ChevronWidth = 16;
constexpr int HeaderHeight = 24;
constexpr int LockWidth = 9; // at the label's right end
constexpr int LockHeight = 11;

SharingGeometry geometryOf(const SharingModel& model, int width) {
    return {static_cast<int>(model.tasks().size()), width};
}

/// The letters of the tasks above their columns.
class MatrixHeader : public QWidget {
public:
    MatrixHeader(const SharingModel& model, const QListView* view, QWidget* parent)
        : QWidget(parent), m_model(model), m_view(view) {
        setFixedHeight(HeaderHeight);
    }

protected:
    bool event(QEvent* event) override {
        if (event->type() == QEvent::ToolTip) {
            const auto position = static_cast<QHelpEvent*>(event)->pos();
            const auto place = geometryOf(m_model, m_view->viewport()->width());
            const int task = (position.x() - place.cellLeft(0)) / place.cellWidth();
            const auto& tasks = m_model.tasks();
            setToolTip(position.x() >= place.cellLeft(0) && task < static_cast<int>(tasks.size())
                           ? tasks[static_cast<std::size_t>(task)].label
                           : QString());
        }
        return QWidget::event(event);
    }

    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        QFont bold = font();
        bold.setWeight(QFont::DemiBold);
        painter.setFont(bold);
        const auto place = geometryOf(m_model, m_view->viewport()->width());
        for (int task = 0; task < place.tasks; ++task) {
            painter.setPen(taskColor(task, palette()));
            painter.drawText(QRect(place.cellLeft(task), 0, place.cellWidth(), height()),
                             Qt::AlignCenter,
                             m_model.tasks()[static_cast<std::size_t>(task)].letter);
        }
    }

private:
    const SharingModel& m_model;
    const QListView* m_view;
};

class RowDelegate : public QStyledItemDelegate {
public:
    RowDelegate(const SharingModel& model, QObject* parent)
        : QStyledItemDelegate(parent), m_model(model) {}

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {geometryOf(m_model, 0).leastWidth(), SharingGeometry::rowHeight};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const SharingRow& row = m_model.row(index.row());
        const QPalette& palette = option.palette;
        const QRect& area = option.rect;
        painter->save();
        paintBackground(*painter, option);
        const auto place = geometryOf(m_model, area.width());
        paintLabel(*painter, row, area, palette);
        paintSharing(*painter,
                     QRect(area.x() + place.cellLeft(0), area.y() + 1,
                           place.cellWidth() * place.tasks, area.height() - 2),
                     row.plan, SharingModel::kernelLetters(row, place.tasks), palette);
        paintGates(*painter,
                   QRect(area.x() + place.cellLeft(0), area.y() + 1,
                         place.cellWidth() * place.tasks, area.height() - 2),
                   m_model.gates(row), palette);
        if (place.hasRoomForState()) {
            painter->setFont(smallFont());
            painter->setPen(color(ColorRole::MutedText, palette));
            painter->drawText(area.adjusted(place.cellsRight() + 8, 0, 0, 0), Qt::AlignVCenter,
                              row.state ? stateLabel(*row.state).toLower()
                                        : SharingModel::tr("groups"));
        }
        painter->restore();
    }

private:
    static void paintBackground(QPainter& painter, const QStyleOptionViewItem& option) {
        const bool selected = option.state.testFlag(QStyle::State_Selected);
        if (selected) {
            QColor tint = color(ColorRole::Accent, option.palette);
            tint.setAlphaF(0.14F);
            painter.fillRect(option.rect, tint);
        } else if (option.state.testFlag(QStyle::State_MouseOver)) {
            painter.fillRect(option.rect, color(ColorRole::Hover, option.palette));
        }
        if (option.state.testFlag(QStyle::State_HasFocus)) {
            painter.setPen(color(ColorRole::Accent, option.palette));
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1));
        }
    }

    static void paintLabel(QPainter& painter, const SharingRow& row, const QRect& area,
                           const QPalette& palette) {
        painter.setFont(smallFont());
        if (row.canUnfold || row.canFold) {
            painter.setPen(color(ColorRole::FaintText, palette));
            painter.drawText(QRect(area.x(), area.y(), ChevronWidth, area.height()),
                             Qt::AlignCenter,
                             row.canUnfold ? QStringLiteral("▸") : QStringLiteral("▾"));
        }
        QRect text = area.adjusted(ChevronWidth, 0, 0, 0);
        text.setWidth(SharingGeometry::labelWidth - ChevronWidth);
        if (row.isFrozen()) {
            text.setWidth(text.width() - LockWidth - 6);
            paintLock(painter,
                      QRectF(text.right() + 3, area.y() + (area.height() - LockHeight) / 2.0,
                             LockWidth, LockHeight),
                      row.isAllFrozen(), palette);
        }
        const QString label = shortLayerName(row.label, painter.fontMetrics(), text.width() - 20);
        painter.setPen(color(ColorRole::Text, palette));
        painter.drawText(text, Qt::AlignVCenter, label);
        if (row.layers.size() > 1) {
            painter.setPen(color(ColorRole::MutedText, palette));
            painter.drawText(
                text.adjusted(painter.fontMetrics().horizontalAdvance(label) + 5, 0, 0, 0),
                Qt::AlignVCenter, QStringLiteral("×%1").arg(row.layers.size()));
        }
    }

    const SharingModel& m_model;
};

constexpr std::array states{SharingState::Tied, SharingState::Merged, SharingState::FactorsShared,
                            SharingState::Separate};

/// Beside those with a button, what has a key alone.
constexpr std::array keyedStates{SharingState::Tied, SharingState::Merged,
                                 SharingState::MergedByProduct, SharingState::FactorsShared,
                                 SharingState::Separate};

/// A row as a state draws it, for its button.
QIcon stateIcon(SharingState state, const QPalette& palette, qreal ratio) {
    const Partition own = apart(3);
    const LayerFactors factors{
        "", {{"U", {1}, false}, {"M", {1}, true}, {"V", {1}, false}}, true};
    const LayerPlan plan = planInState(factors, state, own);
    const QSize size(42, 16);
    QPixmap pixmap(size * ratio);
    pixmap.setDevicePixelRatio(ratio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paintSharing(painter, QRect(QPoint(), size), plan, {QString(), QString(), QString()}, palette);
    return QIcon(pixmap);
}

} // namespace

SharingMatrix::SharingMatrix(QWidget* parent)
    : QWidget(parent),
      m_model(new SharingModel(this)),
      m_header(nullptr),
      m_view(nullptr),
      m_factors(new TonedLabel(ColorRole::MutedText)) {
    m_view = new QListView(this);
    m_view->setModel(m_model);
    m_view->setItemDelegate(new RowDelegate(*m_model, this));
    m_view->setSelectionMode(QAbstractItemView::ExtendedSelection);
    m_view->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setUniformItemSizes(true);
    m_view->setMouseTracking(true);
    m_view->viewport()->setAutoFillBackground(false);
    m_view->setAccessibleName(tr("Sharing of layers by tasks"));
    m_view->setAccessibleDescription(
        tr("Space goes on to the next state; T tied, M merged, P merged by product, F factors "
           "shared, S separate; Right and Left unfold and fold a stage."));
    m_view->installEventFilter(this);
    m_view->viewport()->installEventFilter(this);
    m_header = new MatrixHeader(*m_model, m_view, this);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_header);
    layout->addWidget(m_view, 1);
    m_factors->setFont(smallFont());
    m_factors->setWordWrap(true);
    m_factors->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_factors->setContentsMargins(ChevronWidth, 4, 2, 0);
    // Two lines, whatever they say: the matrix keeps its place.
    m_factors->setFixedHeight(2 * m_factors->fontMetrics().lineSpacing() + 5);
    layout->addWidget(m_factors);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(2);
    buttons->setContentsMargins(0, 4, 0, 0);
    for (std::size_t i = 0; i < states.size(); ++i) {
        auto* button = new QToolButton(this);
        button->setAutoRaise(true);
        button->setFont(smallFont());
        button->setToolButtonStyle(Qt::ToolButtonTextUnderIcon);
        button->setIconSize({42, 16});
        button->setText(stateLabel(states[i]));
        button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        button->setToolTip(tr("<p><b>%1</b> (%2): %3</p>")
                               .arg(stateLabel(states[i]), QString(stateKey(states[i])),
                                    stateHelp(states[i])));
        connect(button, &QToolButton::clicked, this, [this, state = states[i]] { wantState(state); });
        buttons->addWidget(button);
        m_buttons[i] = button;
    }
    layout->addLayout(buttons);
    connect(m_view->selectionModel(), &QItemSelectionModel::selectionChanged, this,
            &SharingMatrix::showButtons);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentChanged, this,
            &SharingMatrix::showFactors);
    connect(m_model, &QAbstractItemModel::dataChanged, this, &SharingMatrix::showFactors);
    connect(m_model, &QAbstractItemModel::modelReset, this, &SharingMatrix::showFactors);
    showButtons();
    showFactors();
}

/// Of the current row, or what will stand there.
void SharingMatrix::showFactors() {
    const QModelIndex current = m_view->currentIndex();
    if (m_model->rowCount() == 0)
        m_factors->clear();
    else if (!current.isValid())
        m_factors->setText(tr("Choose a layer to see whose its factors are."));
    else
        m_factors->setText(factorsText(m_model->row(current.row()), m_model->tasks()));
}

void SharingMatrix::setNetwork(const NetworkDesign& network, std::vector<SharingTask> tasks) {
    const auto selected = selectedLayers();
    const int row = m_view->currentIndex().row();
    const std::size_t current = row >= 0 ? m_model->row(row).layers.front() : 0;
    const int rows = m_model->rowCount();
    m_model->setNetwork(network, std::move(tasks));
    if (rows > 0)
        selectLayers(selected, current);
    m_header->update();
    showButtons();
}

void SharingMatrix::clear() {
    m_model->clear();
    m_header->update();
    showButtons();
}

std::vector<std::size_t> SharingMatrix::selectedLayers() const {
    std::vector<std::size_t> layers;
    for (const QModelIndex& index : m_view->selectionModel()->selectedIndexes())
        for (const std::size_t layer : m_model->row(index.row()).layers)
            layers.push_back(layer);
    std::ranges::sort(layers);
    return layers;
}

void SharingMatrix::selectLayers(const std::vector<std::size_t>& layers, std::size_t current) {
    QItemSelection selection;
    QModelIndex at;
    for (int i = 0; i < m_model->rowCount(); ++i) {
        const auto& members = m_model->row(i).layers;
        if (std::ranges::any_of(members, [&](std::size_t layer) {
                return std::ranges::binary_search(layers, layer);
            }))
            selection.select(m_model->index(i), m_model->index(i));
        if (std::ranges::find(members, current) != members.end())
            at = m_model->index(i);
    }
    m_view->selectionModel()->setCurrentIndex(at, QItemSelectionModel::NoUpdate);
    m_view->selectionModel()->select(selection, QItemSelectionModel::ClearAndSelect);
}

void SharingMatrix::showButtons() {
    const auto selected = m_view->selectionModel()->selectedIndexes();
    for (std::size_t i = 0; i < states.size(); ++i) {
        m_buttons[i]->setIcon(stateIcon(states[i], palette(), devicePixelRatioF()));
        m_buttons[i]->setEnabled(std::ranges::any_of(selected, [&](const QModelIndex& index) {
            return std::ranges::count(m_model->row(index.row()).available, states[i]) > 0;
        }));
    }
}

void SharingMatrix::wantState(SharingState state) {
    const auto layers = selectedLayers();
    if (!layers.empty())
        Q_EMIT stateWanted(layers, state);
}

void SharingMatrix::wantNext(int row) {
    if (row >= 0 && m_model->row(row).available.size() > 1)
        wantState(m_model->row(row).next());
}

void SharingMatrix::setUnfolded(int row, bool unfolded) {
    const SharingRow& shown = m_model->row(row);
    if (unfolded ? !shown.canUnfold : !shown.canFold)
        return;
    const std::size_t current = shown.layers.front();
    const auto selected = selectedLayers();
    m_model->setUnfolded(std::string(shown.stage), unfolded);
    selectLayers(selected, current);
}

bool SharingMatrix::pressKey(int key, Qt::KeyboardModifiers modifiers) {
    const int row = m_view->currentIndex().row();
    if (row < 0 || (modifiers & ~(Qt::ShiftModifier | Qt::KeypadModifier)) != 0)
        return false;
    if (key == Qt::Key_Space || key == Qt::Key_Return || key == Qt::Key_Enter) {
        if (!m_view->selectionModel()->isRowSelected(row, {}))
            m_view->setCurrentIndex(m_view->currentIndex());
        wantNext(row);
        return true;
    }
    if (key == Qt::Key_Right || key == Qt::Key_Left) {
        setUnfolded(row, key == Qt::Key_Right);
        return true;
    }
    for (const SharingState state : keyedStates)
        if (key == stateKey(state).unicode()) {
            wantState(state);
            return true;
        }
    return false;
}

void SharingMatrix::clickAt(const QPoint& position) {
    const QModelIndex index = m_view->indexAt(position);
    if (!index.isValid() || index.row() != m_pressedRow)
        return;
    const SharingRow& row = m_model->row(index.row());
    if (position.x() < ChevronWidth && (row.canUnfold || row.canFold))
        setUnfolded(index.row(), row.canUnfold);
    else
        wantNext(index.row());
}

bool SharingMatrix::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_view && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        if (pressKey(key->key(), key->modifiers()))
            return true;
    }
    if (watched == m_view->viewport()) {
        const bool press = event->type() == QEvent::MouseButtonPress
                           || event->type() == QEvent::MouseButtonDblClick;
        if (press || event->type() == QEvent::MouseButtonRelease) {
            const auto* mouse = static_cast<QMouseEvent*>(event);
            const QPoint position = mouse->position().toPoint();
            const bool plain =
                mouse->button() == Qt::LeftButton && mouse->modifiers() == Qt::NoModifier;
            if (press) {
                m_pressedRow = plain ? m_view->indexAt(position).row() : -1;
            } else if (plain) {
                // The view has its selection right before its rows may change.
                QMetaObject::invokeMethod(
                    this, [this, position] { clickAt(position); }, Qt::QueuedConnection);
            }
        }
        if (event->type() == QEvent::Resize)
            m_header->update();
    }
    if (watched == m_view && event->type() == QEvent::PaletteChange)
        showButtons();
    return QWidget::eventFilter(watched, event);
}

} // namespace concertina
