// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/begun_network.h"

#include "core/catalogue.h"
#include "core/network/fitted_weights.h"
#include "core/tensor/torch.h"

namespace concertina {

Expected<InitialNetwork> fittedTo(const ExperimentSpec& spec, const NetworkDesign& design,
                                  const InitialNetwork& source) {
    if (source.others.empty())
        return source;
    const torch::NoGradGuard noGrad;
    const BackboneInfo& backbone = *catalogue().backbone(spec.network.backbone.id);
    return fittedWeights(source, design.backbone, backbone.torchNorm, spec.network.initialChannels);
}

Expected<Network> begunNetwork(const ExperimentSpec& spec, NetworkDesign design,
                               const InitialNetwork& source, BegunNotes& notes) {
    const torch::NoGradGuard noGrad;
    std::vector<std::string> from;
    for (const TaskSpec& task : spec.tasks)
        from.push_back(task.from);
    const auto fitted = fittedTo(spec, design, source);
    if (!fitted)
        return failure(fitted.error());
    return Network::begunFrom(std::move(design), static_cast<std::uint64_t>(spec.seed),
                              spec.network.start, *fitted, from, notes);
}

} // namespace concertina
