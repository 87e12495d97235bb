// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/runs/run_table.h"

#include <QString>

#include <vector>

namespace concertina {

/// What of the table is wanted. All of its parts must hold, each may begin with "-" for its
/// opposite: a word of name, notes, id, group or state; "state:failed", "name:…", "notes:…",
/// "group:…", "seed:3"; a best value, "miou>0.3" or "depth.abs_err<=0.7". Words with spaces
/// stand in quotes. What is neither is taken as a word.
class RunFilter {
public:
    RunFilter() = default;
    explicit RunFilter(const QString& text);

    bool isEmpty() const { return m_parts.empty(); }
    bool accepts(const RunRow& row, const std::vector<MetricColumn>& columns) const;

private:
    enum class Relation { Contains, Less, LessOrEqual, Greater, GreaterOrEqual };
    struct Part {
        bool negated = false;
        QString key; ///< empty for a bare word
        Relation relation = Relation::Contains;
        QString text;
        double number = 0;
    };

    static Part partOf(QString word);
    static bool holds(const Part& part, const RunRow& row,
                      const std::vector<MetricColumn>& columns);

    std::vector<Part> m_parts;
};

} // namespace concertina
