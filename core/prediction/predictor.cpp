// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prediction/predictor.h"

#include "core/collapse/compact_network.h"
#include "core/network/run_program.h"
#include "core/tensor/torch.h"
#include "core/training/run_data.h"

namespace concertina {

Expected<Predictor> Predictor::load(const std::filesystem::path& path, bool collapsed) {
    const auto checkpoint = loadCheckpoint(path, CheckpointPart::Weights);
    if (!checkpoint)
        return failure(checkpoint.error());
    const auto network = networkOf(*checkpoint);
    if (!network)
        return failure(network.error());
    return Predictor(*checkpoint, *network, collapsed);
}

Predictor::Predictor(const Checkpoint& checkpoint, const Network& network, bool collapsed)
    : m_spec(checkpoint.spec), m_targets(checkpoint.targets), m_step(checkpoint.step),
      m_tasks(makeTasks(m_spec, m_targets)) {
    const torch::NoGradGuard noGrad;
    if (collapsed) {
        CompactNetwork compact = fold(network, checkpoint);
        m_program = std::move(compact.program);
        m_tensors = std::move(compact.tensors);
    } else {
        m_program = network.program();
        m_tensors = network.compose(false).tensors;
    }
}

std::vector<ValueMap> Predictor::maps(const Image& image) const {
    const torch::NoGradGuard noGrad;
    const BatchMaker maker({}, {}, normalizationNamed(data().normalization));
    const auto outputs = runProgram(m_program, m_tensors, maker.image(image),
                                    predictionSettings());
    std::vector<ValueMap> maps;
    for (std::size_t t = 0; t < outputs.size(); ++t)
        maps.push_back(
            toValueMap(m_tasks[t]->prediction(outputs[t])[0], m_targets[t].kind));
    return maps;
}

} // namespace concertina
