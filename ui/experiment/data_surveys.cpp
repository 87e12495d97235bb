// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/experiment/data_surveys.h"

#include <utility>

namespace concertina {

DataSurveys::DataSurveys(JobService& jobs, QObject* parent) : QObject(parent), m_jobs(jobs) {}

void DataSurveys::setDataset(const ExperimentSpec& spec, const DatasetSummary* dataset) {
    m_spec = spec;
    Json counted;
    if (dataset != nullptr) {
        counted = {{"id", spec.data.dataset.id},
                   {"options", spec.data.dataset.options},
                   {"fingerprint", dataset->fingerprint}};
        for (const auto& split : dataset->splits)
            counted["splits"].push_back({split.name, split.samples});
    }
    if (counted == m_counted)
        return;
    m_counted = std::move(counted);
    m_slot.cancel();
    m_surveys.clear();
    m_problems.clear();
    Q_EMIT changed();
}

void DataSurveys::count(const std::string& split) {
    if (m_counted.is_null() || isCounting(split))
        return;
    m_slot.cancel();
    m_split = split;
    m_problems.erase(split);
    if (const DataSurvey* known = survey(split); known == nullptr || !known->isComplete())
        ask();
    Q_EMIT changed();
}

void DataSurveys::stop() {
    if (!m_slot.isBusy())
        return;
    m_slot.cancel();
    Q_EMIT changed();
}

const DataSurvey* DataSurveys::survey(const std::string& split) const {
    const auto found = m_surveys.find(split);
    return found == m_surveys.end() ? nullptr : &found->second;
}

const Problem* DataSurveys::problem(const std::string& split) const {
    const auto found = m_problems.find(split);
    return found == m_problems.end() ? nullptr : &found->second;
}

void DataSurveys::ask() {
    const DataSurvey* known = survey(m_split);
    const int first = known == nullptr ? 0 : static_cast<int>(known->samples.size());
    m_jobs.survey(m_spec, m_split, first, Part,
                  m_slot.next<DataSurvey>([this, first](Expected<DataSurvey> part) {
                      if (!part) {
                          m_problems[m_split] = part.error();
                      } else {
                          const bool none = part->samples.empty();
                          DataSurvey& all = m_surveys[m_split];
                          if (first == 0)
                              all = std::move(*part);
                          else
                              all.append(std::move(*part));
                          if (!all.isComplete() && !none)
                              ask();
                      }
                      Q_EMIT changed();
                  }));
}

} // namespace concertina
