// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/dataset_watch.h"

#include "widgets/qt_text.h"

#include <algorithm>
#include <chrono>

namespace concertina {

namespace {

constexpr std::chrono::milliseconds typingPause{250};

} // namespace

DatasetWatch::DatasetWatch(JobService& jobs, QObject* parent) : QObject(parent), m_jobs(jobs) {
    m_patience.setSingleShot(true);
    m_patience.setInterval(typingPause);
    connect(&m_patience, &QTimer::timeout, this, &DatasetWatch::ask);
}

void DatasetWatch::setSpec(const ExperimentSpec& spec, bool askable) {
    m_spec = spec;
    if (!askable) {
        m_patience.stop();
        if (!m_named && !m_reading)
            return;
        ++m_serial;
        m_named.reset();
        m_summary.reset();
        m_problem.reset();
        m_reading = false;
        Q_EMIT changed();
        return;
    }
    if (m_named == spec.data.dataset)
        return;
    const bool another = !m_named || m_named->id != spec.data.dataset.id;
    m_named = spec.data.dataset;
    m_problem.reset();
    // Of the same dataset with other options, what is known is nearer than nothing.
    if (another)
        m_summary.reset();
    m_reading = true;
    ++m_serial;
    m_patience.start();
    Q_EMIT changed();
}

void DatasetWatch::askAgain() {
    if (m_named)
        ask();
}

void DatasetWatch::ask() {
    m_patience.stop();
    m_reading = true;
    m_problem.reset();
    const int serial = ++m_serial;
    Q_EMIT changed();
    m_jobs.describeDataset(m_spec, {this, [this, serial](Expected<DatasetSummary> summary) {
                                        if (serial != m_serial)
                                            return;
                                        m_reading = false;
                                        if (summary) {
                                            m_summary = std::move(*summary);
                                        } else {
                                            m_summary.reset();
                                            m_problem = summary.error();
                                            // That is for the command line; here a button asks.
                                            if (m_problem->code == "dataset.path")
                                                m_problem->hint.clear();
                                        }
                                        Q_EMIT changed();
                                    }});
}

QStringList datasetGaps(const DatasetSummary& dataset, bool names) {
    QStringList gaps;
    for (const auto& split : dataset.splits)
        for (std::size_t t = 0; t < split.targetCounts.size(); ++t)
            if (split.targetCounts[t] < split.samples)
                gaps << DatasetWatch::tr("%1 for %2 of %3 %4")
                            .arg(toQt(dataset.targets[t].name))
                            .arg(split.targetCounts[t])
                            .arg(split.samples)
                            .arg(toQt(split.name));
    constexpr std::size_t mostNames = 10;
    QStringList unused;
    for (std::size_t i = 0; names && i < std::min(dataset.unused.size(), mostNames); ++i)
        unused << toQt(dataset.unused[i]);
    if (names && dataset.unused.size() > mostNames)
        unused << QStringLiteral("…");
    const QString list =
        names ? QStringLiteral(": ") + unused.join(QStringLiteral(", ")) : QString();
    if (dataset.unused.size() == 1)
        gaps << DatasetWatch::tr("1 file without a sample") + list;
    if (dataset.unused.size() > 1)
        gaps << DatasetWatch::tr("%1 files without a sample").arg(dataset.unused.size()) + list;
    return gaps;
}

std::optional<int> DatasetWatch::samplesOf(const std::string& split) const {
    if (!m_summary)
        return std::nullopt;
    const auto found = std::ranges::find(m_summary->splits, split, &DatasetSummary::Split::name);
    return found == m_summary->splits.end() ? std::nullopt : std::optional(found->samples);
}

} // namespace concertina
