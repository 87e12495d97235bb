// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapsed_network.h"
#include "core/exports/agreement.h"
#include "core/exports/export.h"
#include "core/exports/inputs_outputs.h"
#include "core/exports/opened_network.h"
#include "core/exports/python_reader.h"
#include "core/exports/samples.h"
#include "core/exports/texts.h"
#include "core/exports/weights.h"
#include "core/network/run_program.h"

#include <array>
#include <system_error>

namespace concertina {

namespace {

Expected<WrittenNetwork> writeSafetensors(const CollapsedNetwork& network,
                                          const std::filesystem::path& place, const Json& options) {
    auto written =
        saveCollapsed(place, network, weightType(options.at("weights").get<std::string>()));
    if (!written)
        return failure(std::move(written.error()));
    return WrittenNetwork{.place = place.string(),
                          .files = {place.string()},
                          .bytes = written->bytes,
                          .sha256 = std::move(written->sha256)};
}

/// A file beside another one, which goes with the guard.
class FileBeside {
public:
    FileBeside(const std::filesystem::path& file, const char* ending)
        : path(file.string() + ending) {}
    FileBeside(const FileBeside&) = delete;
    FileBeside& operator=(const FileBeside&) = delete;
    ~FileBeside() {
        std::error_code ignored;
        std::filesystem::remove(path, ignored);
    }

    const std::string path;
};

/// What the script gets that is documented to read such files, with PyTorch.
Expected<std::vector<torch::Tensor>> byScript(const std::filesystem::path& file,
                                              const torch::Tensor& images, std::size_t outputs) {
    const FileBeside input(file, ".images.safetensors"), output(file, ".outputs.safetensors");
    if (const auto written = writeTensorFile(input.path, {.tensors = {{"image", images}}});
        !written)
        return failure(written.error());
    const std::array words{file.string(), input.path, std::string("--out"), output.path};
    if (const auto ran = runPython(exportTexts().back().text, words); !ran)
        return failure(ran.error());
    auto tensors = readTensors(output.path);
    if (!tensors)
        return failure(tensors.error());
    std::vector<torch::Tensor> found;
    for (std::size_t t = 0; t < outputs; ++t)
        found.push_back(std::move((*tensors)[std::to_string(t)]));
    return found;
}

std::vector<ReaderReport> readSafetensors(const CollapsedNetwork& network,
                                          const std::filesystem::path& place,
                                          const Json& /*options*/, const ExportSamples& samples) {
    const std::string reader = "run_collapsed.py (PyTorch)";
    const auto [input, expected] = readerCase(network, samples.images, false);
    const auto found = byScript(place, input.contiguous(), expected.size());
    if (!found)
        return {{.reader = reader, .why = found.error().found}};
    return {agreement(network, expected, *found, reader)};
}

Expected<OpenedNetwork> openSafetensors(const std::filesystem::path& file) {
    auto network = loadCollapsed(file);
    if (!network)
        return failure(network.error());
    OpenedNetwork opened{.name = network->name,
                         .height = network->height,
                         .width = network->width,
                         .normalization = network->normalization,
                         .targets = network->targets,
                         .outputs = outputNames(*network),
                         .runner = "Concertina"};
    opened.run = [held = std::move(*network)](
                     const torch::Tensor& images) -> Expected<std::vector<torch::Tensor>> {
        return held.forward(images, predictionSettings());
    };
    return opened;
}

/// A length, and a header that is an object of JSON.
bool isSafetensors(std::string_view head) {
    constexpr std::size_t lengthSize = 8;
    return head.size() > lengthSize && head[lengthSize] == '{';
}

} // namespace

const ExportEntry& safetensorsExport() {
    static const ExportEntry entry{
        {{.id = "safetensors",
          .label = "Safetensors",
          .help = "One file of tensors, with the network's program and all that is to be "
                  "known of its inputs and outputs in its header. Concertina verifies it and "
                  "predicts with it; run_collapsed.py runs it in PyTorch.",
          .source = "https://github.com/huggingface/safetensors; the header is own",
          .options = {weightsField()}},
         ".safetensors"},
        writeSafetensors,
        readSafetensors,
        isSafetensors,
        openSafetensors};
    return entry;
}

} // namespace concertina
