// SPDX-License-Identifier: GPL-3.0-or-later
// What the model's cells say.
#include "ui/runs/runs_model.h"

#include "core/values/text.h"
#include "ui/runs/run_text.h"
#include "widgets/qt_text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace concertina {

namespace {

QString valueOf(const MetricColumn& column, double value) {
    return std::isnan(value) ? QString() : toQt(metricText(column.info, value));
}

QString spreadText(const MetricColumn& column, const MetricSpread& spread) {
    return spread.count == 0 ? QString() : toQt(metricText(column.info, spread));
}

QString durationOf(double seconds) {
    return seconds > 0 ? toQt(durationText(seconds)) : QString();
}

} // namespace

void RunsModel::setLines(const std::vector<RunLines>& lines) {
    for (const RunLines& read : lines) {
        if (read.lines.size() != m_table.columns.size())
            continue; // read before the columns changed
        m_sparklines.insert_or_assign(read.run, read);
        const QModelIndex first = indexOf(read.run);
        if (!first.isValid())
            continue;
        const int last = FirstMetric + static_cast<int>(m_table.columns.size()) - 1;
        for (const QModelIndex& line : {first, first.parent()})
            if (line.isValid())
                Q_EMIT dataChanged(line.siblingAtColumn(FirstMetric), line.siblingAtColumn(last),
                                   {LinesRole});
    }
}

std::vector<RunId> RunsModel::staleLines(const QModelIndexList& indexes) const {
    std::vector<RunId> stale;
    for (const QModelIndex& index : indexes) {
        const RunLine* line = lineAt(index);
        if (line == nullptr)
            continue;
        for (const int at : line->rows) {
            const RunRow& run = row(at);
            const auto known = m_sparklines.find(run.run.id);
            bool isStale = known == m_sparklines.end();
            for (std::size_t i = 0; !isStale && i < run.metrics.size(); ++i)
                isStale = known->second.lastSteps[i] != run.metrics[i].lastStep;
            if (isStale && std::find(stale.begin(), stale.end(), run.run.id) == stale.end())
                stale.push_back(run.run.id);
        }
    }
    return stale;
}

QVariant RunsModel::data(const QModelIndex& index, int role) const {
    const RunLine* line = lineAt(index);
    if (line == nullptr)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(index.column() >= FirstMetric
                                       ? Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter)
                                       : Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    switch (index.column()) {
    case NameColumn: return nameData(*line, role);
    case StateColumn: return stateData(*line, role);
    default: break;
    }
    return isMetric(index.column())
               ? metricData(*line, index.column() - FirstMetric, role, index.parent().isValid())
               : otherData(*line, index.column(), role);
}

QVariant RunsModel::nameData(const RunLine& line, int role) const {
    const RunRow& first = row(line.rows.front());
    switch (role) {
    case Qt::DisplayRole:
    case Qt::EditRole: return groupName(m_table, line);
    case Qt::AccessibleTextRole:
        return groupName(m_table, line) + QStringLiteral(", ")
               + nameData(line, NoteRole).toString();
    case NoteRole:
        if (!line.isGroup())
            return tr("seed %1").arg(first.run.seed);
        return (groupName(m_table, line) == first.name ? tr("%1 seeds") : tr("%1 runs"))
            .arg(line.rows.size());
    case Qt::ToolTipRole: {
        QStringList lines{groupName(m_table, line)};
        if (!line.isGroup())
            lines << tr("Run %1").arg(toQt(first.run.id));
        if (!line.isGroup() && !first.run.notes.empty())
            lines << toQt(first.run.notes);
        // Rich text breaks long names into lines; names are not markup.
        return QStringLiteral("<p>%1</p>")
            .arg(lines.join(QLatin1Char('\n'))
                     .toHtmlEscaped()
                     .replace(QLatin1Char('\n'), QStringLiteral("<br>")));
    }
    default: return {};
    }
}

QVariant RunsModel::stateData(const RunLine& line, int role) const {
    const RunSummary& first = row(line.rows.front()).run;
    const std::string& cut = row(line.rows.front()).facts.cut;
    if (role == ToneRole) {
        const auto tone = stateTone(first.state, !cut.empty());
        const bool allSame = std::ranges::all_of(line.rows, [&](int at) {
            return row(at).run.state == first.state
                   && row(at).facts.cut.empty() == cut.empty();
        });
        return static_cast<int>(allSame ? tone : PageHeader::Tone::Neutral);
    }
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    if (!line.isGroup())
        return stateWords(first, cut);
    std::array<int, 7> counts{};
    int cuts = 0;
    for (const int at : line.rows)
        ++(row(at).facts.cut.empty() ? counts[static_cast<std::size_t>(row(at).run.state)] : cuts);
    QStringList parts;
    for (std::size_t state = 0; state < counts.size(); ++state)
        if (counts[state] > 0)
            parts << tr("%1 %2")
                         .arg(counts[state])
                         .arg(static_cast<RunState>(state) == RunState::Running
                                  ? tr("training")
                                  : toQt(std::string(stateName(static_cast<RunState>(state)))));
    if (cuts > 0)
        parts << tr("%1 cut").arg(cuts);
    return parts.join(QStringLiteral(", "));
}

bool RunsModel::isChampion(const RunLine& line, int column, double value) const {
    const auto dataset = datasetOf(m_table, line.rows);
    return dataset && std::isfinite(value)
           && value == m_best.at(*dataset)[static_cast<std::size_t>(column)];
}

QVariant RunsModel::metricData(const RunLine& line, int column, int role, bool isChild) const {
    const MetricColumn& metric = m_table.columns[static_cast<std::size_t>(column)];
    const MetricSpread spread = spreadOf(m_table, line.rows, column);
    const MetricCell& cell = row(line.rows.front()).metrics[static_cast<std::size_t>(column)];
    switch (role) {
    case BestRole: return spreadText(metric, spread);
    case LastRole: return valueOf(metric, line.isGroup() ? spread.lastMean : cell.last);
    case Qt::DisplayRole: {
        const QString best = spreadText(metric, spread);
        return best.isEmpty()
                   ? QString()
                   : tr("%1, last %2")
                         .arg(best, metricData(line, column, LastRole, isChild).toString());
    }
    case ChampionRole: return !isChild && isChampion(line, column, spread.mean);
    case TaskRole: return metric.color;
    case LinesRole: return linesOf(line, column);
    case Qt::ToolTipRole:
        if (spread.count == 0)
            return tr("%1: no %2 yet").arg(metric.taskLabel, toQt(metric.info.label));
        if (line.isGroup())
            return tr("%1: mean and deviation of the best %2 of %3 seeds, and their means last")
                .arg(metric.taskLabel, toQt(metric.info.label))
                .arg(spread.count);
        return tr("%1: best %2 %3 at step %4, last %5 at step %6")
            .arg(metric.taskLabel, toQt(metric.info.label), valueOf(metric, cell.best))
            .arg(cell.bestStep)
            .arg(valueOf(metric, cell.last))
            .arg(cell.lastStep);
    default: return {};
    }
}

QVariant RunsModel::linesOf(const RunLine& line, int column) const {
    QList<QList<double>> lines;
    for (const int at : line.rows) {
        const auto known = m_sparklines.find(row(at).run.id);
        if (known == m_sparklines.end())
            continue;
        const auto& values = known->second.lines[static_cast<std::size_t>(column)];
        lines.append(QList<double>(values.begin(), values.end()));
    }
    return QVariant::fromValue(lines);
}

QVariant RunsModel::otherData(const RunLine& line, int column, int role) const {
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    const RunSummary& first = row(line.rows.front()).run;
    const bool tip = role == Qt::ToolTipRole;
    switch (column - FirstMetric - static_cast<int>(m_table.columns.size())) {
    case 0: {
        const double all = collapsedParametersOf(m_table, line.rows);
        if (!(all > 0))
            return {};
        const QString collapsed = toQt(shortCount(all));
        if (all != first.collapsedParameters)
            return tip ? tr("%1 parameters, all collapsed networks together").arg(collapsed)
                       : collapsed;
        return tip ? tr("%1 parameters in training, %2 collapsed")
                         .arg(toQt(shortCount(first.trainedParameters)), collapsed)
                   : collapsed;
    }
    case 1: {
        double seconds = 0;
        for (const int at : line.rows)
            seconds += row(at).run.position.seconds;
        return tip ? tr("Time spent training, pauses not counted") : durationOf(seconds);
    }
    case 2: return timeText(first.created);
    default: return {};
    }
}

QVariant RunsModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(section >= FirstMetric
                                       ? Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter)
                                       : Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    const bool tip = role == Qt::ToolTipRole;
    if (isMetric(section)) {
        const MetricColumn& column =
            m_table.columns[static_cast<std::size_t>(section - FirstMetric)];
        const QString label = toQt(column.info.label);
        if (!tip)
            return (column.letter.isEmpty() ? QString() : column.letter + QStringLiteral(" · "))
                   + label
                   + (column.info.higherIsBetter ? QStringLiteral(" ↑") : QStringLiteral(" ↓"));
        const QString unit =
            column.info.unit.empty() ? QString() : tr(" in %1").arg(toQt(column.info.unit));
        return tr("<p>%1: %2%3 in validation; %4 is better.</p><p>The line is its course. Small and "
                  "grey: the last value. Beside it: the best; bold: the best of all runs on the same "
                  "data.</p>")
            .arg(column.taskLabel, label, unit,
                 column.info.higherIsBetter ? tr("higher") : tr("lower"));
    }
    switch (section) {
    case NameColumn: return tip ? tr("Name and seed; F2 renames") : tr("Run");
    case StateColumn: return tip ? tr("Where the run stands") : tr("State");
    default: break;
    }
    switch (section - FirstMetric - static_cast<int>(m_table.columns.size())) {
    case 0: return tip ? tr("Parameters of the collapsed network") : tr("Collapsed");
    case 1: return tip ? tr("Time spent training, pauses not counted") : tr("Trained");
    case 2: return tip ? tr("When the run was made, in local time") : tr("Created");
    default: return {};
    }
}

} // namespace concertina
