// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/initial_state.h"

#include "core/catalogue.h"
#include "core/tensor/torch.h"
#include "core/training/calibrate.h"
#include "core/training/checkpoint.h"

namespace concertina {

namespace {

Expected<InitialState> beginAt(const std::filesystem::path& path, const ExperimentSpec& spec,
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
    return InitialState{spec, std::move(*network), checkpoint->step, std::move(checkpoint->learned),
                        checkpoint->goodStep};
}

/// The images of the first training batches, as training sees them.
Expected<torch::Tensor> firstImages(const RunData& data, const ExperimentSpec& spec, int count) {
    const int batches = (count + spec.train.batch - 1) / spec.train.batch;
    Loader loader(data.training, data.maker, data.trainingPlan,
                  {.end = batches,
                   .threads = spec.data.loaderThreads,
                   .damaged = skipsDamaged(spec) ? Damaged::Replace : Damaged::Stop});
    std::vector<torch::Tensor> images;
    for (int k = 0; k < batches; ++k) {
        LoadedBatch loaded = loader.next();
        if (!loaded.batch)
            return failure(loaded.batch.error());
        images.push_back(std::move(loaded.batch->images));
    }
    return torch::cat(images).narrow(0, 0, count);
}

Expected<InitialState> beginAnew(const ExperimentSpec& spec, const RunData& data,
                                 const RunControl& control) {
    ExperimentSpec chosen = spec;
    const auto outputs = headOutputs(spec, data.targets);
    auto design = designNetwork(spec, catalogue(), outputs);
    NetworkSpec& network = chosen.network;
    if (design.problems.empty() && network.contraction == Contraction::Calibrate) {
        const auto stopped = [&control] {
            const RunControl::Request request = control.request();
            return request != RunControl::Request::Run && request != RunControl::Request::Pause;
        };
        auto rules = calibratedContractions(design.design, spec.train, stopped);
        // Rules that were written by hand come before what was measured.
        rules.insert(rules.end(), network.contractionOrder.begin(), network.contractionOrder.end());
        network.contractionOrder = std::move(rules);
        network.contraction = Contraction::Cheapest;
        design = designNetwork(chosen, catalogue(), outputs);
    }
    if (!design.problems.empty())
        return failure(design.problems.front());
    Network made(std::move(design.design), static_cast<std::uint64_t>(spec.seed));
    if (made.startImages() > 0) {
        const auto images = firstImages(data, spec, made.startImages());
        if (!images)
            return failure(images.error());
        made.initializeBy(*images, static_cast<std::uint64_t>(spec.seed));
    }
    return InitialState{.spec = std::move(chosen),
                        .network = std::move(made),
                        .learned = std::vector<std::string>()};
}

} // namespace

Expected<InitialState> begin(const ExperimentSpec& spec,
                             const std::optional<std::filesystem::path>& checkpoint,
                             const RunData& data, const RunControl& control) {
    auto initial = checkpoint ? beginAt(*checkpoint, spec, data) : beginAnew(spec, data, control);
    if (initial && spec.train.device == Device::Cuda)
        initial->network.to(torch::kCUDA);
    return initial;
}

} // namespace concertina
