// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <torch/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace concertina {

/// "OpenCV 4.6.0 (cv::dnn)", as it is at run time.
std::string openCvReaderName();

/// What OpenCV makes of a file of ONNX: the outputs of these names for images [N, 3, H, W], which
/// go in one by one as `input`. Problem "reader.opencv": it cannot read or run the file, and why.
Expected<std::vector<torch::Tensor>> runByOpenCv(const std::filesystem::path& file,
                                                 const std::string& input,
                                                 const torch::Tensor& images,
                                                 const std::vector<std::string>& outputs);

} // namespace concertina
