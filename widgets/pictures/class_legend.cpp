// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/class_legend.h"

#include "core/values/text.h"
#include "widgets/pictures/scale_legend.h"
#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QMouseEvent>
#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>
#include <numeric>

namespace concertina {

namespace {

constexpr int RowHeight = 24;
constexpr int CheckSide = 14;
constexpr int SwatchSide = 14;
constexpr int MostRows = 12; ///< before it scrolls
constexpr int LeastRows = 5;

class ClassDelegate : public QStyledItemDelegate {
public:
    explicit ClassDelegate(ClassLegend* legend) : QStyledItemDelegate(legend), m_legend(legend) {}

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override {
        return {160, RowHeight};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override {
        const QPalette& colors = option.palette;
        const int id = index.data(ClassLegendModel::IndexRole).toInt();
        const bool lit = m_legend->highlighted() == id;
        painter->save();
        if (lit)
            painter->fillRect(option.rect, color(ColorRole::Hover, colors));
        const bool shown = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
        const QRect row = option.rect.adjusted(12, 0, -12, 0);
        QStyleOptionButton box;
        box.rect = checkRect(option);
        box.palette = colors;
        box.state = QStyle::State_Enabled | (shown ? QStyle::State_On : QStyle::State_Off);
        m_legend->style()->drawPrimitive(QStyle::PE_IndicatorItemViewItemCheck, &box, painter,
                                         m_legend);
        const QRect swatch(row.x() + CheckSide + 8, row.center().y() - SwatchSide / 2 + 1,
                           SwatchSide, SwatchSide);
        drawSwatch(*painter, swatch, index.data(Qt::DecorationRole).value<QColor>(), colors);
        const QString share = classShareText(index.data(ClassLegendModel::ShareRole).toDouble());
        const int shareWidth = option.fontMetrics.horizontalAdvance(QStringLiteral("< 0.1 %"));
        const QRect name(swatch.right() + 9, row.y(),
                         row.right() - shareWidth - 8 - swatch.right() - 9, row.height());
        painter->setFont(option.font);
        painter->setPen(color(shown ? ColorRole::Text : ColorRole::FaintText, colors));
        painter->drawText(name, Qt::AlignLeft | Qt::AlignVCenter,
                          option.fontMetrics.elidedText(index.data().toString(), Qt::ElideRight,
                                                        name.width()));
        painter->setPen(color(ColorRole::MutedText, colors));
        painter->drawText(row, Qt::AlignRight | Qt::AlignVCenter, share);
        if (option.state.testFlag(QStyle::State_HasFocus)) {
            painter->setPen(color(ColorRole::Accent, colors));
            painter->setBrush(Qt::NoBrush);
            painter->drawRect(option.rect.adjusted(1, 0, -2, -1));
        }
        painter->restore();
    }

    bool editorEvent(QEvent* event, QAbstractItemModel* model, const QStyleOptionViewItem& option,
                     const QModelIndex& index) override {
        const bool click = event->type() == QEvent::MouseButtonRelease
                           && static_cast<QMouseEvent*>(event)->button() == Qt::LeftButton;
        const bool key = event->type() == QEvent::KeyPress
                         && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Space;
        if (!click && !key)
            return QStyledItemDelegate::editorEvent(event, model, option, index);
        const bool shown = index.data(Qt::CheckStateRole).toInt() == Qt::Checked;
        return model->setData(index, shown ? Qt::Unchecked : Qt::Checked, Qt::CheckStateRole);
    }

private:
    static QRect checkRect(const QStyleOptionViewItem& option) {
        return {option.rect.x() + 12, option.rect.center().y() - CheckSide / 2 + 1, CheckSide,
                CheckSide};
    }

    ClassLegend* m_legend;
};

} // namespace

QString classShareText(double share) {
    const double percent = 100 * share;
    if (percent < 0.1)
        return QStringLiteral("< 0.1 %");
    return toQt(fixedText(percent, percent < 10 ? 1 : 0)) + QStringLiteral(" %");
}

void ClassLegendModel::setClasses(const std::vector<ClassInfo>& classes,
                                  const std::vector<std::size_t>& counts) {
    const double all = static_cast<double>(std::accumulate(counts.begin(), counts.end(),
                                                           std::size_t{0}));
    std::vector<LegendClass> present;
    for (std::size_t i = 0; i < std::min(classes.size(), counts.size()); ++i)
        if (counts[i] > 0)
            present.push_back({static_cast<int>(i), classes[i], static_cast<double>(counts[i]) / all});
    std::stable_sort(present.begin(), present.end(), [](const auto& a, const auto& b) {
        return a.share > b.share;
    });
    if (present == m_present)
        return;
    beginResetModel();
    m_present = std::move(present);
    endResetModel();
}

int ClassLegendModel::rowOf(int index) const {
    for (std::size_t row = 0; row < m_present.size(); ++row)
        if (m_present[row].index == index)
            return static_cast<int>(row);
    return -1;
}

int ClassLegendModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_present.size());
}

QVariant ClassLegendModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const LegendClass& entry = m_present[static_cast<std::size_t>(index.row())];
    const QString name = toQt(entry.info.name);
    switch (role) {
    case Qt::DisplayRole: return name;
    case Qt::DecorationRole: return toQColor(entry.info.color);
    case Qt::CheckStateRole: return m_hidden.contains(entry.index) ? Qt::Unchecked : Qt::Checked;
    case Qt::ToolTipRole:
        return tr("%1: %2 of the pixels shown. A click hides or shows it.")
            .arg(name, classShareText(entry.share));
    case Qt::AccessibleTextRole: return tr("%1, %2").arg(name, classShareText(entry.share));
    case IndexRole: return entry.index;
    case ShareRole: return entry.share;
    default: return {};
    }
}

bool ClassLegendModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    if (role != Qt::CheckStateRole || !checkIndex(index, CheckIndexOption::IndexIsValid))
        return false;
    const int id = m_present[static_cast<std::size_t>(index.row())].index;
    if (value.toInt() == Qt::Checked)
        m_hidden.erase(id);
    else
        m_hidden.insert(id);
    Q_EMIT dataChanged(index, index, {Qt::CheckStateRole});
    Q_EMIT hiddenChanged();
    return true;
}

Qt::ItemFlags ClassLegendModel::flags(const QModelIndex& index) const {
    return QAbstractListModel::flags(index) | (index.isValid() ? Qt::ItemIsUserCheckable
                                                               : Qt::NoItemFlags);
}

ClassLegend::ClassLegend(QWidget* parent) : QListView(parent), m_model(new ClassLegendModel(this)) {
    setModel(m_model);
    setItemDelegate(new ClassDelegate(this));
    setMouseTracking(true);
    setUniformItemSizes(true);
    setFrameShape(QFrame::NoFrame);
    setSelectionMode(QAbstractItemView::NoSelection);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
    setFont(smallFont());
    setAccessibleName(tr("Classes that are present"));
    connect(m_model, &QAbstractItemModel::modelReset, this, &QWidget::updateGeometry);
}

QSize ClassLegend::sizeHint() const {
    return {200, std::clamp(m_model->rowCount(), 1, MostRows) * RowHeight};
}

QSize ClassLegend::minimumSizeHint() const {
    return {120, std::clamp(m_model->rowCount(), 1, LeastRows) * RowHeight};
}

void ClassLegend::setHighlighted(int index) {
    if (std::exchange(m_highlighted, index) == index)
        return;
    const int row = m_model->rowOf(index);
    if (row >= 0)
        scrollTo(m_model->index(row));
    viewport()->update();
}

void ClassLegend::hover(int index) {
    if (index == m_highlighted)
        return;
    m_highlighted = index;
    viewport()->update();
    Q_EMIT classHovered(index);
}

void ClassLegend::mouseMoveEvent(QMouseEvent* event) {
    const QModelIndex at = indexAt(event->position().toPoint());
    hover(at.isValid() ? at.data(ClassLegendModel::IndexRole).toInt() : -1);
    QListView::mouseMoveEvent(event);
}

void ClassLegend::leaveEvent(QEvent* event) {
    hover(-1);
    QListView::leaveEvent(event);
}

void ClassLegend::focusOutEvent(QFocusEvent* event) {
    hover(-1);
    QListView::focusOutEvent(event);
}

void ClassLegend::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QListView::currentChanged(current, previous);
    if (hasFocus() && current.isValid())
        hover(current.data(ClassLegendModel::IndexRole).toInt());
}

} // namespace concertina
