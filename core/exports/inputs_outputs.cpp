// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/inputs_outputs.h"

#include "core/data/batch.h"
#include "core/tensor/torch.h"

#include <algorithm>

namespace concertina {

std::vector<std::string> outputNames(const CollapsedNetwork& network) {
    std::vector<std::string> names;
    for (const TargetInfo& target : network.targets) {
        std::string name = target.name;
        for (int number = 2; name == ExportedImage || std::ranges::find(names, name) != names.end();
             ++number)
            name = target.name + "_" + std::to_string(number);
        names.push_back(std::move(name));
    }
    return names;
}

FieldInfo predictionsField() {
    return {.path = "predictions",
            .type = FieldType::Boolean,
            .defaultValue = false,
            .label = "Predictions",
            .help = "The image is RGB from 0 to 255, and outputs are what is predicted: the class "
                    "of each pixel, unit normals, probabilities. Else the image is normalized "
                    "before, and outputs are scores."};
}

torch::Tensor channelsOf(const std::array<float, 3>& values) {
    return torch::tensor(std::vector<float>(values.begin(), values.end())).view({1, 3, 1, 1});
}

torch::Tensor pixelsOf(const CollapsedNetwork& network, const torch::Tensor& images) {
    const Normalization how = normalizationOf(network.normalization);
    return (images * channelsOf(how.deviation) + channelsOf(how.mean)) * 255;
}

torch::Tensor predictionOf(const TargetInfo& target, const torch::Tensor& output) {
    if (target.kind == &classesTarget())
        return output.argmax(1, true);
    if (target.kind == &normalsTarget())
        return output / (output.norm(2, {1}, true) + SmallestLength);
    if (target.kind == &presenceTarget())
        return output.sigmoid();
    return target.kind == &labelTarget() ? output.softmax(1) : output;
}

std::vector<std::pair<std::string, std::string>> networkFacts(const CollapsedNetwork& network,
                                                              bool predicts) {
    const Normalization normalization = normalizationOf(network.normalization);
    Json input = {{"name", ExportedImage},
                  {"channels", "RGB"},
                  {"height", network.height},
                  {"width", network.width}};
    if (predicts) {
        input["range"] = {0, 255};
    } else {
        input["range"] = {0, 1};
        input["mean"] = normalization.mean;
        input["deviation"] = normalization.deviation;
        input["normalization"] = choiceName(network.normalization);
    }
    const std::vector<std::string> names = outputNames(network);
    Json outputs = Json::array();
    for (std::size_t t = 0; t < names.size(); ++t) {
        Json& output = outputs.emplace_back(toJson(network.targets[t]));
        output["name"] = names[t];
        output["target"] = network.targets[t].name;
        output["output"] = network.targets[t].kind->outputText();
    }
    return {{"name", network.name},
            {"input", jsonText(input)},
            {"outputs", jsonText(outputs)},
            {"made_from", jsonText(toJson(network.origin))}};
}

ReaderCase readerCase(const CollapsedNetwork& network, const torch::Tensor& images, bool predicts) {
    const torch::NoGradGuard noGrad;
    ReaderCase result{predicts ? pixelsOf(network, images) : images, network.forward(images, {})};
    for (std::size_t t = 0; predicts && t < result.outputs.size(); ++t)
        result.outputs[t] = predictionOf(network.targets[t], result.outputs[t]);
    return result;
}

} // namespace concertina
