// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/inputs_outputs.h"
#include "core/exports/onnx_bytes.h"
#include "core/exports/opencv_reader.h"
#include "core/runners/runner.h"

namespace concertina {

const RunnerEntry& opencvRunner() {
    static const RunnerEntry entry{
        .id = "opencv",
        .label = "OpenCV (cv::dnn)",
        .precisions = {Precision::Float32},
        .inBatches = false,
        .open = [](const CollapsedNetwork& network, Precision) -> Expected<NetworkRun> {
            const auto bytes = onnxBytes(network);
            if (!bytes)
                return failure(bytes.error());
            return openByOpenCv(*bytes, ExportedImage, outputNames(network));
        }};
    return entry;
}

} // namespace concertina
