// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/values/json.h"
#include "core/values/problem.h"
#include "core/values/spec.h"

#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace concertina {

/// A network that was written in one of the exports, as one that answers.
struct OpenedNetwork {
    std::string name;
    int height = 0; ///< of the images that it was trained for
    int width = 0;
    InputNormalization normalization = InputNormalization::ImageNet;
    bool predicts = false;            ///< its images are RGB from 0 to 255, its outputs predictions
    std::vector<TargetInfo> targets;  ///< what each output predicts
    std::vector<std::string> outputs; ///< their names
    std::string runner;               ///< what runs it: "OpenCV 4.6.0 (cv::dnn)"
    /// Outputs for images [N, 3, height, width]; problems of what runs it.
    std::function<Expected<std::vector<torch::Tensor>>(const torch::Tensor& images)> run{};
};

/// Opens a file that `networkWriter` wrote, whatever its format, and runs an empty image through.
/// Problems: "file.read"; "export.unknown", no file of ours; those of its format.
Expected<OpenedNetwork> openNetwork(const std::filesystem::path& file);

/// A network that answers nothing yet, from what `networkFacts` said. Problem "export.facts".
Expected<OpenedNetwork> networkFromFacts(const std::filesystem::path& file, const Json& facts);

} // namespace concertina
