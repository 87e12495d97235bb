// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <cstddef>
#include <optional>
#include <utility>

class QPainter;

namespace concertina {

/// A table of coloured cells of which the pointer or the arrow keys choose one. Who draws it says
/// where its cells lie and what their words are.
class CellMap : public QWidget {
    Q_OBJECT

public:
    using Cell = std::pair<std::size_t, std::size_t>; ///< row, column

    explicit CellMap(QWidget* parent = nullptr);

    virtual QRect cellRect(std::size_t row, std::size_t column) const = 0;
    std::optional<Cell> cellAt(const QPoint& position) const;

    /// Of the cell that the pointer or the keyboard is on; empty where none is.
    QRect pointedRect() const;

Q_SIGNALS:
    /// The words of the cell that the pointer or the keyboard is on; empty where none is.
    void pointedAt(const QString& words);

protected:
    static constexpr int Gap = 1; ///< pixels between cells, which belong to the one before

    virtual std::size_t rowCount() const = 0;
    virtual std::size_t columnCount() const = 0;
    virtual QString words(const Cell& cell) const = 0;

    void point(std::optional<Cell> cell);
    const std::optional<Cell>& pointed() const { return m_pointed; }
    void paintPointed(QPainter& painter) const;

    /// `share` of the way from a colour to another.
    static QColor between(const QColor& none, const QColor& full, double share);

    void mouseMoveEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool event(QEvent* event) override;

private:
    bool isEmpty() const { return rowCount() == 0 || columnCount() == 0; }

    std::optional<Cell> m_pointed;
};

} // namespace concertina
