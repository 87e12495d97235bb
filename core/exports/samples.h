// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"
#include "core/values/spec.h"

#include <torch/types.h>

#include <string>

namespace concertina {

struct RunData;

struct ExportSamples {
    torch::Tensor images; ///< [N, 3, H, W] as the network takes them
    std::string text;     ///< "4 images of the split "val""
};

/// What `calibrationImages` gives, of data that is open. No images where the split has none that
/// can be read.
Expected<ExportSamples> trainingImages(const RunData& data, const ExperimentSpec& spec, int count);

/// Made images [count, 3, height, width], the same at every call.
ExportSamples madeSamples(int count, int height, int width);

} // namespace concertina
