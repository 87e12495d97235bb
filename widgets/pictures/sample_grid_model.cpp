// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/sample_grid.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace concertina {

void SampleGridModel::setSamples(std::vector<QString> names) {
    beginResetModel();
    m_names = std::move(names);
    m_known.clear();
    m_used.clear();
    m_bytes = 0;
    m_shown.resize(m_names.size());
    std::iota(m_shown.begin(), m_shown.end(), 0);
    m_rowOf = m_shown;
    endResetModel();
}

void SampleGridModel::show(std::vector<int> samples) {
    std::erase_if(samples, [this](int sample) {
        return sample < 0 || static_cast<std::size_t>(sample) >= m_names.size();
    });
    if (samples == m_shown)
        return;
    const bool grew = samples.size() > m_shown.size()
                      && std::equal(m_shown.begin(), m_shown.end(), samples.begin());
    const auto before = static_cast<int>(m_shown.size());
    if (grew)
        beginInsertRows({}, before, static_cast<int>(samples.size()) - 1);
    else
        beginResetModel();
    m_shown = std::move(samples);
    m_rowOf.assign(m_names.size(), -1);
    for (std::size_t row = 0; row < m_shown.size(); ++row)
        m_rowOf[static_cast<std::size_t>(m_shown[row])] = static_cast<int>(row);
    if (grew)
        endInsertRows();
    else
        endResetModel();
}

SampleGridModel::Known& SampleGridModel::knownOf(int sample) {
    const auto [at, isNew] = m_known.try_emplace(sample);
    if (isNew)
        at->second.used = m_used.insert(m_used.begin(), sample);
    return at->second;
}

void SampleGridModel::setThumbnail(int sample, const QImage& thumbnail) {
    if (sample < 0 || static_cast<std::size_t>(sample) >= m_names.size())
        return;
    Known& known = knownOf(sample);
    m_bytes -= static_cast<std::size_t>(known.thumbnail.sizeInBytes());
    known.thumbnail = thumbnail;
    m_bytes += static_cast<std::size_t>(thumbnail.sizeInBytes());
    m_used.splice(m_used.begin(), m_used, known.used);
    keepBudget();
    reportChange(sample);
}

void SampleGridModel::setProblem(int sample, const QString& problem) {
    if (sample < 0 || static_cast<std::size_t>(sample) >= m_names.size())
        return;
    knownOf(sample).problem = problem;
    reportChange(sample);
}

void SampleGridModel::keepBudget() {
    while (m_bytes > m_budget && m_used.size() > 1) {
        const int oldest = m_used.back();
        m_bytes -= static_cast<std::size_t>(m_known.at(oldest).thumbnail.sizeInBytes());
        m_known.erase(oldest);
        m_used.pop_back();
        reportChange(oldest);
    }
}

void SampleGridModel::reportChange(int sample) {
    if (const int row = rowOf(sample); row >= 0)
        Q_EMIT dataChanged(index(row), index(row));
}

int SampleGridModel::rowOf(int sample) const {
    return sample >= 0 && static_cast<std::size_t>(sample) < m_rowOf.size()
               ? m_rowOf[static_cast<std::size_t>(sample)]
               : -1;
}

std::vector<int> SampleGridModel::missing(int firstRow, int lastRow) {
    std::vector<int> missing;
    for (int row = std::max(0, firstRow); row <= std::min(lastRow, rowCount() - 1); ++row)
        if (const auto known = m_known.find(sampleAt(row)); known == m_known.end())
            missing.push_back(sampleAt(row));
        else
            m_used.splice(m_used.begin(), m_used, known->second.used);
    return missing;
}

int SampleGridModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

QVariant SampleGridModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const int sample = sampleAt(index.row());
    const QString& name = m_names[static_cast<std::size_t>(sample)];
    const auto known = m_known.find(sample);
    const QString problem = known == m_known.end() ? QString() : known->second.problem;
    switch (role) {
    case Qt::DisplayRole: return name;
    case Qt::ToolTipRole: return problem.isEmpty() ? name : name + QLatin1Char('\n') + problem;
    case Qt::AccessibleTextRole:
        return problem.isEmpty() ? name : tr("%1, damaged: %2").arg(name, problem);
    case SampleRole: return sample;
    case ThumbnailRole: return known == m_known.end() ? QImage() : known->second.thumbnail;
    case ProblemRole: return problem;
    default: return {};
    }
}

} // namespace concertina
