// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/controls/overlay.h"

#include <vector>

class QAbstractTableModel;
class QHBoxLayout;
class QLineEdit;
class QSortFilterProxyModel;
class QTableView;
class QToolButton;

namespace concertina {

class TonedLabel;

/// A table over the page: sorted by a click on a title (the third puts the rows back into their
/// own order), found by what stands in the first column, copied as text.
class TablePanel : public Overlay {
    Q_OBJECT

public:
    /// Roles of its model: what rows are sorted by, and what is copied; the second is the shown
    /// text where there is none.
    static constexpr int SortRole = Qt::UserRole, CopyRole = Qt::UserRole + 1;

    struct Words {
        QString title;
        QString find;  ///< stands in the field
        QString table; ///< its accessible name
    };

    TablePanel(QWidget* host, const Words& words, QAbstractTableModel* model);

    /// What is shown, with titles: cells between tabs, plain numbers; and the last line where all
    /// rows are shown.
    QString text() const;

    QLineEdit* filter() const { return m_filter; }
    QTableView* table() const { return m_table; }
    QToolButton* copyButton() const { return m_copy; }
    QString summary() const;
    QString note() const;

protected:
    /// A sentence on the rows that are shown, by their places in the model.
    virtual QString summaryOf(const std::vector<int>& rows) const = 0;

    /// A total, say; empty without.
    virtual QString lastLine() const { return {}; }

    /// Stands beside the field in which rows are looked for.
    void addTool(QWidget* tool);

    /// The model has other rows. `note` stands below, where there is one.
    void showRows(const QString& note, bool isWarning);

    QSize wantedSize() const override { return {1280, 900}; }
    void showEvent(QShowEvent* event) override;

private:
    void layOut(const Words& words);
    std::vector<int> shownRows() const;

    QAbstractTableModel* m_model;
    QSortFilterProxyModel* m_shown;
    QLineEdit* m_filter;
    QTableView* m_table;
    QHBoxLayout* m_head;
    QToolButton* m_copy;
    TonedLabel* m_summary;
    TonedLabel* m_note;
};

} // namespace concertina
