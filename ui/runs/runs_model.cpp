// SPDX-License-Identifier: GPL-3.0-or-later
// The model's structure: what stands where, and how views learn of changes.
#include "ui/runs/runs_model.h"

#include <algorithm>

namespace concertina {

namespace {

constexpr quintptr topLevel = 0; // internal id of a line; its children have the line's row + 1

std::vector<RunId> idsOf(const RunTable& table, const RunLine& line) {
    std::vector<RunId> ids;
    for (const int row : line.rows)
        ids.push_back(table.rows[static_cast<std::size_t>(row)].run.id);
    return ids;
}

} // namespace

bool RunsModel::isMetric(int column) const {
    return column >= FirstMetric && column < FirstMetric + static_cast<int>(m_table.columns.size());
}

int RunsModel::shownRuns() const {
    return static_cast<int>(m_lineOf.size());
}

int RunsModel::groupCount() const {
    return static_cast<int>(m_groupLine.size());
}

void RunsModel::setTable(RunTable table) {
    if (table.columns != m_table.columns) {
        beginResetModel();
        m_sparklines.clear();
        m_table = std::move(table);
        m_sorting.metric = 0;
        if (m_sorting.by == RunProperty::Metric)
            m_sorting = {};
        m_lines = arrange(m_table, m_filter, m_sorting, m_grouped);
        indexLines();
        endResetModel();
        Q_EMIT rearranged();
        return;
    }
    auto lines = arrange(table, m_filter, m_sorting, m_grouped);
    if (!sameLines(table, lines)) {
        adopt(std::move(table), std::move(lines));
        return;
    }
    const RunTable before = std::exchange(m_table, std::move(table));
    m_lines = std::move(lines);
    indexLines();
    reportChanges(before);
}

bool RunsModel::sameLines(const RunTable& table, const std::vector<RunLine>& lines) const {
    return std::equal(lines.begin(), lines.end(), m_lines.begin(), m_lines.end(),
                      [&](const RunLine& a, const RunLine& b) {
                          return a.group == b.group && idsOf(table, a) == idsOf(m_table, b);
                      });
}

void RunsModel::reportChanges(const RunTable& before) {
    std::unordered_map<RunId, const RunRow*> old;
    for (const RunRow& row : before.rows)
        old.emplace(row.run.id, &row);
    const auto changed = [&](int at) {
        const auto found = old.find(row(at).run.id);
        return found == old.end() || !looksSame(*found->second, row(at));
    };
    const auto report = [&](const QModelIndex& first, int at) {
        // A name that is being typed must not be overwritten by progress beside it.
        const auto found = old.find(row(at).run.id);
        const bool named = found == old.end() || found->second->name != row(at).name;
        Q_EMIT dataChanged(first.siblingAtColumn(named ? NameColumn : StateColumn),
                           first.siblingAtColumn(columnCount() - 1));
    };
    for (int line = 0; line < static_cast<int>(m_lines.size()); ++line) {
        const RunLine& here = m_lines[static_cast<std::size_t>(line)];
        const QModelIndex top = index(line, 0);
        bool any = false;
        for (int i = 0; i < static_cast<int>(here.rows.size()); ++i) {
            const int at = here.rows[static_cast<std::size_t>(i)];
            if (!changed(at))
                continue;
            any = true;
            report(here.isGroup() ? index(i, 0, top) : top, at);
        }
        if (any && here.isGroup())
            Q_EMIT dataChanged(top, top.siblingAtColumn(columnCount() - 1));
    }
}

void RunsModel::setFilter(const RunFilter& filter) {
    m_filter = filter;
    rearrange();
}

void RunsModel::setGrouped(bool grouped) {
    m_grouped = grouped;
    rearrange();
}

void RunsModel::sort(int column, Qt::SortOrder order) {
    const int metrics = static_cast<int>(m_table.columns.size());
    RunSorting sorting{RunProperty::Created, 0, order == Qt::DescendingOrder};
    if (column == NameColumn)
        sorting.by = RunProperty::Name;
    else if (column == StateColumn)
        sorting.by = RunProperty::State;
    else if (isMetric(column))
        sorting = {RunProperty::Metric, column - FirstMetric, sorting.descending};
    else if (column == FirstMetric + metrics)
        sorting.by = RunProperty::Parameters;
    else if (column == FirstMetric + metrics + 1)
        sorting.by = RunProperty::Duration;
    m_sorting = sorting;
    rearrange();
}

int RunsModel::sortColumn() const {
    const int others = FirstMetric + static_cast<int>(m_table.columns.size());
    switch (m_sorting.by) {
    case RunProperty::Name: return NameColumn;
    case RunProperty::State: return StateColumn;
    case RunProperty::Metric: return FirstMetric + m_sorting.metric;
    case RunProperty::Parameters: return others;
    case RunProperty::Duration: return others + 1;
    case RunProperty::Created: break;
    }
    return others + 2;
}

Qt::SortOrder RunsModel::sortOrder() const {
    return m_sorting.descending ? Qt::DescendingOrder : Qt::AscendingOrder;
}

void RunsModel::rearrange() {
    auto lines = arrange(m_table, m_filter, m_sorting, m_grouped);
    if (lines != m_lines)
        adopt(RunTable(m_table), std::move(lines));
}

/// One change of layout for everything that moves, comes and goes: with ten thousand runs, rows
/// that are inserted and removed one by one would each make every view count again.
void RunsModel::adopt(RunTable table, std::vector<RunLine> lines) {
    Q_EMIT layoutAboutToBeChanged();
    const QModelIndexList before = persistentIndexList();
    std::vector<Place> places;
    for (const QModelIndex& index : before)
        places.push_back(placeOf(index));
    m_table = std::move(table);
    m_lines = std::move(lines);
    indexLines();
    QModelIndexList after;
    for (const Place& place : places)
        after.append(indexOf(place));
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged();
    Q_EMIT rearranged();
}

void RunsModel::indexLines() {
    m_best = bestOf(m_table, m_lines);
    m_children.assign(m_lines.size(), {});
    m_lineOf.clear();
    m_groupLine.clear();
    m_rowOf.clear();
    for (std::size_t i = 0; i < m_table.rows.size(); ++i)
        m_rowOf.emplace(m_table.rows[i].run.id, i);
    for (std::size_t i = 0; i < m_lines.size(); ++i) {
        const RunLine& line = m_lines[i];
        if (line.isGroup())
            m_groupLine.emplace(line.group, static_cast<int>(i));
        for (std::size_t j = 0; j < line.rows.size(); ++j) {
            if (line.isGroup())
                m_children[i].push_back({{}, {line.rows[j]}});
            m_lineOf.emplace(
                row(line.rows[j]).run.id,
                std::pair(static_cast<int>(i), line.isGroup() ? static_cast<int>(j) : -1));
        }
    }
}

RunsModel::Place RunsModel::placeOf(const QModelIndex& index) const {
    const RunLine* line = lineAt(index);
    if (line == nullptr)
        return {};
    if (line->isGroup())
        return {{}, line->group, index.column()};
    return {row(line->rows.front()).run.id, {}, index.column()};
}

QModelIndex RunsModel::indexOf(const Place& place) const {
    if (!place.group.empty()) {
        const auto found = m_groupLine.find(place.group);
        return found == m_groupLine.end() ? QModelIndex() : index(found->second, place.column);
    }
    return place.run.empty() ? QModelIndex() : indexOf(place.run).siblingAtColumn(place.column);
}

QModelIndex RunsModel::indexOf(const RunId& run) const {
    const auto found = m_lineOf.find(run);
    if (found == m_lineOf.end())
        return {};
    const auto [line, child] = found->second;
    return child < 0 ? index(line, 0) : index(child, 0, index(line, 0));
}

std::vector<RunId> RunsModel::runsAt(const QModelIndex& index) const {
    const RunLine* line = lineAt(index);
    return line == nullptr ? std::vector<RunId>() : idsOf(m_table, *line);
}

const RunRow* RunsModel::find(const RunId& run) const {
    const auto found = m_rowOf.find(run);
    return found == m_rowOf.end() ? nullptr : &m_table.rows[found->second];
}

const RunLine* RunsModel::lineAt(const QModelIndex& index) const {
    if (!index.isValid() || index.model() != this)
        return nullptr;
    const bool isChild = index.internalId() != topLevel;
    const auto top = static_cast<std::size_t>(isChild ? index.internalId() - 1
                                                      : static_cast<quintptr>(index.row()));
    const auto at = static_cast<std::size_t>(index.row());
    if (top >= m_lines.size())
        return nullptr;
    if (!isChild)
        return &m_lines[top];
    return at < m_children[top].size() ? &m_children[top][at] : nullptr;
}

QModelIndex RunsModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column,
                       parent.isValid() ? static_cast<quintptr>(parent.row()) + 1 : topLevel);
}

QModelIndex RunsModel::parent(const QModelIndex& child) const {
    if (!child.isValid() || child.internalId() == topLevel)
        return {};
    return createIndex(static_cast<int>(child.internalId() - 1), 0, topLevel);
}

int RunsModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid())
        return static_cast<int>(m_lines.size());
    if (parent.column() != 0 || parent.internalId() != topLevel
        || parent.row() >= static_cast<int>(m_children.size()))
        return 0;
    return static_cast<int>(m_children[static_cast<std::size_t>(parent.row())].size());
}

int RunsModel::columnCount(const QModelIndex&) const {
    return FirstMetric + static_cast<int>(m_table.columns.size()) + 3;
}

Qt::ItemFlags RunsModel::flags(const QModelIndex& index) const {
    const RunLine* line = lineAt(index);
    if (line == nullptr)
        return Qt::NoItemFlags;
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (!line->isGroup())
        flags |= Qt::ItemNeverHasChildren;
    if (index.column() == NameColumn && !line->isGroup())
        flags |= Qt::ItemIsEditable;
    return flags;
}

bool RunsModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    const RunLine* line = lineAt(index);
    if (role != Qt::EditRole || line == nullptr || index.column() != NameColumn || line->isGroup())
        return false;
    RunRow& changed = m_table.rows[static_cast<std::size_t>(line->rows.front())];
    const QString name = value.toString().trimmed();
    if (name.isEmpty() || name == changed.name)
        return false;
    const RunId run = changed.run.id;
    changed.name = name;
    changed.run.name = name.toStdString();
    Q_EMIT dataChanged(index, index);
    Q_EMIT renamed(run, name);
    return true;
}

} // namespace concertina
