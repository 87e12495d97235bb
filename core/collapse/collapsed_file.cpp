// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapse.h"
#include "core/collapse/collapsed_network.h"

#include "core/data/batch.h"
#include "core/tensor/torch.h"
#include "core/values/text.h"

namespace concertina {

namespace {

constexpr std::string_view format = "concertina-network";
constexpr int version = 3; ///< with tensors of 16 bits
/// What programs of before can read is written as they wrote it.
constexpr int firstVersion = 1, secondVersion = 2;

Problem damaged(const std::filesystem::path& path, std::string code, std::string found,
                std::string expected, std::string hint = "") {
    return {std::move(code), path.string(), std::move(found), std::move(expected), std::move(hint)};
}

/// What the network gives for an empty image.
std::vector<torch::Tensor> emptyOutputs(const CollapsedNetwork& network) {
    const torch::NoGradGuard noGrad;
    return network.forward(torch::zeros({1, 3, network.height, network.width}), {});
}

/// What [1, C, H, W] of an output for a target must be; H and W of a map of centres are the
/// network's own.
std::vector<std::int64_t> outputShape(const CollapsedNetwork& network, const TargetInfo& target,
                                      const torch::Tensor& output) {
    const int channels = target.kind->outputs(static_cast<int>(target.classes.size()));
    if (target.kind->isPlane())
        return {1, channels, network.height, network.width};
    if (target.kind->form() == ValueForm::Objects && output.dim() == 4)
        return {1, channels, output.size(2), output.size(3)};
    return {1, channels, 1, 1};
}

/// Runs an empty image through: what LibTorch refuses is a file that does not fit together.
std::optional<Problem> tryOut(const std::filesystem::path& path, const CollapsedNetwork& network) {
    try {
        const auto outputs = emptyOutputs(network);
        for (std::size_t t = 0; t < outputs.size(); ++t) {
            const auto expected = outputShape(network, network.targets[t], outputs[t]);
            if (outputs[t].sizes() != at::IntArrayRef(expected))
                return damaged(path, "network.tensor", "an output " + c10::str(outputs[t].sizes()),
                               c10::str(at::IntArrayRef(expected)) + " for "
                                   + network.targets[t].name,
                               "the file is damaged");
        }
    } catch (const c10::Error& error) {
        return damaged(path, "network.tensor", shortened(error.what_without_backtrace(), 200),
                       "tensors that fit the program", "the file is damaged");
    }
    return std::nullopt;
}

bool readSize(const Json& input, const char* key, int& value) {
    const Json size = input.is_object() ? input.value(key, Json()) : Json();
    if (!size.is_number_integer() || size < 1 || size > 4096)
        return false;
    value = size.get<int>();
    return true;
}

} // namespace

Expected<WrittenFile> saveCollapsed(const std::filesystem::path& path,
                                    const CollapsedNetwork& network, torch::ScalarType type) {
    const bool isNarrow = c10::elementSize(type) < c10::elementSize(torch::kFloat32);
    TensorFile file;
    const Normalization normalization = normalizationOf(network.normalization);
    Json targets = Json::array();
    const auto outputs = emptyOutputs(network);
    for (std::size_t t = 0; t < network.targets.size(); ++t) {
        const TargetInfo& target = network.targets[t];
        Json& json = targets.emplace_back(toJson(target));
        json["shape"] = outputs[t].sizes().slice(1).vec();
        json["output"] = target.kind->outputText();
    }
    file.header = {{"format", format},
                   {"version", isNarrow                            ? version
                               : needsLaterReader(network.program) ? secondVersion
                                                                   : firstVersion},
                   {"name", network.name},
                   {"input",
                    {{"height", network.height},
                     {"width", network.width},
                     {"channels", "RGB"},
                     {"normalization", choiceName(network.normalization)},
                     {"mean", normalization.mean},
                     {"deviation", normalization.deviation}}},
                   {"targets", std::move(targets)},
                   {"made_from", toJson(network.origin)},
                   {"program", toJson(network.program)}};
    for (std::size_t i = 0; i < network.tensors.size(); ++i)
        file.tensors[network.program.tensors[i]] =
            isNarrow ? network.tensors[i].to(type) : network.tensors[i];
    return writeTensorFile(path, file);
}

Expected<CollapsedNetwork> loadCollapsed(const std::filesystem::path& path) {
    auto file = readTensorFile(path);
    if (!file)
        return failure(file.error());
    const Json& header = file->header;
    if (!header.is_object() || header.value("format", Json()) != format)
        return failure(
            damaged(path, "network.format", "another kind of file", "a collapsed network"));
    const Json stated = header.value("version", Json());
    if (!stated.is_number_integer() || stated < 1 || stated > version)
        return failure(damaged(path, "network.version",
                               "version " + shortened(jsonText(stated), 20),
                               "at most " + std::to_string(version),
                               "it comes from a newer Concertina; update this one to use it"));
    CollapsedNetwork network;
    const Json input = header.value("input", Json());
    const Json targets = header.value("targets", Json());
    auto program = programFromJson(header.value("program", Json()));
    if (!program)
        return failure(damaged(path, "network.header", toText(program.error()), "a program"));
    if (!header.value("name", Json()).is_string() || !readSize(input, "height", network.height)
        || !readSize(input, "width", network.width) || !targets.is_array()
        || targets.size() != program->outputs.size()
        || !input.value("normalization", Json()).is_string())
        return failure(damaged(path, "network.header", "a header that can't be read",
                               "name, input and targets"));
    network.name = header["name"].get<std::string>();
    const auto named = input["normalization"].get<std::string>();
    const auto normalization = choiceNamed<InputNormalization>(named);
    if (!normalization)
        return failure(damaged(path, "network.header",
                               "normalization \"" + shortened(named, 40) + "\"",
                               "imagenet or unit"));
    network.normalization = *normalization;
    for (const Json& target : targets) {
        auto info = targetFromJson(target);
        if (!info)
            return failure(damaged(path, "network.header", toText(info.error()), "targets"));
        network.targets.push_back(std::move(*info));
    }
    if (header.contains("made_from")) { // older files say nothing
        auto origin = originFromJson(header["made_from"]);
        if (!origin)
            return failure(damaged(path, "network.header", toText(origin.error()), "made_from"));
        network.origin = std::move(*origin);
    }
    for (const std::string& name : program->tensors) {
        const auto tensor = file->tensors.find(name);
        if (tensor == file->tensors.end())
            return failure(damaged(path, "network.tensor", "no tensor " + shortened(name, 80), "it",
                                   "the file is damaged"));
        const bool isNarrow = tensor->second.is_floating_point()
                              && c10::elementSize(tensor->second.scalar_type()) < sizeof(float);
        network.tensors.push_back(isNarrow ? tensor->second.to(torch::kFloat32) : tensor->second);
    }
    network.program = std::move(*program);
    if (auto problem = tryOut(path, network))
        return failure(std::move(*problem));
    return network;
}

Expected<NetworkOrigin> originOf(const std::filesystem::path& collapsed) {
    auto network = loadCollapsed(collapsed);
    if (!network)
        return failure(network.error());
    return std::move(network->origin);
}

} // namespace concertina
