// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <torch/types.h>

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace concertina {

/// "OpenCV 4.6.0 (cv::dnn)", as it is at run time.
std::string openCvReaderName();

/// The outputs of a network for images [N, 3, H, W], which go in one by one. Problem
/// "reader.opencv": it cannot run it, and why.
using OpenCvNetwork =
    std::function<Expected<std::vector<torch::Tensor>>(const torch::Tensor& images)>;

/// The bytes of a file of ONNX whose outputs of these names are asked for; images go in as
/// `input`. Problem "reader.opencv", without a path: OpenCV cannot read it, and why.
Expected<OpenCvNetwork> openByOpenCv(const std::string& bytes, const std::string& input,
                                     const std::vector<std::string>& outputs);

/// Both at once, of a file.
Expected<std::vector<torch::Tensor>> runByOpenCv(const std::filesystem::path& file,
                                                 const std::string& input,
                                                 const torch::Tensor& images,
                                                 const std::vector<std::string>& outputs);

} // namespace concertina
