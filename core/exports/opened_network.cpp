// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/opened_network.h"

#include "core/exports/export.h"
#include "core/tensor/torch.h"
#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <fstream>
#include <optional>

namespace concertina {

namespace {

/// How many bytes of a file say what it is.
constexpr std::size_t headSize = 16;

Expected<std::string> headOf(const std::filesystem::path& file) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(file, error))
        return failure({"file.read", file.string(),
                        std::filesystem::is_directory(file, error) ? "a folder" : "no file",
                        "an exported network", ""});
    std::ifstream stream(file, std::ios::binary);
    std::array<char, headSize> bytes{};
    stream.read(bytes.data(), bytes.size());
    if (!stream && !stream.eof())
        return failure(
            {"file.read", file.string(), std::strerror(errno), "a file that can be read", ""});
    return std::string(bytes.data(), static_cast<std::size_t>(stream.gcount()));
}

std::optional<int> sideOf(const Json& input, const char* key) {
    constexpr int longest = 4096;
    const Json side = input.is_object() ? input.value(key, Json()) : Json();
    if (!side.is_number_integer() || side < 1 || side > longest)
        return std::nullopt;
    return side.get<int>();
}

/// What an output of the facts predicts, and what it is called.
bool addOutput(const Json& output, OpenedNetwork& network) {
    if (!output.is_object() || !output.value("name", Json()).is_string()
        || !output.value("target", Json()).is_string())
        return false;
    Json target = output;
    target["name"] = output["target"];
    auto info = targetFromJson(target);
    if (!info)
        return false;
    network.outputs.push_back(output["name"].get<std::string>());
    network.targets.push_back(std::move(*info));
    return true;
}

/// Why what an empty image gives is none of the outputs; empty: it is.
std::string wrongWith(const OpenedNetwork& network) {
    const auto found = network.run(torch::zeros({1, 3, network.height, network.width}));
    if (!found)
        return found.error().found;
    if (found->size() != network.targets.size())
        return std::to_string(found->size()) + " outputs";
    for (std::size_t t = 0; t < found->size(); ++t) {
        const TargetInfo& target = network.targets[t];
        const int channels = network.predicts && target.kind == &classesTarget()
                                 ? 1
                                 : target.kind->outputs(static_cast<int>(target.classes.size()));
        if ((*found)[t].dim() != 4 || (*found)[t].size(0) != 1 || (*found)[t].size(1) != channels)
            return network.outputs[t] + " of " + c10::str((*found)[t].sizes());
    }
    return {};
}

} // namespace

Expected<OpenedNetwork> networkFromFacts(const std::filesystem::path& file, const Json& facts) {
    const Json input = facts.is_object() ? facts.value("input", Json()) : Json();
    const Json outputs = facts.is_object() ? facts.value("outputs", Json()) : Json();
    const auto height = sideOf(input, "height"), width = sideOf(input, "width");
    OpenedNetwork network;
    bool isRight = height && width && outputs.is_array() && !outputs.empty();
    for (std::size_t t = 0; isRight && t < outputs.size(); ++t)
        isRight = addOutput(outputs[t], network);
    if (!isRight)
        return failure({"export.facts", file.string(),
                        "nothing, or something else, on its input and outputs",
                        "a network that Concertina exported", ""});
    network.height = *height;
    network.width = *width;
    const Json name = facts.value("name", Json());
    network.name = name.is_string() ? name.get<std::string>() : std::string();
    network.predicts = input.value("range", Json()) == Json{0, 255};
    const Json how = input.value("normalization", Json());
    if (const auto named = how.is_string() ? choiceNamed<InputNormalization>(how.get<std::string>())
                                           : std::nullopt)
        network.normalization = *named;
    else if (!network.predicts)
        return failure({"export.facts", file.string(), "no normalization that is known",
                        "imagenet or unit", ""});
    return network;
}

Expected<OpenedNetwork> openNetwork(const std::filesystem::path& file) {
    const auto head = headOf(file);
    if (!head)
        return failure(head.error());
    const auto entry = std::ranges::find_if(
        exports(), [&](const ExportEntry* each) { return each->open && each->isOne(*head); });
    if (entry == exports().end())
        return failure({"export.unknown", file.string(), "another kind of file",
                        "a network as safetensors, ONNX or TorchScript", ""});
    auto network = (*entry)->open(file);
    if (!network)
        return network;
    if (std::string wrong = wrongWith(*network); !wrong.empty())
        return failure({"export.run", file.string(), network->runner + ": " + wrong,
                        "the outputs that the file says it has",
                        "the same network as safetensors or TorchScript may run here"});
    return network;
}

} // namespace concertina
