// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runners/runner.h"

#include "core/exports/onnxruntime_reader.h"

#include <array>

namespace concertina {

const RunnerEntry& executorRunner();
const RunnerEntry& torchscriptRunner();
const RunnerEntry& frozenRunner();
const RunnerEntry& opencvRunner();
const RunnerEntry& onnxRuntimeRunner();

std::span<const RunnerEntry* const> runners() {
    static const std::array all{&executorRunner(), &torchscriptRunner(), &frozenRunner(),
                                &opencvRunner(), &onnxRuntimeRunner()};
    return std::span(all).first(hasOnnxRuntime() ? all.size() : all.size() - 1);
}

} // namespace concertina
