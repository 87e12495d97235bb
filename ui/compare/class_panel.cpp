// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/class_panel.h"

#include "ui/compare/class_model.h"
#include "ui/services/job_notice.h"
#include "widgets/qt_text.h"

#include <QLocale>

#include <cmath>
#include <utility>

namespace concertina {

ClassPanel::ClassPanel(JobService& jobs, QWidget* host) : ClassPanel(jobs, host, new ClassModel) {}

ClassPanel::ClassPanel(JobService& jobs, QWidget* host, ClassModel* model)
    : TablePanel(host,
                 {tr("By class"), tr("Find by name, ch* for example"), tr("Metrics of each class")},
                 model),
      m_jobs(jobs),
      m_model(model),
      m_notice(new JobNotice(this)) {
    m_notice->floatAtBottom(44);
    m_notice->setOffers(true, true);
    connect(m_notice, &JobNotice::againAsked, this, &ClassPanel::measure);
    connect(m_notice, &JobNotice::cancelled, this, [this] {
        m_job.cancel();
        m_notice->clear();
        showRows(tr("Not measured."), false);
    });
}

void ClassPanel::showRun(const RunId& run, const QString& name, std::int64_t step) {
    const bool isKnown = m_isMeasured && run == m_run && step == m_step;
    m_run = run;
    m_name = name;
    m_step = step;
    if (!isKnown)
        measure();
    open();
}

void ClassPanel::measure() {
    m_isMeasured = false;
    m_model->setFigures({});
    showRows({}, false);
    const QString what = tr("Measuring the validation split…");
    m_notice->showBusy(what);
    m_jobs.classFigures(
        m_run,
        m_job.next<std::vector<ClassFigures>>(
            [this](Expected<std::vector<ClassFigures>> figures) {
                if (!figures)
                    return m_notice->showFailure(tr("The classes were not measured"),
                                                 figures.error());
                m_notice->clear();
                m_isMeasured = true;
                m_model->setFigures(std::move(*figures));
                showRows(tr("%1, step %2, by its collapsed network")
                             .arg(m_name, QLocale(QLocale::English).toString(qlonglong(m_step))),
                         false);
            },
            [this, what](double share, const QString&) { m_notice->showBusy(what, share); }));
}

QString ClassPanel::summaryOf(const std::vector<int>& rows) const {
    if (!m_isMeasured)
        return {};
    if (m_model->figures().empty())
        return tr("No task of this run has metrics of classes.");
    QStringList means;
    for (std::size_t task = 0; task < m_model->figures().size(); ++task) {
        const ClassFigures& figures = m_model->figures()[task];
        double sum = 0;
        int count = 0;
        for (const int row : rows) {
            const double value = m_model->figuresAt(row).values.front();
            if (m_model->taskOf(row) == task && std::isfinite(value)) {
                sum += value;
                ++count;
            }
        }
        if (count > 0)
            means << tr("%1: mean %2 %3 of %4 classes")
                         .arg(toQt(figures.task), toQt(figures.metrics.front().label),
                              toQt(metricText(figures.metrics.front(), sum / count)))
                         .arg(count);
    }
    return means.isEmpty() ? tr("%1 classes").arg(rows.size()) : means.join(QStringLiteral(" · "));
}

} // namespace concertina
