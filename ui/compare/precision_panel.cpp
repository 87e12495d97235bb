// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/precision_panel.h"

#include "core/values/text.h"
#include "ui/compare/precision_model.h"
#include "ui/services/job_notice.h"
#include "widgets/controls/segmented_control.h"
#include "widgets/qt_text.h"

#include <QLocale>

#include <algorithm>
#include <cmath>
#include <utility>

namespace concertina {

PrecisionPanel::PrecisionPanel(JobService& jobs, QWidget* host)
    : PrecisionPanel(jobs, host, new PrecisionModel) {}

PrecisionPanel::PrecisionPanel(JobService& jobs, QWidget* host, PrecisionModel* model)
    : TablePanel(host,
                 {tr("Precisions"), tr("Find by name, dec* for example"),
                  tr("The network with its weights in each type")},
                 model),
      m_jobs(jobs),
      m_model(model),
      m_choice(new SegmentedControl({tr("Metrics"), tr("Layers in 8 bits")})),
      m_notice(new JobNotice(this)) {
    m_choice->setAccessibleName(tr("What the table shows"));
    addTool(m_choice);
    connect(m_choice, &SegmentedControl::currentIndexChanged, this, [this](int index) {
        m_model->setRows(index == 0 ? PrecisionModel::Rows::Metrics : PrecisionModel::Rows::Layers);
        showReport();
    });
    m_notice->floatAtBottom(44);
    m_notice->setOffers(true, true);
    connect(m_notice, &JobNotice::againAsked, this, &PrecisionPanel::measure);
    connect(m_notice, &JobNotice::cancelled, this, [this] {
        m_job.cancel();
        m_notice->clear();
        showRows(tr("Not measured."), false);
    });
}

void PrecisionPanel::showRun(const RunId& run, const QString& name, std::int64_t step) {
    const bool isKnown = m_model->report() && run == m_run && step == m_step;
    m_run = run;
    m_name = name;
    m_step = step;
    if (!isKnown)
        measure();
    open();
}

void PrecisionPanel::measure() {
    m_model->setReport({});
    showRows({}, false);
    const QString what = tr("Measuring each type…");
    m_notice->showBusy(what);
    m_jobs.precisions(
        m_run,
        m_job.next<PrecisionsReport>(
            [this](Expected<PrecisionsReport> report) {
                if (!report)
                    return m_notice->showFailure(tr("The precisions were not measured"),
                                                 report.error());
                m_notice->clear();
                m_model->setReport(std::move(*report));
                showReport();
            },
            [this, what](double share, const QString&) { m_notice->showBusy(what, share); }));
}

void PrecisionPanel::showReport() {
    const auto& report = m_model->report();
    if (!report)
        return;
    showRows(tr("%1, step %2, its collapsed network on the validation split. int8 is calibrated on "
                "%3 training images, without further options; other networks and options: "
                "concertina-cli precisions.")
                 .arg(m_name, QLocale(QLocale::English).toString(qlonglong(m_step)))
                 .arg(report->images),
             false);
}

QString PrecisionPanel::summaryOf(const std::vector<int>& rows) const {
    const auto& report = m_model->report();
    if (!report)
        return {};
    if (m_model->rows() == PrecisionModel::Rows::Layers) {
        const LayerPrecision* worst = nullptr;
        for (const int row : rows) {
            const LayerPrecision& layer = report->layers[static_cast<std::size_t>(row)];
            if (worst == nullptr || layer.outputError.value_or(0) > worst->outputError.value_or(0))
                worst = &layer;
        }
        return worst == nullptr
                   ? tr("No layers")
                   : tr("%1 layers · most is lost in %2: %3 of the outputs")
                         .arg(rows.size())
                         .arg(toQt(worst->layer), toQt(percentText(worst->outputError)));
    }
    const std::size_t last = report->precisions.size() - 1;
    std::size_t worst = 0;
    for (std::size_t m = 1; m < report->metrics.size(); ++m)
        if (std::abs(report->change(m, last)) > std::abs(report->change(worst, last)))
            worst = m;
    const std::string sizes = bytesText(report->precisions[last].bytes) + " in place of "
                              + bytesText(report->precisions.front().bytes);
    if (report->metrics.empty())
        return toQt(sizes);
    const MetricInfo& metric = report->metrics[worst].info;
    return tr("%1: %2 · changes most: %3 %4, from %5 to %6")
        .arg(toQt(report->precisions[last].name), toQt(sizes), toQt(report->metrics[worst].task),
             toQt(metric.label), toQt(metricText(metric, report->precisions.front().values[worst])),
             toQt(metricText(metric, report->precisions[last].values[worst])));
}

} // namespace concertina
