// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/runner_panel.h"

#include "core/values/text.h"
#include "ui/compare/runner_model.h"
#include "ui/services/job_notice.h"
#include "widgets/qt_text.h"

#include <QLocale>

#include <algorithm>
#include <utility>

namespace concertina {

RunnerPanel::RunnerPanel(JobService& jobs, QWidget* host)
    : RunnerPanel(jobs, host, new RunnerModel) {}

RunnerPanel::RunnerPanel(JobService& jobs, QWidget* host, RunnerModel* model)
    : TablePanel(host,
                 {tr("Runners"), tr("Find by name, torch* for example"),
                  tr("Times of the collapsed network by each runner")},
                 model),
      m_jobs(jobs),
      m_model(model),
      m_notice(new JobNotice(this)) {
    m_notice->floatAtBottom(44);
    m_notice->setOffers(true, true);
    connect(m_notice, &JobNotice::againAsked, this, &RunnerPanel::measure);
    connect(m_notice, &JobNotice::cancelled, this, [this] {
        m_job.cancel();
        m_notice->clear();
        showRows(tr("Not measured."), false);
    });
}

void RunnerPanel::showRun(const RunId& run, const QString& name, std::int64_t step) {
    const bool isKnown = m_isMeasured && run == m_run && step == m_step;
    m_run = run;
    m_name = name;
    m_step = step;
    if (!isKnown)
        measure();
    open();
}

void RunnerPanel::measure() {
    m_isMeasured = false;
    m_model->setTimes({});
    showRows({}, false);
    const QString what = tr("Measuring…");
    m_notice->showBusy(what);
    m_jobs.runnerTimes(
        m_run,
        m_job.next<RunnerTimes>(
            [this](Expected<RunnerTimes> times) {
                if (!times)
                    return m_notice->showFailure(tr("The runners were not measured"),
                                                 times.error());
                m_notice->clear();
                m_isMeasured = true;
                m_model->setTimes(std::move(*times));
                const RunnerTimes& now = m_model->times();
                showRows(tr("%1, step %2: an image of %3 × %4, %5 threads. What runs beside "
                            "it counts.")
                             .arg(m_name, QLocale(QLocale::English).toString(qlonglong(m_step)))
                             .arg(now.height)
                             .arg(now.width)
                             .arg(now.threads),
                         false);
            },
            [this, what](double share, const QString&) { m_notice->showBusy(what, share); }));
}

QString RunnerPanel::summaryOf(const std::vector<int>& rows) const {
    if (!m_isMeasured)
        return {};
    const auto& all = m_model->times().rows;
    const RunnerTime* best = nullptr;
    for (const int row : rows) {
        const RunnerTime& time = all[static_cast<std::size_t>(row)];
        if (time.why.empty() && (best == nullptr || time.median < best->median))
            best = &time;
    }
    return best == nullptr ? QString()
                           : tr("Quickest: %1, %2, batch %3, %4 ms an image")
                                 .arg(toQt(best->runner), toQt(best->precision))
                                 .arg(best->batch)
                                 .arg(toQt(digitsText(best->median, 3)));
}

} // namespace concertina
