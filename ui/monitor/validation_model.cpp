// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/validation_model.h"

#include "core/model/task_words.h"
#include "core/values/text.h"
#include "ui/monitor/panels.h"
#include "ui/monitor/run_pace.h"
#include "ui/monitor/task_mark.h"
#include "widgets/qt_text.h"

#include <QGuiApplication>
#include <QPalette>

#include <algorithm>

namespace concertina {

namespace {

const QString unknown = QStringLiteral("–");

const SeriesInfo* find(const std::vector<SeriesInfo>& series, const SeriesKey& key) {
    const auto found = std::ranges::find(series, key, &SeriesInfo::key);
    return found == series.end() ? nullptr : &*found;
}

} // namespace

ValidationModel::Row ValidationModel::metricRow(const MetricInfo& metric,
                                                const SeriesInfo* series) {
    Row row;
    row.name = toQt(metric.label);
    row.help = directionNote(metric);
    row.last = row.best = row.step = unknown;
    if (series == nullptr || series->summary.rows == 0)
        return row;
    const SeriesSummary& summary = series->summary;
    row.last = toQt(metricText(metric, summary.last));
    if (const auto& best = metric.higherIsBetter ? summary.highest : summary.lowest) {
        row.best = toQt(metricText(metric, best->value));
        row.step = groupedNumber(best->step);
    }
    return row;
}

void ValidationModel::show(const ExperimentSpec& spec, const Catalogue& catalogue,
                           const std::vector<SeriesInfo>& series) {
    std::vector<Row> rows;
    const auto words = taskWords(spec, catalogue);
    for (std::size_t t = 0; t < spec.tasks.size(); ++t) {
        const TaskInfo* info = catalogue.task(spec.tasks[t].method.id);
        if (info == nullptr)
            continue;
        bool first = true;
        for (const MetricInfo& metric : info->metrics) {
            Row row = metricRow(metric, find(series, {spec.tasks[t].called(), metric.name,
                                                      spec.data.validationSplit}));
            row.help = toQt(words[t].label) + QStringLiteral(": ") + row.help;
            row.task = static_cast<int>(t);
            if (std::exchange(first, false)) {
                row.letter = toQt(words[t].letter);
                row.name = toQt(words[t].label) + QStringLiteral(" · ") + row.name;
            }
            rows.push_back(std::move(row));
        }
    }
    Row rate{.name = tr("Learning rate"), .last = unknown, .best = {}, .step = {}, .help = {}};
    if (const SeriesInfo* rates = find(series, {"", "lr", "train"}))
        rate.last = toQt(digitsText(rates->summary.last, 3));
    if (const ScheduleInfo* schedule = catalogue.schedule(spec.train.schedule.id))
        rate.help = tr("Schedule: %1").arg(toQt(schedule->label));
    rows.push_back(std::move(rate));

    if (rows.size() != m_rows.size()) {
        beginResetModel();
        m_rows = std::move(rows);
        endResetModel();
    } else if (rows != m_rows) {
        m_rows = std::move(rows);
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    }
}

void ValidationModel::clear() {
    beginResetModel();
    m_rows.clear();
    endResetModel();
}

int ValidationModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int ValidationModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant ValidationModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    switch (role) {
    case Qt::DisplayRole:
        switch (index.column()) {
        case Name: return row.name;
        case Last: return row.last;
        case Best: return row.best;
        case BestStep: return row.step;
        default: return {};
        }
    case Qt::TextAlignmentRole:
        return QVariant(Qt::AlignVCenter
                        | (index.column() == Name ? Qt::AlignLeft : Qt::AlignRight));
    case Qt::ToolTipRole: return row.help;
    case Qt::DecorationRole: {
        if (index.column() != Name)
            return {};
        if (!row.letter.isEmpty())
            return TaskMark::pixmap(row.task, row.letter, QGuiApplication::palette(),
                                    qGuiApp->devicePixelRatio());
        // Further metrics of a task stand below its name.
        QPixmap blank(TaskMark::pixmap(0, {}, QGuiApplication::palette(), 1).size());
        blank.fill(Qt::transparent);
        return blank;
    }
    default: return {};
    }
}

QVariant ValidationModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant(Qt::AlignVCenter | (section == Name ? Qt::AlignLeft : Qt::AlignRight));
    if (role != Qt::DisplayRole)
        return {};
    switch (section) {
    case Name: return tr("Validation");
    case Last: return tr("last");
    case Best: return tr("best");
    case BestStep: return tr("at step");
    default: return {};
    }
}

} // namespace concertina
