// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/runs/run_order.h"
#include "ui/runs/run_table.h"

#include <QAbstractItemModel>

#include <map>
#include <optional>
#include <unordered_map>
#include <vector>

namespace concertina {

/// Roles beside what Qt has.
enum RunRole {
    NoteRole = Qt::UserRole, ///< muted text behind a name: "seed 3", "3 seeds"
    ToneRole,                ///< PageHeader::Tone of a state, as int
    BestRole,                ///< texts of a metric: "0.641", "0.612 ± 0.008"
    LastRole,
    ChampionRole, ///< whether the best is the best of its column and dataset
    LinesRole,    ///< QList<QList<double>>
    TaskRole,     ///< the colour index of a metric's task
};

/// The table of runs for a view: lines of one run, and groups whose runs are their children.
/// It is given whole tables; a view keeps its selection by the runs' ids through all changes of
/// order, filter and content.
class RunsModel : public QAbstractItemModel {
    Q_OBJECT

public:
    using QAbstractItemModel::QAbstractItemModel;

    /// Columns: name, state, a metric each, parameters, time, created.
    static constexpr int NameColumn = 0;
    static constexpr int StateColumn = 1;
    static constexpr int FirstMetric = 2;
    bool isMetric(int column) const;

    /// What the table is sorted by; another set of columns moves it.
    int sortColumn() const;
    Qt::SortOrder sortOrder() const;

    void setTable(RunTable table);
    void setLines(const std::vector<RunLines>& lines);
    void setFilter(const RunFilter& filter);
    void setGrouped(bool grouped);

    int runCount() const { return static_cast<int>(m_table.rows.size()); }
    int shownRuns() const;
    int groupCount() const;
    const RunTable& table() const { return m_table; }

    /// All runs of a line, in its order; empty for no line.
    std::vector<RunId> runsAt(const QModelIndex& index) const;
    /// Null where there is none of this id.
    const RunRow* find(const RunId& run) const;
    /// The line of a run (its group's child where it is in one); none where it is filtered out.
    QModelIndex indexOf(const RunId& run) const;

    /// Runs of these lines whose sparklines are missing or older than their summaries.
    std::vector<RunId> staleLines(const QModelIndexList& indexes) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    void sort(int column, Qt::SortOrder order) override;

Q_SIGNALS:
    /// A person has typed another name; the table shows it already.
    void renamed(const concertina::RunId& run, const QString& name);
    void rearranged();

private:
    struct Place {
        RunId run; ///< empty for a group
        std::string group;
        int column = 0;
    };

    void rearrange();
    void adopt(RunTable table, std::vector<RunLine> lines);
    bool sameLines(const RunTable& table, const std::vector<RunLine>& lines) const;
    void reportChanges(const RunTable& before);
    Place placeOf(const QModelIndex& index) const;
    QModelIndex indexOf(const Place& place) const;
    void indexLines();

    const RunLine* lineAt(const QModelIndex& index) const; ///< with one row for a group's child
    const RunRow& row(int at) const { return m_table.rows[static_cast<std::size_t>(at)]; }
    QVariant nameData(const RunLine& line, int role) const;
    QVariant stateData(const RunLine& line, int role) const;
    QVariant metricData(const RunLine& line, int column, int role, bool isChild) const;
    QVariant otherData(const RunLine& line, int column, int role) const;
    bool isChampion(const RunLine& line, int column, double value) const;
    QVariant linesOf(const RunLine& line, int column) const;

    RunTable m_table;
    RunFilter m_filter;
    RunSorting m_sorting;
    bool m_grouped = true;
    std::vector<RunLine> m_lines;
    std::vector<std::vector<RunLine>> m_children; ///< one row each, of the groups among the lines
    std::map<std::string, std::vector<double>> m_best; ///< by dataset
    std::unordered_map<RunId, std::size_t> m_rowOf;
    std::unordered_map<RunId, std::pair<int, int>> m_lineOf; ///< line, child (−1: none)
    std::unordered_map<std::string, int> m_groupLine;
    std::unordered_map<RunId, RunLines> m_sparklines;
};

} // namespace concertina
