// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapsed_network.h"
#include "core/exports/agreement.h"
#include "core/exports/export.h"
#include "core/exports/inputs_outputs.h"
#include "core/exports/onnx_bytes.h"
#include "core/exports/onnx_network.h"
#include "core/exports/onnx_proto.h"
#include "core/exports/onnxruntime_reader.h"
#include "core/exports/opencv_reader.h"
#include "core/exports/opened_network.h"
#include "core/exports/samples.h"
#include "core/exports/weights.h"
#include "core/tensor/sha256.h"
#include "core/tensor/torch.h"
#include "core/values/file_place.h"
#include "core/values/version.h"

#include <array>
#include <fstream>
#include <iterator>

namespace concertina {

const ExportEntry& onnxExport();

namespace {

std::string sumOf(const std::string& bytes) {
    Sha256 sum;
    sum.add(bytes);
    return sum.finish();
}

constexpr int firstOpset = 13;
constexpr int lastOpset = 17;
constexpr std::int64_t mostBytes = std::int64_t{1} << 30; ///< protocol buffers end at 2 GiB

void addFact(const std::string& key, const std::string& value, onnx::ModelProto& model) {
    onnx::StringStringEntryProto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
}

/// What people and programs are to know of inputs and outputs.
void addFacts(const CollapsedNetwork& network, bool predicts, onnx::ModelProto& model) {
    for (const auto& [key, value] : networkFacts(network, predicts))
        addFact(key, value, model);
}

/// The options, those of weights behind those of all networks.
std::vector<FieldInfo> onnxOptions() {
    std::vector<FieldInfo> options{
        {.path = "opset",
         .type = FieldType::Integer,
         .defaultValue = firstOpset,
         .minimum = firstOpset,
         .maximum = lastOpset,
         .label = "Opset",
         .help = "The version of ONNX's operations; readers know those up to theirs."},
        predictionsField()};
    for (FieldInfo& field : quantizedWeightsFields())
        options.push_back(std::move(field));
    return options;
}

Expected<WrittenNetwork> writeOnnx(const CollapsedNetwork& network,
                                   const std::filesystem::path& place, const Json& options) {
    const auto bytes = onnxBytes(network, options);
    if (!bytes) {
        Problem problem = bytes.error();
        problem.path = place.string();
        return failure(std::move(problem));
    }
    if (const auto written = writeFileAtomically(place, std::array{std::string_view(*bytes)});
        !written)
        return failure(written.error());
    return WrittenNetwork{.place = place.string(),
                          .files = {place.string()},
                          .bytes = std::ssize(*bytes),
                          .sha256 = sumOf(*bytes)};
}

/// What ONNX Runtime gets for the images of a reader's case.
ReaderReport readByOnnxRuntime(const CollapsedNetwork& network, const std::filesystem::path& place,
                               const ReaderCase& given) {
    std::ifstream stream(place, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    const auto opened = openByOnnxRuntime(bytes, ExportedImage, outputNames(network));
    const auto found = opened ? (*opened)(given.input) : failure(opened.error());
    if (!found)
        return {.reader = onnxRuntimeName(), .why = found.error().found};
    return agreement(network, given.outputs, *found, onnxRuntimeName());
}

/// What OpenCV gets for the images, and ONNX Runtime where it is there.
std::vector<ReaderReport> readOnnx(const CollapsedNetwork& network,
                                   const std::filesystem::path& place, const Json& options,
                                   const ExportSamples& samples) {
    const ReaderCase given =
        readerCase(network, samples.images, options.at("predictions").get<bool>());
    const auto found = runByOpenCv(place, ExportedImage, given.input, outputNames(network));
    std::vector<ReaderReport> reports{
        found ? agreement(network, given.outputs, *found, openCvReaderName())
              : ReaderReport{.reader = openCvReaderName(), .why = found.error().found}};
    if (hasOnnxRuntime())
        reports.push_back(readByOnnxRuntime(network, place, given));
    return reports;
}

Expected<OpenedNetwork> openOnnx(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(stream), {}};
    onnx::ModelProto model;
    if (!model.ParseFromString(bytes))
        return failure({"export.damaged", file.string(), "a damaged file", "a model of ONNX", ""});
    Json facts = Json::object();
    for (const onnx::StringStringEntryProto& entry : model.metadata_props())
        facts[entry.key()] = entry.key() == "name" ? Json(entry.value())
                                                   : Json::parse(entry.value(), nullptr, false);
    auto network = networkFromFacts(file, facts);
    if (!network)
        return network;
    network->runner = hasOnnxRuntime() ? onnxRuntimeName() : openCvReaderName();
    auto run = hasOnnxRuntime() ? openByOnnxRuntime(bytes, ExportedImage, network->outputs)
                                : openByOpenCv(bytes, ExportedImage, network->outputs);
    if (!run) {
        run.error().path = file.string();
        run.error().hint = "the same network as safetensors or TorchScript may run here";
        return failure(std::move(run.error()));
    }
    network->run = std::move(*run);
    return network;
}

/// The first field of a model, its version.
bool isOnnx(std::string_view head) {
    return head.starts_with('\x08');
}

} // namespace

Expected<std::string> onnxBytes(const CollapsedNetwork& network, const Json& options) {
    const Json all = completeOptions(onnxExport().info, options);
    if (4 * network.parameters() > mostBytes)
        return failure({"export.size", "", std::to_string(network.parameters()) + " parameters",
                        "at most 1 GiB of them, as ONNX has them in one file", ""});
    const int opset = all.at("opset").get<int>();
    const bool predicts = all.at("predictions").get<bool>();
    onnx::ModelProto model;
    model.set_ir_version(opset < 15 ? 7 : 8); // of the release of ONNX that brought the opset
    model.set_producer_name("Concertina");
    model.set_producer_version(programVersion());
    onnx::OperatorSetIdProto& set = *model.add_opset_import();
    set.set_domain("");
    set.set_version(opset);
    model.mutable_graph()->set_name(network.name);
    const auto weights = all.at("weights").get<std::string>();
    writeOnnxGraph(network, {opset, predicts, weightType(weights)}, *model.mutable_graph());
    addFacts(network, predicts, model);
    addFact("weights", weights, model);
    std::string bytes;
    if (!model.SerializeToString(&bytes))
        return failure({"export.size", "", "more than ONNX has in one file", "", ""});
    return bytes;
}

const ExportEntry& onnxExport() {
    static const ExportEntry entry{
        {{.id = "onnx",
          .label = "ONNX",
          .help = "One file for ONNX Runtime, OpenCV, TensorRT and others: an output a task, any "
                  "number of images at once. It computes in float32, and with weights of int8 in "
                  "whole numbers where the reader can. What inputs and outputs mean stands in its "
                  "metadata.",
          .source = "https://onnx.ai, by libonnx's own classes",
          .options = onnxOptions()},
         ".onnx"},
        writeOnnx,
        readOnnx,
        isOnnx,
        openOnnx};
    return entry;
}

} // namespace concertina
