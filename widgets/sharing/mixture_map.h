// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/sharing/sharing_model.h"

#include <QWidget>

#include <optional>
#include <utility>
#include <vector>

namespace concertina {

/// In which shares each task mixes the parts that all of them have: tasks down, parts across, in
/// colours from the field's (none) to the accent (the largest share there is), with the number in
/// each cell that has room. Arrow keys and the pointer choose a cell.
class MixtureMap : public QWidget {
    Q_OBJECT

public:
    struct Row {
        int task = 0; ///< its index in the spec, for the colour
        SharingTask name;
        std::vector<double> shares; ///< of equal numbers in all rows; 1 in sum
    };

    explicit MixtureMap(QWidget* parent = nullptr);

    /// `part` names what is mixed: "skill".
    void setRows(std::vector<Row> rows, QString part);
    const std::vector<Row>& rows() const { return m_rows; }
    const QString& part() const { return m_part; }

    /// The largest share that is finite: that of the accent.
    double largest() const;

    /// The colour of a share of the largest one, from 0 to 1.
    static QColor colorOf(double share, const QPalette& palette);

    QRect cellRect(std::size_t row, std::size_t part) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// The words of the cell that the pointer or the keyboard is on; empty where none is.
    void pointedAt(const QString& words);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool event(QEvent* event) override;

private:
    using Cell = std::pair<std::size_t, std::size_t>;

    std::size_t parts() const { return m_rows.empty() ? 0 : m_rows.front().shares.size(); }
    std::optional<Cell> cellAt(const QPoint& position) const;
    QString words(const Cell& cell) const;
    void point(std::optional<Cell> cell);
    void paintHeader(QPainter& painter) const;
    void paintCell(QPainter& painter, const Cell& cell) const;

    std::vector<Row> m_rows;
    QString m_part;
    std::optional<Cell> m_pointed;
};

} // namespace concertina
