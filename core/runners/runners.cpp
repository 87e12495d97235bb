// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runners/runner.h"

#include <array>

namespace concertina {

const RunnerEntry& executorRunner();
const RunnerEntry& torchscriptRunner();
const RunnerEntry& frozenRunner();
const RunnerEntry& opencvRunner();

std::span<const RunnerEntry* const> runners() {
    static const std::array all{&executorRunner(), &torchscriptRunner(), &frozenRunner(),
                                &opencvRunner()};
    return all;
}

} // namespace concertina
