// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapsed_network.h"
#include "core/exports/export.h"
#include "core/exports/inputs_outputs.h"
#include "core/exports/texts.h"
#include "core/tensor/tensor_file.h"

#include <array>

namespace concertina {

const ExportEntry& onnxExport();

namespace {

constexpr const char* networkName = "network.onnx";

/// Of ONNX, with those that the example counts on.
Json onnxOptions(const Json& options) {
    Json all = completeOptions(onnxExport().info, options);
    all["predictions"] = true;
    return all;
}

/// "network.json": what the example needs of the facts, in lists that OpenCV reads.
std::string factsText(const CollapsedNetwork& network) {
    Json outputs = Json::array();
    const std::vector<std::string> names = outputNames(network);
    for (std::size_t t = 0; t < names.size(); ++t) {
        const TargetInfo& target = network.targets[t];
        Json meanings = Json::array();
        for (const ClassInfo& info : target.classes)
            meanings.push_back(info.name);
        outputs.push_back({{"name", names[t]},
                           {"kind", target.kind->id()},
                           {"names", std::move(meanings)},
                           {"values", target.kind->outputText()}});
    }
    return jsonText({{"name", network.name},
                     {"input",
                      {{"name", ExportedImage},
                       {"channels", "RGB"},
                       {"height", network.height},
                       {"width", network.width},
                       {"range", {0, 255}}}},
                     {"outputs", std::move(outputs)},
                     {"made_from", toJson(network.origin)}},
                    2)
           + "\n";
}

Expected<WrittenNetwork> writeExample(const CollapsedNetwork& network,
                                      const std::filesystem::path& place, const Json& options) {
    auto written = onnxExport().write(network, place / networkName, onnxOptions(options));
    if (!written)
        return written;
    const auto add = [&, to = &*written](const char* name,
                                         std::string_view text) -> Expected<void> {
        const auto file = place / name;
        to->files.push_back(file.string());
        to->bytes += std::ssize(text);
        return writeFileAtomically(file, std::array{text});
    };
    constexpr std::array names{// as the texts are ordered
                               "CMakeLists.txt", "predict.cpp", "README.md"};
    for (std::size_t i = 0; i < names.size(); ++i)
        if (auto added = add(names[i], exportTexts()[i].text); !added)
            return failure(added.error());
    if (auto added = add("network.json", factsText(network)); !added)
        return failure(added.error());
    written->place = place.string();
    written->sha256.clear();
    return written;
}

std::vector<ReaderReport> readExample(const CollapsedNetwork& network,
                                      const std::filesystem::path& place, const Json& options,
                                      const ExportSamples& samples) {
    return onnxExport().read(network, place / networkName, onnxOptions(options), samples);
}

} // namespace

const ExportEntry& cppExport() {
    static const ExportEntry entry{
        {{.id = "cpp",
          .label = "C++ example",
          .help = "A folder with the network as ONNX, with its predictions, a program in C++ that "
                  "runs it on pictures with OpenCV alone, and a page that says how to build it, "
                  "and how Python does the same.",
          .source = "https://docs.opencv.org, cv::dnn",
          .options = {}},
         ""},
        writeExample,
        readExample};
    return entry;
}

} // namespace concertina
