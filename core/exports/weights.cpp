// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/weights.h"

#include "core/exports/samples.h"
#include "core/quantization/quantize.h"
#include "core/tensor/torch.h"
#include "core/values/text.h"

namespace concertina {

namespace {

constexpr const char* halfName = "float16";
constexpr const char* brainName = "bfloat16";
constexpr const char* byteName = "int8";

} // namespace

FieldInfo weightsField() {
    return {.path = "weights",
            .type = FieldType::Choice,
            .defaultValue = "float32",
            .choices = {"float32", halfName, brainName},
            .label = "Weights",
            .help = "The type that weights are stored in; those of 16 bits are half as large, and "
                    "rounded: float16 to 3 digits, bfloat16 to 2."};
}

std::vector<FieldInfo> quantizedWeightsFields() {
    FieldInfo weights = weightsField();
    weights.choices.emplace_back(byteName);
    weights.help += " int8 is a quarter as large: convolutions and what they read are rounded to "
                    "256 levels, of which training images say where they lie.";
    std::vector<FieldInfo> fields = quantizationFields();
    fields.insert(fields.begin(), std::move(weights));
    return fields;
}

torch::ScalarType weightType(const std::string& name) {
    if (name == halfName)
        return torch::kFloat16;
    return name == brainName ? torch::kBFloat16 : torch::kFloat32;
}

Expected<CollapsedNetwork> storedAs(const CollapsedNetwork& network, torch::ScalarType type) {
    CollapsedNetwork result = network;
    if (type == torch::kFloat32)
        return result;
    for (std::size_t i = 0; i < result.tensors.size(); ++i) {
        const torch::Tensor& before = network.tensors[i];
        torch::Tensor rounded = before.to(type).to(torch::kFloat32);
        if (before.isfinite().all().item<bool>() && !rounded.isfinite().all().item<bool>())
            return failure({"export.range", network.program.tensors[i],
                            digitsText(before.abs().max().item<double>(), 3),
                            "weights up to 65504, as float16 has them",
                            "bfloat16 holds greater ones"});
        result.tensors[i] = std::move(rounded);
    }
    return result;
}

Expected<CollapsedNetwork> withWeights(const CollapsedNetwork& network, const Json& options,
                                       const CalibrationSource& calibration) {
    const std::string name = options.value("weights", "");
    if (name != byteName)
        return storedAs(network, weightType(name));
    const QuantizationChoices how = quantizationChoices(options);
    const Expected<std::shared_ptr<const ExportSamples>> samples =
        calibration ? calibration(how.images) : std::make_shared<const ExportSamples>();
    if (!samples)
        return failure(samples.error());
    auto quantized = quantize(network, (*samples)->images, how);
    if (!quantized)
        return failure(quantized.error());
    return std::move(quantized->network);
}

} // namespace concertina
