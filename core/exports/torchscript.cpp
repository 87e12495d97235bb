// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/agreement.h"
#include "core/exports/export.h"
#include "core/exports/inputs_outputs.h"
#include "core/exports/opened_network.h"
#include "core/exports/samples.h"
#include "core/exports/torchscript_module.h"
#include "core/exports/weights.h"
#include "core/tensor/sha256.h"
#include "core/tensor/tensor_file.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_error.h"
#include "core/tensor/torch_version.h"
#include "core/values/text.h"
#include "core/values/version.h"

#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <array>
#include <exception>
#include <sstream>
#include <utility>

namespace concertina {

namespace {

/// What the file holds beside the module, for those who want to know what goes in and comes out.
constexpr const char* factsName = "concertina.json";

Expected<WrittenNetwork> writeTorchScript(const CollapsedNetwork& network,
                                          const std::filesystem::path& place, const Json& options) {
    const bool predicts = options.at("predictions").get<bool>();
    Json facts = {{"producer", "Concertina " + std::string(programVersion())}};
    for (const auto& [key, value] : networkFacts(network, predicts)) {
        Json read = Json::parse(value, nullptr, false);
        facts[key] = read.is_discarded() || key == "name" ? Json(value) : std::move(read);
    }
    std::ostringstream stream;
    torchScriptOf(network, {predicts, weightType(options.at("weights").get<std::string>())})
        .save(stream, {{factsName, jsonText(facts)}});
    const std::string bytes = std::move(stream).str();
    if (const auto written = writeFileAtomically(place, std::array{std::string_view(bytes)});
        !written)
        return failure(written.error());
    Sha256 sum;
    sum.add(bytes);
    return WrittenNetwork{.place = place.string(),
                          .files = {place.string()},
                          .bytes = std::ssize(bytes),
                          .sha256 = sum.finish()};
}

/// In what a module is run here: LibTorch is wrong for some convolutions of float32 on Debian 13.
torch::ScalarType rightType() {
    return hasRightConvolutions() ? torch::kFloat32 : torch::kFloat64;
}

std::string runnerName() {
    return "TorchScript of LibTorch " + libtorchVersion();
}

/// The outputs of a module for images, in an order of names.
Expected<std::vector<torch::Tensor>> outputsOfModule(torch::jit::Module& module,
                                                     const torch::Tensor& images,
                                                     const std::vector<std::string>& names) {
    const torch::NoGradGuard noGrad;
    try {
        const auto outputs = module.forward({images}).toGenericDict();
        std::vector<torch::Tensor> found;
        for (const std::string& name : names)
            found.push_back(outputs.at(name).toTensor().to(torch::kFloat32));
        return found;
    } catch (const std::exception& error) { // c10's, and the interpreter's own
        return failure(
            {"reader.torchscript", "", reasonOf(error), "a module that returns its outputs", ""});
    }
}

/// A module and its facts; problem "reader.torchscript".
Expected<std::pair<torch::jit::Module, std::string>> loaded(const std::filesystem::path& file) {
    torch::jit::ExtraFilesMap facts{{factsName, ""}};
    try {
        torch::jit::Module module = torch::jit::load(file.string(), torch::kCPU, facts);
        module.eval();
        module.to(rightType());
        return std::pair(std::move(module), std::move(facts[factsName]));
    } catch (const std::exception& error) {
        return failure({"reader.torchscript", file.string(), reasonOf(error),
                        "a file as torch.jit.load reads it", ""});
    }
}

/// What a module gives that is loaded from the file.
std::vector<ReaderReport> readTorchScript(const CollapsedNetwork& network,
                                          const std::filesystem::path& place, const Json& options,
                                          const ExportSamples& samples) {
    const torch::jit::GraphOptimizerEnabledGuard asItIs(false); // it runs once
    const auto [input, expected] =
        readerCase(network, samples.images, options.at("predictions").get<bool>());
    auto module = loaded(place);
    if (!module)
        return {{.reader = runnerName(), .why = module.error().found}};
    const auto found = outputsOfModule(module->first, input.to(rightType()), outputNames(network));
    if (!found)
        return {{.reader = runnerName(), .why = found.error().found}};
    return {agreement(network, expected, *found, runnerName())};
}

Expected<OpenedNetwork> openTorchScript(const std::filesystem::path& file) {
    auto module = loaded(file);
    if (!module)
        return failure(module.error());
    auto network = networkFromFacts(file, Json::parse(module->second, nullptr, false));
    if (!network)
        return network;
    network->runner = runnerName();
    network->run = [held = std::move(module->first),
                    names = network->outputs](const torch::Tensor& images) mutable {
        return outputsOfModule(held, images.to(rightType()), names);
    };
    return network;
}

bool isZip(std::string_view head) {
    return head.starts_with("PK\x03\x04");
}

} // namespace

const ExportEntry& torchscriptExport() {
    static const ExportEntry entry{
        {{.id = "torchscript",
          .label = "TorchScript",
          .help = "One file that torch.jit.load reads in Python and in C++, without Concertina: "
                  "module(image) returns a dictionary, an output a task, for any number of images. "
                  "It computes in the type of the image. What goes in and comes out stands in its "
                  "extra file concertina.json.",
          .source = "https://pytorch.org/docs/stable/jit.html",
          .options = {weightsField(), predictionsField()}},
         ".pt"},
        writeTorchScript,
        readTorchScript,
        isZip,
        openTorchScript};
    return entry;
}

} // namespace concertina
