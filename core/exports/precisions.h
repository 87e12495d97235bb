// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"
#include "core/values/precision_report.h"
#include "core/values/problem.h"
#include "core/values/report.h"
#include "core/values/spec.h"

#include <filesystem>
#include <stop_token>
#include <vector>

namespace concertina {

struct PrecisionsRequest {
    std::filesystem::path checkpoint;
    ExperimentSpec spec;           ///< of the run, with the dataset's place
    Json options = Json::object(); ///< of int8, as exports take them
    bool layers = true;            ///< what each layer loses in 8 bits is measured
};

/// The options of int8.
std::vector<FieldInfo> precisionFields();

/// The metrics of a checkpoint's collapsed network over the validation split, with its weights in
/// each type that exports store them in: float32, float16, bfloat16, int8 as Concertina rounds it
/// and, where it is there, as ONNX Runtime computes it. Problems of `prepare`, `openRunData`,
/// `quantize`, `evaluate` and `openByOnnxRuntime`; "stopped".
Expected<PrecisionsReport> precisions(const PrecisionsRequest& request, const Progress& progress,
                                      const std::stop_token& stop);

} // namespace concertina
