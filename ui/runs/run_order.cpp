// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/runs/run_order.h"

#include "core/values/run_group.h"
#include "widgets/qt_text.h"

#include <QCollator>
#include <QLocale>

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace concertina {

namespace {

constexpr double nothing = std::numeric_limits<double>::quiet_NaN();

const RunRow& rowAt(const RunTable& table, int row) {
    return table.rows[static_cast<std::size_t>(row)];
}

/// When it was made, by the store's count: clocks may be set back.
double createdOf(const RunRow& row) {
    return static_cast<double>(row.run.number);
}

std::vector<std::string> namesOf(const RunTable& table, const std::vector<int>& rows) {
    std::vector<std::string> names;
    for (const int row : rows)
        names.push_back(rowAt(table, row).run.name);
    return names;
}

/// What a line is sorted by; the text only by name, and made once, as comparing names by the
/// rules of a language is slow.
struct SortValue {
    double number = nothing;
    QCollatorSortKey text;
    double created = 0;
    int place = 0; ///< in the list that is sorted
};

double numberOf(const RunTable& table, const std::vector<int>& rows, const RunSorting& sorting) {
    const auto meanOf = [&](auto&& value) {
        double sum = 0;
        for (const int row : rows)
            sum += value(rowAt(table, row));
        return sum / static_cast<double>(rows.size());
    };
    switch (sorting.by) {
    case RunProperty::Name: break;
    case RunProperty::State:
        return meanOf([](const RunRow& row) {
            // What trains and what needs the user first.
            static constexpr double order[]{1, 0, 2, 6, 5, 4, 3};
            return order[static_cast<std::size_t>(row.run.state)];
        });
    case RunProperty::Metric: return spreadOf(table, rows, sorting.metric).mean;
    case RunProperty::Parameters: {
        const double all = collapsedParametersOf(table, rows);
        return all > 0 ? all : nothing;
    }
    case RunProperty::Duration:
        return meanOf([](const RunRow& row) { return row.run.position.seconds; });
    case RunProperty::Created: {
        double newest = 0;
        for (const int row : rows)
            newest = std::max(newest, createdOf(rowAt(table, row)));
        return newest;
    }
    }
    return 0;
}

QCollator& collator() {
    static QCollator made = [] {
        QCollator natural{QLocale(QLocale::English)}; // the C locale's counts no numbers
        natural.setNumericMode(true);
        natural.setCaseSensitivity(Qt::CaseInsensitive);
        return natural;
    }();
    return made;
}

bool comesBefore(const SortValue& a, const SortValue& b, const RunSorting& sorting) {
    if (sorting.by == RunProperty::Name) {
        if (const int order = a.text.compare(b.text); order != 0)
            return sorting.descending ? order > 0 : order < 0;
    } else if (a.number != b.number) {
        if (std::isnan(a.number) || std::isnan(b.number)) {
            if (std::isnan(a.number) != std::isnan(b.number))
                return std::isnan(b.number);
        } else {
            return sorting.descending ? a.number > b.number : a.number < b.number;
        }
    }
    return a.created > b.created;
}

void sortLines(const RunTable& table, std::vector<RunLine>& lines, const RunSorting& sorting) {
    std::vector<SortValue> values;
    values.reserve(lines.size());
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const RunLine& line = lines[i];
        const bool byName = sorting.by == RunProperty::Name;
        values.push_back({byName ? 0 : numberOf(table, line.rows, sorting),
                          collator().sortKey(byName ? groupName(table, line) : QString()),
                          createdOf(rowAt(table, line.rows.back())), static_cast<int>(i)});
    }
    std::stable_sort(values.begin(), values.end(), [&](const SortValue& a, const SortValue& b) {
        return comesBefore(a, b, sorting);
    });
    std::vector<RunLine> sorted;
    sorted.reserve(lines.size());
    for (const SortValue& value : values)
        sorted.push_back(std::move(lines[static_cast<std::size_t>(value.place)]));
    lines = std::move(sorted);
}

} // namespace

MetricSpread spreadOf(const RunTable& table, const std::vector<int>& rows, int column) {
    std::vector<double> best, last;
    std::vector<int> measured;
    for (const int row : rows) {
        const MetricCell& cell = rowAt(table, row).metrics[static_cast<std::size_t>(column)];
        if (!std::isfinite(cell.best))
            continue;
        measured.push_back(row);
        best.push_back(cell.best);
        last.push_back(cell.last);
    }
    if (measured.size() > 1 && experimentsOf(namesOf(table, measured)).size() > 1)
        return {};
    return {spreadOf(best), spreadOf(last).mean};
}

double collapsedParametersOf(const RunTable& table, const std::vector<int>& rows) {
    std::vector<double> parameters;
    for (const int row : rows)
        parameters.push_back(rowAt(table, row).run.collapsedParameters);
    return costTogether(namesOf(table, rows), parameters);
}

QString groupName(const RunTable& table, const RunLine& line) {
    return line.isGroup() ? toQt(nameTogether(namesOf(table, line.rows), line.group))
                          : rowAt(table, line.rows.front()).name;
}

std::vector<RunLine> arrange(const RunTable& table, const RunFilter& filter,
                             const RunSorting& sorting, bool grouped) {
    std::vector<RunLine> lines;
    std::unordered_map<std::string, std::size_t> groups;
    for (std::size_t i = 0; i < table.rows.size(); ++i) {
        const RunRow& row = table.rows[i];
        if (!filter.isEmpty() && !filter.accepts(row, table.columns))
            continue;
        const bool inGroup = grouped && row.run.group && !row.run.group->empty();
        if (inGroup) {
            const auto [found, isNew] = groups.emplace(*row.run.group, lines.size());
            if (!isNew) {
                lines[found->second].rows.push_back(static_cast<int>(i));
                continue;
            }
        }
        lines.push_back({inGroup ? *row.run.group : std::string(), {static_cast<int>(i)}});
    }
    for (RunLine& line : lines) {
        if (!line.isGroup())
            continue;
        if (line.rows.size() == 1) {
            line.group.clear();
            continue;
        }
        std::vector<RunLine> members;
        for (const int row : line.rows)
            members.push_back({{}, {row}});
        sortLines(table, members, sorting);
        for (std::size_t i = 0; i < members.size(); ++i)
            line.rows[i] = members[i].rows.front();
    }
    sortLines(table, lines, sorting);
    return lines;
}

std::optional<std::string> datasetOf(const RunTable& table, const std::vector<int>& rows) {
    const std::string& first = rowAt(table, rows.front()).facts.dataset;
    const bool same = std::ranges::all_of(
        rows, [&](int row) { return rowAt(table, row).facts.dataset == first; });
    return same ? std::optional(first) : std::nullopt;
}

std::map<std::string, std::vector<double>> bestOf(const RunTable& table,
                                                  const std::vector<RunLine>& lines) {
    std::map<std::string, std::vector<double>> all;
    for (const RunLine& line : lines) {
        const auto dataset = datasetOf(table, line.rows);
        if (!dataset)
            continue;
        auto& best = all.try_emplace(*dataset, table.columns.size(), nothing).first->second;
        for (std::size_t c = 0; c < best.size(); ++c) {
            const double value = spreadOf(table, line.rows, static_cast<int>(c)).mean;
            const bool higher = table.columns[c].info.higherIsBetter;
            if (std::isfinite(value)
                && (std::isnan(best[c]) || (higher ? value > best[c] : value < best[c])))
                best[c] = value;
        }
    }
    return all;
}

} // namespace concertina
