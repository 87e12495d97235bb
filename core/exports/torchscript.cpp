// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/agreement.h"
#include "core/exports/export.h"
#include "core/exports/inputs_outputs.h"
#include "core/exports/samples.h"
#include "core/exports/torchscript_module.h"
#include "core/exports/weights.h"
#include "core/tensor/sha256.h"
#include "core/tensor/tensor_file.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "core/values/text.h"
#include "core/values/version.h"

#include <torch/csrc/jit/runtime/graph_executor.h>
#include <torch/csrc/jit/serialization/import.h>

#include <array>
#include <sstream>

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

/// What a module gives that is loaded from the file. In float64: LibTorch is wrong for some
/// convolutions of float32 on Debian 13.
std::vector<ReaderReport> readTorchScript(const CollapsedNetwork& network,
                                          const std::filesystem::path& place, const Json& options,
                                          const ExportSamples& samples) {
    const torch::NoGradGuard noGrad;
    const torch::jit::GraphOptimizerEnabledGuard asItIs(false); // it runs once
    const auto [input, expected] =
        readerCase(network, samples.images, options.at("predictions").get<bool>());
    const std::string reader = "TorchScript of LibTorch " + libtorchVersion();
    try {
        torch::jit::Module module = torch::jit::load(place.string());
        module.eval();
        module.to(torch::kFloat64);
        const auto outputs = module.forward({input.to(torch::kFloat64)}).toGenericDict();
        std::vector<torch::Tensor> found;
        for (const std::string& name : outputNames(network))
            found.push_back(outputs.at(name).toTensor());
        return {agreement(network, expected, found, reader)};
    } catch (const c10::Error& error) {
        return {{.reader = reader, .why = shortened(error.what_without_backtrace(), 200)}};
    }
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
        readTorchScript};
    return entry;
}

} // namespace concertina
