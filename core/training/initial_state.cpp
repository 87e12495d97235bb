// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/initial_state.h"

#include "core/catalogue.h"
#include "core/data/data_news.h"
#include "core/model/validate.h"
#include "core/network/initial_network.h"
#include "core/tensor/torch.h"
#include "core/training/begun_network.h"
#include "core/training/calibrate.h"
#include "core/training/checkpoint.h"
#include "core/training/folded_norms.h"
#include "core/values/text.h"

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
    if (!makeBalancing(spec, data.trainingPlan.batchesPerEpoch())->restore(checkpoint->balancing))
        return failure(
            {"checkpoint.balancing", path.string(), "what balancing had learned is not in the file",
             "the state of " + spec.train.balancing.id, "the file belongs to another run"});
    return InitialState{spec,
                        std::move(*network),
                        checkpoint->step,
                        std::move(checkpoint->learned),
                        checkpoint->goodStep,
                        std::move(checkpoint->balancing)};
}

void tell(const RunData& data, NoticeLevel level, const std::string& code, std::string text) {
    data.notes->add({.level = level, .code = code, .text = std::move(text)});
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

/// Lets layers begin from the first training images where they ask for it; `layers` as
/// `Network::initializeBy`.
std::optional<Problem> showFirstImages(Network& network, const RunData& data,
                                       const ExperimentSpec& spec,
                                       std::optional<std::span<const std::size_t>> layers = {}) {
    const int count = network.startImages(layers);
    if (count == 0)
        return std::nullopt;
    const auto images = firstImages(data, spec, count);
    if (!images)
        return images.error();
    network.initializeBy(*images, static_cast<std::uint64_t>(spec.seed), layers);
    return std::nullopt;
}

/// As the network of `initial`.
Expected<InitialState> beginFrom(ExperimentSpec spec, NetworkDesign design, const RunData& data,
                                 const InitialReader& read) {
    if (!read)
        return failure({"initial.missing", "network.initial", spec.network.initial,
                        "a run of a store, or a file, that the session reads", ""});
    const auto source = read();
    if (!source)
        return failure(source.error());
    BegunNotes notes;
    auto network = begunNetwork(spec, std::move(design), **source, notes);
    if (!network)
        return failure(network.error());
    if (auto problem = settleFoldedNorms(*network, notes.folded, data, skipsDamaged(spec)))
        return failure(std::move(*problem));
    if (auto problem = showFirstImages(*network, data, spec, notes.remade))
        return failure(std::move(*problem));
    for (const std::string& note : notes.texts)
        tell(data, NoticeLevel::Info, "initial", note);
    return InitialState{.spec = std::move(spec),
                        .network = std::move(*network),
                        .learned = std::vector<std::string>()};
}

Expected<InitialState> beginAnew(const ExperimentSpec& spec, const RunData& data,
                                 const RunControl& control, const InitialReader& initial) {
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
    for (const Problem& doubt : doubts(chosen, catalogue()))
        tell(data, NoticeLevel::Warning, doubt.code, toText(doubt));
    if (!trimmed(network.initial).empty())
        return beginFrom(std::move(chosen), std::move(design.design), data, initial);
    Network made(std::move(design.design), static_cast<std::uint64_t>(spec.seed), network.start);
    if (auto problem = showFirstImages(made, data, spec))
        return failure(std::move(*problem));
    return InitialState{.spec = std::move(chosen),
                        .network = std::move(made),
                        .learned = std::vector<std::string>()};
}

} // namespace

Expected<InitialState> begin(const ExperimentSpec& spec,
                             const std::optional<std::filesystem::path>& checkpoint,
                             const RunData& data, const RunControl& control,
                             const InitialReader& initial) {
    auto begun =
        checkpoint ? beginAt(*checkpoint, spec, data) : beginAnew(spec, data, control, initial);
    if (begun && spec.train.device == Device::Cuda)
        begun->network.to(torch::kCUDA);
    return begun;
}

} // namespace concertina
