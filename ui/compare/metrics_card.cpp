// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/metrics_card.h"

#include "core/model/catalogue.h"
#include "core/model/task_words.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLocale>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

const SeriesSummary* summaryOf(const ComparedRun& run, const std::string& task,
                               const std::string& metric) {
    const SeriesKey key{task, metric, run.spec.data.validationSplit};
    for (const SeriesInfo& series : run.series)
        if (series.key == key && series.summary.rows > 0)
            return &series.summary;
    return nullptr;
}

QString stepText(std::int64_t step) {
    return QObject::tr("step %1").arg(QLocale(QLocale::English).toString(qlonglong(step)));
}

} // namespace

MetricsCard::MetricsCard(const Catalogue& catalogue, QWidget* parent)
    : Card(tr("Last validation"), parent),
      m_catalogue(catalogue),
      m_byClass(new QToolButton),
      m_byType(new QToolButton) {
    m_byClass->setText(tr("By class…"));
    m_byClass->setToolTip(tr("The metrics of each class, as a table"));
    m_byType->setText(tr("Precisions…"));
    m_byType->setToolTip(tr("The metrics with weights of float32, float16, bfloat16 and int8, and "
                            "what each layer loses in 8 bits, as tables"));
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 4, 0, 8);
    column->setSpacing(4);
    m_grid = new QGridLayout;
    m_grid->setContentsMargins(12, 0, 12, 0);
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(0);
    m_grid->setColumnStretch(0, 1);
    column->addLayout(m_grid);
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(8, 0, 8, 0);
    for (QToolButton* button : {m_byClass, m_byType}) {
        button->setAutoRaise(true);
        button->setFocusPolicy(Qt::StrongFocus);
        button->setFont(smallFont());
        buttons->addWidget(button);
    }
    buttons->addStretch(1);
    column->addLayout(buttons);
    setBody(body);
    connect(m_byType, &QToolButton::clicked, this, &MetricsCard::precisionsAsked);
    connect(m_byClass, &QToolButton::clicked, this, &MetricsCard::classesAsked);
}

void MetricsCard::addText(const Cell& cell) {
    auto* label = new TonedLabel(cell.muted ? ColorRole::MutedText : ColorRole::Text, cell.text);
    label->setFont(smallFont());
    label->setMinimumHeight(22);
    label->setElided(cell.muted);
    if (cell.muted && cell.column > 0)
        label->setMaximumWidth(72);
    m_grid->addWidget(label, cell.row, cell.column,
                      cell.column == 0 ? Qt::AlignVCenter : Qt::AlignRight | Qt::AlignVCenter);
}

void MetricsCard::showRuns(const std::vector<ComparedRun>& runs) {
    std::vector<Cell> cells;
    int row = 0;
    if (runs.size() > 1) {
        for (std::size_t i = 0; i < runs.size(); ++i)
            cells.push_back({runs[i].name(), row, static_cast<int>(i) + 1, true});
        ++row;
    }
    std::int64_t last = -1;
    const std::vector<TaskSpec> none;
    for (const TaskSpec& task : runs.empty() ? none : runs.front().spec.tasks) {
        const TaskInfo* info = m_catalogue.task(task.method.id);
        if (info == nullptr)
            continue;
        const TaskWords words = taskWords(runs.front().spec, m_catalogue, task.called());
        for (const MetricInfo& metric : info->metrics) {
            const std::size_t before = cells.size();
            for (std::size_t i = 0; i < runs.size(); ++i)
                if (const SeriesSummary* summary = summaryOf(runs[i], task.called(), metric.name)) {
                    cells.push_back({toQt(metricText(metric, summary->last)), row,
                                     static_cast<int>(i) + 1, false});
                    last = std::max(last, summary->lastStep);
                }
            if (cells.size() == before)
                continue;
            cells.push_back({toQt(words.letter + " · " + metric.label), row, 0, true});
            ++row;
        }
    }
    if (last < 0)
        cells.push_back({tr("Not validated yet."), row, 0, true});
    setNote(last < 0 || runs.size() > 1 ? QString() : stepText(last));
    // A run that goes on changes the store many times between two validations.
    if (cells == m_cells)
        return;
    m_cells = std::move(cells);
    while (QLayoutItem* item = m_grid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (const Cell& cell : m_cells)
        addText(cell);
}

} // namespace concertina
