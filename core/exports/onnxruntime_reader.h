// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

namespace concertina {

/// Whether Concertina was built with ONNX Runtime, which Debian has from 13 on.
bool hasOnnxRuntime();

/// "ONNX Runtime 1.21.0", as it is at run time; without a version where there is none.
std::string onnxRuntimeName();

/// A model of ONNX that ONNX Runtime has made ready, on the processor with `computeThreads(0)`
/// threads: `run(images)` gives the outputs of these names for images of any number, as float32.
/// Problem "reader.onnxruntime": it is not there, or can't read or run the model, and why.
using OnnxRuntimeNetwork =
    std::function<Expected<std::vector<torch::Tensor>>(const torch::Tensor& images)>;
Expected<OnnxRuntimeNetwork> openByOnnxRuntime(const std::string& bytes, const std::string& input,
                                               const std::vector<std::string>& outputs);

} // namespace concertina
