// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapsed_network.h"
#include "core/exports/export.h"
#include "core/exports/weights.h"

namespace concertina {

const ExportEntry& safetensorsExport() {
    static const ExportEntry entry{
        {{.id = "safetensors",
          .label = "Safetensors",
          .help = "One file of tensors, with the network's program and all that is to be "
                  "known of its inputs and outputs in its header. Concertina verifies it and "
                  "predicts with it; tests/reference/run_collapsed.py runs it in PyTorch.",
          .source = "https://github.com/huggingface/safetensors; the header is own",
          .options = {weightsField()}},
         ".safetensors"},
        [](const CollapsedNetwork& network, const std::filesystem::path& place,
           const Json& options) -> Expected<WrittenNetwork> {
            auto written =
                saveCollapsed(place, network, weightType(options.at("weights").get<std::string>()));
            if (!written)
                return failure(std::move(written.error()));
            return WrittenNetwork{.place = place.string(),
                                  .files = {place.string()},
                                  .bytes = written->bytes,
                                  .sha256 = std::move(written->sha256)};
        }};
    return entry;
}

} // namespace concertina
