// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/inputs_outputs.h"
#include "core/exports/onnx_bytes.h"
#include "core/exports/onnxruntime_reader.h"
#include "core/runners/runner.h"

namespace concertina {

const RunnerEntry& onnxRuntimeRunner() {
    static const RunnerEntry entry{
        .id = "onnxruntime",
        .label = "ONNX Runtime",
        .precisions = {Precision::Float32},
        .open = [](const CollapsedNetwork& network, Precision) -> Expected<NetworkRun> {
            const auto bytes = onnxBytes(network);
            if (!bytes)
                return failure(bytes.error());
            return openByOnnxRuntime(*bytes, ExportedImage, outputNames(network));
        }};
    return entry;
}

} // namespace concertina
