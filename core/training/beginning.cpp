// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/beginning.h"

#include "core/catalogue.h"
#include "core/tensor/torch.h"
#include "core/training/calibrate.h"
#include "core/training/checkpoint.h"

namespace concertina {

namespace {

Expected<Beginning> beginAt(const std::filesystem::path& path, const ExperimentSpec& spec,
                            const RunData& data) {
    auto checkpoint = loadCheckpoint(path);
    if (!checkpoint)
        return failure(checkpoint.error());
    // The file's path is the checkpoint's; what it was trained on must be what it goes on with.
    if (headOutputs(checkpoint->spec, checkpoint->targets) != headOutputs(spec, data.targets))
        return failure({"checkpoint.targets", path.string(), "other tasks or numbers of classes",
                        "those of the dataset",
                        "is this the dataset that the run was started on?"});
    auto network = networkOf(*checkpoint);
    if (!network)
        return failure(network.error());
    restoreOptimizerState(*network, checkpoint->tensors);
    return Beginning{spec, std::move(*network), checkpoint->step, std::move(checkpoint->learned),
                     checkpoint->goodStep};
}

Expected<Beginning> beginAnew(const ExperimentSpec& spec, const RunData& data,
                              const RunControl& control) {
    ExperimentSpec chosen = spec;
    const auto outputs = headOutputs(spec, data.targets);
    auto design = designNetwork(spec, catalogue(), outputs);
    NetworkSpec& network = chosen.network;
    if (design.problems.empty() && network.bracketing == Bracketing::Calibrate) {
        const auto stopped = [&control] {
            const RunControl::Wish wish = control.wish();
            return wish != RunControl::Wish::Run && wish != RunControl::Wish::Pause;
        };
        auto rules = calibratedBrackets(design.design, spec.train, stopped);
        // Rules that were written by hand come before what was measured.
        rules.insert(rules.end(), network.brackets.begin(), network.brackets.end());
        network.brackets = std::move(rules);
        network.bracketing = Bracketing::Cheapest;
        design = designNetwork(chosen, catalogue(), outputs);
    }
    if (!design.problems.empty())
        return failure(design.problems.front());
    Network made(std::move(design.design), static_cast<std::uint64_t>(spec.seed));
    return Beginning{.spec = std::move(chosen), .network = std::move(made),
                     .learned = std::vector<std::string>()};
}

} // namespace

Expected<Beginning> begin(const ExperimentSpec& spec,
                          const std::optional<std::filesystem::path>& checkpoint,
                          const RunData& data, const RunControl& control) {
    auto beginning = checkpoint ? beginAt(*checkpoint, spec, data) : beginAnew(spec, data, control);
    if (beginning && spec.train.device == Device::Cuda)
        beginning->network.to(torch::kCUDA);
    return beginning;
}

} // namespace concertina
