// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/previews.h"

#include "core/data/target_tensors.h"
#include "core/data/value_picture.h"
#include "core/tensor/torch.h"

#include <algorithm>

namespace concertina {

PreviewMaker::PreviewMaker(const ExperimentSpec& spec, const RunData& data, const Network& network,
                           const NetworkForm& collapsed)
    : m_frames(validationInTurns(data, spec.train.previews)), m_data(data) {
    if (!m_frames.empty() && collapsed)
        m_collapsed = collapsed(network);
    for (const TaskSpec& task : spec.tasks)
        m_taskIds.push_back(task.called());
}

void PreviewMaker::add(const std::vector<int>& samples, const Batch& batch,
                       const std::vector<torch::Tensor>& outputs) {
    const auto isShown = [this](int sample) {
        return std::ranges::find(m_frames, sample) != m_frames.end();
    };
    if (std::ranges::none_of(samples, isShown))
        return;
    std::vector<std::pair<std::string, const std::vector<torch::Tensor>*>> forms{
        {"expanded", &outputs}};
    std::vector<torch::Tensor> collapsed;
    if (m_collapsed) {
        collapsed = m_collapsed(batch.images.cpu());
        forms.emplace_back("collapsed", &collapsed);
    }
    for (std::size_t n = 0; n < samples.size(); ++n) {
        if (!isShown(samples[n]))
            continue;
        const std::string name = m_data.validation->name(samples[n]);
        const auto at = static_cast<std::int64_t>(n);
        Image image = blankImage(static_cast<int>(batch.images.size(2)),
                                 static_cast<int>(batch.images.size(3)));
        if (const auto sample = m_data.validation->sample(samples[n])) {
            image = (*sample)->image;
            m_images.push_back({name, "", "image", image});
        }
        for (std::size_t t = 0; t < m_taskIds.size(); ++t) {
            const TargetInfo& target = m_data.targets[t];
            const ValueMap truth = targetTensors(*target.kind).truth(batch.targets[t], at);
            const ValueRange range = rangeOf(truth);
            const auto add = [&](const std::string& kind, const ValueMap& values) {
                m_images.push_back(
                    {name, m_taskIds[t], kind, pictureOf(values, target.classes, range, image)});
            };
            add("truth", truth);
            for (const auto& [kind, predicted] : forms)
                add(kind, targetTensors(*target.kind)
                              .predicted(m_data.tasks[t]->prediction(
                                  (*predicted)[t].narrow(0, at, 1))[0]));
        }
    }
}

} // namespace concertina
