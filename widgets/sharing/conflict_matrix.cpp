// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/conflict_matrix.h"

#include "core/model/layer_graph.h"
#include "core/values/text.h"
#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <utility>

namespace concertina {

namespace {

constexpr int mostRowHeight = 22;
constexpr int leastCellWidth = 4;
constexpr int roomForDash = 8; ///< pixels across

/// "dec1" of "dec1.2".
QString stageLabel(const QString& layer) {
    return toQt(stageOf(layer.toStdString()));
}

QString cosineText(double cosine) {
    return (cosine > 0 ? QStringLiteral("+") : QString())
           + toQt(fixedText(cosine, 2)).replace(QLatin1Char('-'), QChar(0x2212));
}

double meanOfRow(const std::vector<ConflictCell>& row) {
    double sum = 0;
    int count = 0;
    for (const ConflictCell& cell : row)
        if (std::isfinite(cell.cosine)) {
            sum += cell.cosine;
            ++count;
        }
    return sum / count; // NaN where nothing was measured
}

} // namespace

ConflictMatrix::ConflictMatrix(QWidget* parent) : CellMap(parent) {
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Conflict of tasks: pairs down, layers across"));
}

void ConflictMatrix::setCells(std::vector<QString> layers, std::vector<ConflictPair> pairs,
                              std::vector<std::vector<ConflictCell>> cells) {
    const bool same = layers == m_layers && pairs == m_pairs;
    m_layers = std::move(layers);
    m_pairs = std::move(pairs);
    m_cells = std::move(cells);
    point(same ? pointed() : std::nullopt); // its words have changed
    updateGeometry();
    update();
}

QColor ConflictMatrix::colorOf(double cosine, const QPalette& palette) {
    const QColor none = color(ColorRole::Field, palette);
    if (!std::isfinite(cosine))
        return none;
    const QColor full = color(cosine < 0 ? ColorRole::Bad : ColorRole::Accent, palette);
    return between(none, full, std::sqrt(std::min(std::abs(cosine), 1.0)));
}

int ConflictMatrix::labelWidth() const {
    return QFontMetrics(font()).horizontalAdvance(QStringLiteral("W – W")) + 6;
}

int ConflictMatrix::meanWidth() const {
    return QFontMetrics(font()).horizontalAdvance(cosineText(-0.88)) + 8;
}

int ConflictMatrix::rowHeight() const {
    const int rows = std::max(1, static_cast<int>(m_pairs.size()));
    const int room = height() - QFontMetrics(font()).height() - 2;
    return std::max(std::min(room / rows, mostRowHeight), QFontMetrics(font()).height());
}

QSize ConflictMatrix::sizeHint() const {
    const int rows = static_cast<int>(m_pairs.size());
    return {labelWidth() + meanWidth() + 14 * static_cast<int>(m_layers.size()),
            rows * mostRowHeight + QFontMetrics(font()).height() + 2};
}

QSize ConflictMatrix::minimumSizeHint() const {
    const int rows = static_cast<int>(m_pairs.size());
    return {labelWidth() + meanWidth() + leastCellWidth * static_cast<int>(m_layers.size()),
            (rows + 1) * QFontMetrics(font()).height() + 2};
}

QRect ConflictMatrix::cellRect(std::size_t pair, std::size_t layer) const {
    const int room = std::max(0, width() - labelWidth() - meanWidth());
    const int count = std::max(1, static_cast<int>(m_layers.size()));
    const int index = static_cast<int>(layer);
    const int left = labelWidth() + room * index / count;
    const int right = labelWidth() + room * (index + 1) / count;
    return {left, static_cast<int>(pair) * rowHeight(), right - left - Gap, rowHeight() - Gap};
}

void ConflictMatrix::paintCell(QPainter& painter, std::size_t pair, std::size_t layer) const {
    const ConflictCell& cell = m_cells[pair][layer];
    const QRect where = cellRect(pair, layer);
    if (!std::isfinite(cell.cosine)) {
        painter.setPen(color(ColorRole::Border, palette()));
        painter.drawPoint(where.center());
        return;
    }
    painter.fillRect(where, colorOf(cell.cosine, palette()));
    if (cell.cosine < 0 && where.width() >= roomForDash) {
        const QPoint middle = where.center();
        painter.fillRect(QRect(middle.x() - 2, middle.y(), 5, 1), color(ColorRole::Text, palette()));
    }
}

/// The names of stages below their layers, as far as there is room.
void ConflictMatrix::paintStages(QPainter& painter) const {
    const QFontMetrics metrics(font());
    const int top = static_cast<int>(m_pairs.size()) * rowHeight() + 2;
    painter.setPen(color(ColorRole::MutedText, palette()));
    int taken = 0;
    for (std::size_t first = 0; first < m_layers.size();) {
        std::size_t end = first + 1;
        while (end < m_layers.size() && stageLabel(m_layers[end]) == stageLabel(m_layers[first]))
            ++end;
        const QString name = stageLabel(m_layers[first]);
        const QRect room(QPoint(cellRect(0, first).left(), top),
                         QPoint(cellRect(0, end - 1).right(), top + metrics.height()));
        const int wide = metrics.horizontalAdvance(name);
        const int left = room.center().x() - wide / 2;
        if (left >= taken && left + wide <= width()) {
            painter.drawText(QRect(left, top, wide + 1, metrics.height()), Qt::AlignLeft, name);
            taken = left + wide + 4;
        }
        first = end;
    }
}

void ConflictMatrix::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const int high = rowHeight();
    const QFontMetrics metrics(font());
    for (std::size_t pair = 0; pair < m_pairs.size(); ++pair) {
        const int top = static_cast<int>(pair) * high;
        const ConflictPair& tasks = m_pairs[pair];
        int left = 0;
        const auto write = [&](const QString& text, const QColor& pen) {
            painter.setPen(pen);
            painter.drawText(QRect(left, top, labelWidth(), high), Qt::AlignVCenter, text);
            left += metrics.horizontalAdvance(text);
        };
        write(tasks.letterA, taskColor(tasks.taskA, palette()));
        write(QStringLiteral(" – "), color(ColorRole::MutedText, palette()));
        write(tasks.letterB, taskColor(tasks.taskB, palette()));
        for (std::size_t layer = 0; layer < m_layers.size(); ++layer)
            paintCell(painter, pair, layer);
        const double mean = meanOfRow(m_cells[pair]);
        painter.setPen(color(ColorRole::Text, palette()));
        if (std::isfinite(mean))
            painter.drawText(QRect(width() - meanWidth(), top, meanWidth(), high),
                             Qt::AlignRight | Qt::AlignVCenter, cosineText(mean));
    }
    if (!m_pairs.empty())
        paintStages(painter);
    paintPointed(painter);
}

} // namespace concertina
