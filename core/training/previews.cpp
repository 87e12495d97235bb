// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/previews.h"

#include "core/tensor/torch.h"

namespace concertina {

PreviewMaker::PreviewMaker(const ExperimentSpec& spec, const RunData& data)
    : m_frames(spec.train.previews), m_data(data) {
    for (const TaskSpec& task : spec.tasks)
        m_taskIds.push_back(task.method.id);
}

void PreviewMaker::add(const std::vector<int>& samples, const Batch& batch,
                       const std::vector<torch::Tensor>& outputs) {
    for (std::size_t n = 0; n < samples.size(); ++n) {
        if (samples[n] >= m_frames)
            continue;
        const std::string name = m_data.validation->name(samples[n]);
        if (const auto sample = m_data.validation->sample(samples[n]))
            m_images.push_back({name, "", "image", (*sample)->image});
        const auto at = static_cast<std::int64_t>(n);
        for (std::size_t t = 0; t < m_taskIds.size(); ++t) {
            const Task& task = *m_data.tasks[t];
            const TargetInfo& target = m_data.targets[t];
            const ValueMap truth = toValueMap(batch.targets[t][at], target.kind);
            const ValueMap prediction = toValueMap(
                task.prediction(outputs[t].narrow(0, at, 1))[0], target.kind);
            const ValueRange range = rangeOf(truth);
            m_images.push_back(
                {name, m_taskIds[t], "truth", draw(truth, target.classes, range)});
            m_images.push_back(
                {name, m_taskIds[t], "expanded", draw(prediction, target.classes, range)});
        }
    }
}

} // namespace concertina
