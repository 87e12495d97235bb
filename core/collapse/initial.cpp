// SPDX-License-Identifier: GPL-3.0-or-later
// What another network begins from.
#include "core/collapse/initial.h"

#include "core/catalogue.h"
#include "core/collapse/collapsed_network.h"
#include "core/network/initial_network.h"
#include "core/tensor/tensor_file.h"
#include "core/tensor/torch.h"
#include "core/tensor/weights_file.h"
#include "core/training/begun_network.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

/// "dec1.1/kernel/depth": its layer.
std::string layerNamed(const std::string& tensor) {
    return tensor.substr(0, tensor.find('/'));
}

/// Adds the kernels and biases of a collapsed network, and what is left of its norms, as norms of
/// mean 0 and variance 1.
void addCollapsed(const CollapsedNetwork& from,
                  const std::function<bool(const std::string&)>& wanted, InitialNetwork& to) {
    const auto tensor = [&](const Instruction& instruction, std::size_t which) {
        const auto slot = static_cast<std::size_t>(instruction.tensors[which]);
        return from.tensors[slot].to(torch::kFloat64);
    };
    for (const Instruction& instruction : from.program.instructions) {
        if (instruction.op == Op::Conv)
            for (std::size_t k = 0; k < instruction.tensors.size(); ++k) {
                const std::string& name =
                    from.program.tensors[static_cast<std::size_t>(instruction.tensors[k])];
                if (wanted(layerNamed(name)))
                    to.kernels[name] = tensor(instruction, k);
            }
        if (instruction.op != Op::ScaleShift)
            continue;
        const Instruction& before =
            from.program.instructions[static_cast<std::size_t>(instruction.inputs.front())];
        if (before.op != Op::Conv)
            continue;
        const std::string layer =
            layerNamed(from.program.tensors[static_cast<std::size_t>(before.tensors.front())]);
        if (!wanted(layer))
            continue;
        const std::string tasks = instruction.name.substr(instruction.name.rfind('/') + 1);
        const torch::Tensor scale = tensor(instruction, 0);
        to.kernels[layer + "/norm.weight/" + tasks] = scale * std::sqrt(1 + NormEpsilon);
        to.kernels[layer + "/norm.bias/" + tasks] = tensor(instruction, 1);
        to.kernels[layer + "/norm.mean/" + tasks] = torch::zeros_like(scale);
        to.kernels[layer + "/norm.var/" + tasks] = torch::ones_like(scale);
    }
}

std::vector<std::string> namesOf(const std::vector<TargetInfo>& targets) {
    std::vector<std::string> names;
    for (const TargetInfo& target : targets)
        names.push_back(target.name);
    return names;
}

/// Kernels as they are composed, and, of layers that are more and fold into one, that one.
Expected<InitialNetwork> fromCheckpoint(Checkpoint checkpoint) {
    auto network = networkOf(checkpoint);
    if (!network)
        return failure(network.error());
    checkpoint.tensors.clear();
    const NetworkDesign& design = network->design();
    InitialNetwork initial{.tasks = design.plan.tasks};
    const UnfoldedNetwork unfolded = unfoldedOf(*network);
    std::vector<std::string> branched;
    for (std::size_t i = 0; i < design.layers.size(); ++i)
        if (design.layers[i].fragment.becomesOneKernel())
            branched.push_back(design.graph.layers[i].name);
    const auto isBranched = [&](const std::string& layer) {
        return std::ranges::find(branched, layer) != branched.end();
    };
    for (std::size_t i = 0; i < unfolded.tensors.size(); ++i)
        if (const std::string& name = unfolded.program.tensors[i]; !isBranched(layerNamed(name)))
            initial.kernels[name] = unfolded.tensors[i];
    if (!branched.empty())
        addCollapsed(fold(unfolded, checkpoint, torch::kFloat64), isBranched, initial);
    initial.trained = {design, network->namedTensors()};
    return initial;
}

/// The layer that a task's output comes from.
const std::string& lastLayer(const LayerGraph& graph, std::size_t task) {
    int node = graph.outputs[task];
    while (graph.node(node).layer < 0)
        node = graph.node(node).inputs.front();
    return graph.layer(graph.node(node).layer).name;
}

/// A file of this program says its SHA-256; of others it is taken over all bytes.
Expected<std::string> initialSum(const std::filesystem::path& file, const InitialNetwork& read) {
    return read.others.empty() ? tensorFileSum(file) : fileSum(file);
}

Expected<InitialNetwork> readFile(const std::filesystem::path& file) {
    if (const auto own = tensorFileSum(file); !own && own.error().code != "file.read") {
        auto weights = readWeights(file);
        if (!weights)
            return failure(weights.error());
        return InitialNetwork{.others = std::move(*weights)};
    }
    auto checkpoint = loadCheckpoint(file, CheckpointPart::Weights);
    if (checkpoint)
        return fromCheckpoint(std::move(*checkpoint));
    if (checkpoint.error().code != "checkpoint.format")
        return failure(checkpoint.error());
    const auto collapsed = loadCollapsed(file);
    if (!collapsed && collapsed.error().code == "network.format")
        return failure({"initial.format", file.string(), "another kind of file",
                        "a checkpoint or a collapsed network of this program", ""});
    if (!collapsed)
        return failure(collapsed.error());
    InitialNetwork initial{.tasks = namesOf(collapsed->targets)};
    addCollapsed(
        *collapsed, [](const std::string&) { return true; }, initial);
    return initial;
}

} // namespace

Expected<std::shared_ptr<const InitialNetwork>>
readInitial(const std::filesystem::path& file, const std::string& name, const std::string& sha256) {
    const torch::NoGradGuard noGrad;
    auto initial = readFile(file);
    if (!initial)
        return failure(initial.error());
    initial->name = name;
    if (!sha256.empty())
        if (const auto found = initialSum(file, *initial); !found || *found != sha256)
            return failure(found ? Problem{"initial.changed", file.string(),
                                           "sha256 " + found->substr(0, 12) + "…",
                                           sha256.substr(0, 12) + "…, as the run began from",
                                           "the file has been replaced; without sha256:… in "
                                           "network.initial what is there now is taken"}
                                 : found.error());
    return std::make_shared<const InitialNetwork>(std::move(*initial));
}

namespace {

/// How a spec's network begins as what was read.
struct SeenBeginning {
    BegunNotes notes;
    std::optional<WeightsFit> fit;
};

Expected<SeenBeginning> beginningAs(const InitialNetwork& initial, const ExperimentSpec& spec) {
    // Only the dataset knows how many classes there are: heads are as those of the file.
    std::vector<int> outputs(spec.tasks.size(), 1);
    DesignResult made = designNetwork(spec, catalogue(), outputs);
    if (!made.problems.empty())
        return failure(std::move(made.problems.front()));
    for (std::size_t t = 0; t < spec.tasks.size(); ++t) {
        const std::string& task = made.design.plan.tasks[t];
        const auto kernel =
            initial.kernels.find(lastLayer(made.design.backbone, t) + "/kernel/" + task);
        if (kernel != initial.kernels.end())
            outputs[t] = static_cast<int>(kernel->second.size(0));
    }
    made = designNetwork(spec, catalogue(), outputs);
    const auto fitted = fittedTo(spec, made.design, initial);
    if (!fitted)
        return failure(fitted.error());
    SeenBeginning seen{.fit = fitted->fit};
    const auto network = begunNetwork(spec, std::move(made.design), *fitted, seen.notes);
    if (!network)
        return failure(network.error());
    return seen;
}

/// The same network, plain and tied: how weights of another program fit does not depend on what
/// kernels are made of, and a plain one begins at once.
ExperimentSpec plainlyMade(ExperimentSpec spec) {
    spec.network.kernels.clear();
    spec.network.sharing = {"*: tied"};
    spec.network.planChanges.clear();
    spec.network.contractionOrder.clear();
    return spec;
}

const char* typeName(torch::ScalarType type) {
    switch (type) {
    case torch::kFloat32: return "float32";
    case torch::kFloat64: return "float64";
    case torch::kFloat16: return "float16";
    case torch::kBFloat16: return "bfloat16";
    case torch::kInt8: return "int8";
    case torch::kUInt8: return "uint8";
    case torch::kInt16: return "int16";
    case torch::kInt32: return "int32";
    case torch::kInt64: return "int64";
    case torch::kBool: return "bool";
    default: return c10::toString(type);
    }
}

std::vector<FileTensor> tensorsOf(const std::map<std::string, torch::Tensor>& tensors) {
    std::vector<FileTensor> all;
    for (const auto& [name, tensor] : tensors)
        all.push_back({name, tensor.sizes().vec(), typeName(tensor.scalar_type()),
                       static_cast<double>(tensor.numel()) * double(tensor.element_size())});
    return all;
}

} // namespace

Expected<std::string> checkInitial(const std::filesystem::path& file, const std::string& name,
                                   const std::string& sha256, const ExperimentSpec& spec) {
    const auto initial = readInitial(file, name, sha256);
    if (!initial)
        return failure(initial.error());
    if (const auto begun = beginningAs(**initial, spec); !begun)
        return failure(begun.error());
    return initialSum(file, **initial);
}

Expected<WeightsReport> weightsReport(const std::filesystem::path& file,
                                      const ExperimentSpec* spec) {
    const torch::NoGradGuard noGrad;
    const auto initial = readInitial(file, file.filename().string(), {});
    if (!initial)
        return failure(initial.error());
    WeightsReport report{.file = file.string()};
    const bool ofOthers = !(*initial)->others.empty();
    if (ofOthers) {
        report.tensors = tensorsOf((*initial)->others);
    } else {
        const auto tensors = readTensors(file);
        if (!tensors)
            return failure(tensors.error());
        report.tensors = tensorsOf(*tensors);
    }
    if (spec == nullptr)
        return report;
    const auto begun = beginningAs(**initial, ofOthers ? plainlyMade(*spec) : *spec);
    if (begun) {
        report.notes = begun->notes.texts;
        report.fit = begun->fit;
    } else {
        report.problem = begun.error();
    }
    return report;
}

} // namespace concertina
