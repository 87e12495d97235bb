// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/sharing/cell_map.h"
#include "widgets/sharing/sharing_model.h"

#include <vector>

namespace concertina {

/// In which shares each task mixes the parts that all of them have: tasks down, parts across, in
/// colours from the field's (none) to the accent (the largest share there is), with the number in
/// each cell that has room.
class MixtureMap : public CellMap {
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

    QRect cellRect(std::size_t row, std::size_t part) const override;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    std::size_t rowCount() const override { return m_rows.size(); }
    std::size_t columnCount() const override {
        return m_rows.empty() ? 0 : m_rows.front().shares.size();
    }
    QString words(const Cell& cell) const override;
    void paintEvent(QPaintEvent* event) override;

private:
    void paintHeader(QPainter& painter) const;
    void paintCell(QPainter& painter, const Cell& cell) const;

    std::vector<Row> m_rows;
    QString m_part;
};

} // namespace concertina
