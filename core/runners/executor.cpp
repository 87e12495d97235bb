// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/run_program.h"
#include "core/runners/runner.h"

namespace concertina {

const RunnerEntry& executorRunner() {
    static const RunnerEntry entry{
        .id = "concertina",
        .label = "Concertina",
        .precisions = {Precision::Float32, Precision::Bfloat16},
        .open = [](const CollapsedNetwork& network, Precision precision) -> Expected<NetworkRun> {
            RunSettings settings = predictionSettings();
            settings.bfloat16 = precision == Precision::Bfloat16;
            return [network,
                    settings](const torch::Tensor& images) -> Expected<std::vector<torch::Tensor>> {
                return network.forward(images, settings);
            };
        }};
    return entry;
}

} // namespace concertina
