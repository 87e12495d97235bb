// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/checkpoint.h"

#include "core/catalogue.h"
#include "core/model/plan_change.h"
#include "core/model/validate.h"
#include "core/tensor/torch.h"
#include "core/training/checkpoint_file.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

constexpr std::string_view format = "concertina-checkpoint";

/// Whether a tensor's name is "layer/what/group", and not of what the optimizer keeps for one.
bool isWeight(const std::string& name) {
    return std::ranges::count(name, '/') == 2;
}

/// What stands before the names of what balancing has learned: a weight has two slashes.
constexpr std::string_view balancingPrefix = "balancing/";

void addBalancing(std::map<std::string, torch::Tensor>& tensors, const BalancingState& state) {
    for (const auto& [name, numbers] : state)
        tensors[std::string(balancingPrefix) + name] = torch::tensor(numbers, torch::kFloat64);
}

/// Takes it out of a file's tensors.
BalancingState takeBalancing(std::map<std::string, torch::Tensor>& tensors) {
    BalancingState state;
    for (auto entry = tensors.lower_bound(std::string(balancingPrefix));
         entry != tensors.end() && entry->first.starts_with(balancingPrefix);) {
        if (std::ranges::count(entry->first, '/') != 1
            || entry->second.scalar_type() != torch::kFloat64) {
            ++entry;
            continue;
        }
        const torch::Tensor numbers = entry->second.contiguous();
        const double* first = numbers.data_ptr<double>();
        state[entry->first.substr(balancingPrefix.size())].assign(first, first + numbers.numel());
        entry = tensors.erase(entry);
    }
    return state;
}

/// None where it is no list of texts.
std::optional<std::vector<std::string>> textsOf(const Json& json) {
    const auto isText = [](const Json& item) { return item.is_string(); };
    if (!json.is_array() || !std::ranges::all_of(json, isText))
        return std::nullopt;
    return json.get<std::vector<std::string>>();
}

Unexpected broken(const std::filesystem::path& path, std::string code, std::string found,
                  std::string expected, std::string hint = "") {
    return failure({std::move(code), path.string(), std::move(found), std::move(expected),
                    std::move(hint)});
}

} // namespace

std::map<std::string, torch::Tensor> trainingState(const Network& network) {
    auto tensors = network.namedTensors();
    for (const Parameter& parameter : network.parameters())
        for (const auto& [name, tensor] : parameter.state)
            tensors[parameter.name + "/" + name] = tensor;
    return tensors;
}

void restoreOptimizerState(Network& network, const std::map<std::string, torch::Tensor>& tensors) {
    for (Parameter& parameter : network.parameters()) {
        const std::string prefix = parameter.name + "/";
        parameter.state.clear();
        for (auto entry = tensors.lower_bound(prefix);
             entry != tensors.end() && entry->first.starts_with(prefix); ++entry) {
            // Step counts stay where they are read; moments go where the parameter is. Copies:
            // optimizers change them in place.
            const torch::Tensor tensor = entry->second.clone();
            parameter.state[entry->first.substr(prefix.size())] =
                tensor.is_floating_point() ? tensor.to(parameter.value.device()) : tensor;
        }
    }
}

Expected<WrittenFile> saveCheckpoint(const std::filesystem::path& path,
                                     const Checkpoint& checkpoint) {
    TensorFile file{.tensors = checkpoint.tensors};
    addBalancing(file.tensors, checkpoint.balancing);
    Json targets = Json::array();
    for (const TargetInfo& target : checkpoint.targets)
        targets.push_back(toJson(target));
    file.header = {{"format", format},
                   {"version", CheckpointVersion},
                   {"step", checkpoint.step},
                   {"spec", toJson(checkpoint.spec)},
                   {"plan", toJson(checkpoint.plan)},
                   {"targets", std::move(targets)},
                   {"good_step", checkpoint.goodStep}};
    if (checkpoint.learned)
        file.header["learned"] = *checkpoint.learned;
    return writeTensorFile(path, file);
}

Expected<Checkpoint> loadCheckpoint(const std::filesystem::path& path, CheckpointPart part) {
    auto file = part == CheckpointPart::All ? readTensorFile(path) : readTensorFile(path, isWeight);
    if (!file)
        return failure(file.error());
    const Json& header = file->header;
    if (!header.is_object() || header.value("format", Json()) != format)
        return broken(path, "checkpoint.format", "another kind of file", "a checkpoint");
    const Json version = header.value("version", Json());
    if (!version.is_number_integer() || version < 1 || version > CheckpointVersion)
        return broken(path, "checkpoint.version", "version " + shortened(jsonText(version), 20),
                      "at most " + std::to_string(CheckpointVersion),
                      "it comes from a newer Concertina; update this one to use it");
    Checkpoint checkpoint;
    SpecReading reading = readSpec(header.value("spec", Json()));
    auto plan = planFromJson(header.value("plan", Json()));
    const Json step = header.value("step", Json());
    const Json targets = header.value("targets", Json());
    if (!reading.problems.empty() || !plan || !step.is_number_integer() || step < 0
        || !targets.is_array() || targets.size() != reading.spec.tasks.size())
        return broken(path, "checkpoint.header", "a header that can't be read", "spec, plan, step");
    if (const Problems problems = validate(reading.spec, catalogue()); !problems.empty())
        return broken(path, "checkpoint.header", toText(problems.front()), "a valid spec");
    for (const Json& target : targets) {
        auto info = targetFromJson(target);
        if (!info)
            return failure(info.error());
        checkpoint.targets.push_back(std::move(*info));
    }
    checkpoint.spec = std::move(reading.spec);
    checkpoint.plan = std::move(*plan);
    checkpoint.step = step.get<std::int64_t>();
    checkpoint.learned = textsOf(header.value("learned", Json()));
    const Json good = header.value("good_step", Json());
    checkpoint.goodStep = good.is_number_integer() ? good.get<std::int64_t>() : -1;
    checkpoint.balancing = takeBalancing(file->tensors);
    checkpoint.tensors = std::move(file->tensors);
    return checkpoint;
}

std::optional<Problem> checkCheckpointFile(const std::filesystem::path& path) {
    const auto checkpoint = loadCheckpoint(path, CheckpointPart::Weights);
    if (checkpoint)
        return std::nullopt;
    return checkpoint.error();
}

Expected<NetworkDesign> checkpointDesign(const std::filesystem::path& path) {
    const auto checkpoint = loadCheckpoint(path, CheckpointPart::Weights);
    return checkpoint ? designOf(*checkpoint) : failure(checkpoint.error());
}

Expected<LoadedNetwork> loadNetwork(const std::filesystem::path& path) {
    auto checkpoint = loadCheckpoint(path, CheckpointPart::Weights);
    if (!checkpoint)
        return failure(std::move(checkpoint.error()));
    auto network = networkOf(*checkpoint);
    if (!network)
        return failure(std::move(network.error()));
    return LoadedNetwork{std::move(*checkpoint), std::move(*network)};
}

Expected<FactorReadings> checkpointReadings(const std::filesystem::path& path) {
    const auto loaded = loadNetwork(path);
    if (!loaded)
        return failure(loaded.error());
    return FactorReadings{loaded->checkpoint.step, loaded->network.design().plan.tasks,
                          loaded->network.readings()};
}

Expected<KernelDistances> checkpointDistances(const std::filesystem::path& path) {
    const auto loaded = loadNetwork(path);
    if (!loaded)
        return failure(loaded.error());
    const SharingPlan& plan = loaded->network.design().plan;
    return KernelDistances{loaded->checkpoint.step, plan.layerNames(), plan.tasks,
                           loaded->network.kernelDistances()};
}

std::vector<int> headOutputs(const ExperimentSpec& spec, std::span<const TargetInfo> targets) {
    std::vector<int> outputs;
    for (std::size_t t = 0; t < spec.tasks.size(); ++t)
        outputs.push_back(catalogue()
                              .task(spec.tasks[t].method.id)
                              ->target->outputs(static_cast<int>(targets[t].classes.size())));
    return outputs;
}

Expected<NetworkDesign> designOf(const Checkpoint& checkpoint) {
    // A checkpoint is older than the changes of its step.
    return designNetwork(checkpoint.spec, catalogue(),
                         headOutputs(checkpoint.spec, checkpoint.targets),
                         changesBefore(checkpoint.spec.network, checkpoint.step), checkpoint.plan);
}

Expected<Network> networkOf(const Checkpoint& checkpoint) {
    auto design = designOf(checkpoint);
    if (!design)
        return failure(design.error());
    return Network::fromTensors(std::move(*design), checkpoint.tensors);
}

} // namespace concertina
