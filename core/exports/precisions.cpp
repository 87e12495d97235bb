// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/precisions.h"

#include "core/collapse/averaging.h"
#include "core/exports/inputs_outputs.h"
#include "core/exports/onnx_bytes.h"
#include "core/exports/onnxruntime_reader.h"
#include "core/exports/samples.h"
#include "core/exports/weights.h"
#include "core/model/catalogue.h"
#include "core/quantization/quantize.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "core/training/evaluation.h"

namespace concertina {

namespace {

/// A part of the whole that is reported.
Progress partOf(const Progress& progress, double from, double to, const std::string& name) {
    return [=](double share, const std::string& what) {
        progress(from + (to - from) * share, name + ", " + what);
    };
}

/// Each metric of each task, in the order of an evaluation's values without their losses.
std::vector<PrecisionsReport::Metric> metricsOf(const ExperimentSpec& spec) {
    std::vector<PrecisionsReport::Metric> metrics;
    for (const TaskSpec& task : spec.tasks)
        for (const MetricInfo& info : taskEntry(task.method.id).info.metrics)
            metrics.push_back({task.called(), info});
    return metrics;
}

std::vector<double> valuesOf(const Evaluation& evaluation) {
    std::vector<double> values;
    for (const MetricValue& value : evaluation.values)
        if (value.name != "loss")
            values.push_back(value.value);
    return values;
}

/// Complete options of int8. Problems of `checkMethod`, at "int8".
Expected<QuantizationChoices> choicesOf(const Json& options) {
    Catalogue known;
    known.exports.push_back(
        {{.id = "int8", .label = "int8", .help = {}, .source = {}, .options = precisionFields()},
         {}});
    const ExportInfo& info = known.exports.front();
    if (Problems problems = checkMethod(known, Family::Export, {info.id, options}, info.id);
        !problems.empty())
        return failure(std::move(problems.front()));
    return quantizationChoices(completeOptions(info, options));
}

/// A network with its weights in one type, measured by what runs it.
Expected<PrecisionsReport::Precision>
measured(const CollapsedNetwork& network, const ForwardPass& run, torch::ScalarType type,
         const std::string& name, const PrecisionsRequest& request, const RunData& data,
         const Progress& progress, const std::stop_token& stop) {
    const auto found = evaluate(request.spec, data, run, {.progress = progress, .stop = stop});
    if (!found)
        return failure(found.error());
    return PrecisionsReport::Precision{name, weightBytes(network, type), valuesOf(*found)};
}

ForwardPass byExecutor(const CollapsedNetwork& network) {
    return
        [&](const torch::Tensor& images) { return network.forward(images, predictionSettings()); };
}

/// A network in 8 bits as ONNX Runtime computes it. Problems of `openByOnnxRuntime` too.
Expected<PrecisionsReport::Precision>
measuredByOnnxRuntime(const CollapsedNetwork& network, const PrecisionsRequest& request,
                      const RunData& data, const Progress& progress, const std::stop_token& stop) {
    const auto bytes = onnxBytes(network);
    if (!bytes)
        return failure(bytes.error());
    const auto opened = openByOnnxRuntime(*bytes, ExportedImage, outputNames(network));
    if (!opened)
        return failure(opened.error());
    std::optional<Problem> refused;
    auto found = measured(
        network,
        [&](const torch::Tensor& images) {
            auto outputs = (*opened)(images);
            if (outputs)
                return std::move(*outputs);
            refused = outputs.error();
            return network.forward(images, predictionSettings());
        },
        torch::kInt8, "int8, " + onnxRuntimeName(), request, data, progress, stop);
    if (refused)
        return failure(std::move(*refused));
    return found;
}

} // namespace

std::vector<FieldInfo> precisionFields() {
    return quantizationFields();
}

Expected<PrecisionsReport> precisions(const PrecisionsRequest& request, const Progress& progress,
                                      const std::stop_token& stop) {
    const torch::NoGradGuard noGrad;
    setComputeThreads(0);
    const auto how = choicesOf(request.options);
    if (!how)
        return failure(how.error());
    const auto prepared =
        prepare(request.checkpoint, {}, request.spec, partOf(progress, 0, 0.05, "collapse"), stop);
    if (!prepared)
        return failure(prepared.error());
    const CollapsedNetwork network = prepared->folded(torch::kFloat32);
    const auto data = openRunData(request.spec);
    if (!data)
        return failure(data.error());
    const auto images = trainingImages(*data, request.spec, how->images);
    if (!images)
        return failure(images.error());
    auto quantized = quantize(network, images->images, *how, request.layers,
                              partOf(progress, 0.05, 0.4, "int8"), stop);
    if (!quantized)
        return failure(quantized.error());
    PrecisionsReport report{.metrics = metricsOf(request.spec),
                            .images = static_cast<int>(images->images.size(0))};
    if (request.layers)
        report.layers = std::move(quantized->layers);
    const std::vector<std::string> names = quantizedWeightsFields().front().choices;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const torch::ScalarType type = weightType(names[i]);
        const bool isRounded = i + 1 == names.size(); // int8 is the last of them
        const auto stored =
            isRounded ? Expected<CollapsedNetwork>(quantized->network) : storedAs(network, type);
        if (!stored)
            return failure(stored.error());
        const double share = 0.5 / static_cast<double>(names.size());
        const double from = 0.4 + share * static_cast<double>(i);
        auto precision = measured(*stored, byExecutor(*stored), type, names[i], request, *data,
                                  partOf(progress, from, from + share, names[i]), stop);
        if (!precision)
            return failure(precision.error());
        report.precisions.push_back(std::move(*precision));
    }
    if (hasOnnxRuntime()) {
        auto precision = measuredByOnnxRuntime(quantized->network, request, *data,
                                               partOf(progress, 0.9, 1, onnxRuntimeName()), stop);
        if (!precision)
            return failure(precision.error());
        report.precisions.push_back(std::move(*precision));
    }
    progress(1, "done");
    return report;
}

} // namespace concertina
