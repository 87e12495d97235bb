// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/environment.h"

#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "core/values/field.h"
#include "core/values/text.h"
#include "core/values/version.h"

#include <sys/utsname.h>

#include <fstream>
#include <new>
#include <thread>

namespace concertina {

namespace {

std::string processorName() {
    std::ifstream stream("/proc/cpuinfo");
    for (std::string line; std::getline(stream, line);)
        if (line.starts_with("model name"))
            return std::string(trimmed(std::string_view(line).substr(line.find(':') + 1)));
    return "unknown";
}

} // namespace

Json environment(int threads) {
    utsname system{};
    uname(&system);
    const auto cores = static_cast<int>(std::thread::hardware_concurrency());
    return {{"concertina", programVersion()},
            {"libtorch", libtorchVersion()},
            {"blas", blasName()},
            {"processor", processorName()},
            {"cores", cores},
            {"threads", threads > 0 ? threads : cores},
            {"host", system.nodename},
            {"system", std::string(system.sysname) + " " + system.release}};
}

std::vector<std::string> environmentDifferences(const Json& before, const Json& now) {
    std::vector<std::string> names;
    for (const char* key : {"concertina", "libtorch", "blas", "processor", "threads"})
        if (before.value(key, Json()) != now.value(key, Json()))
            names.push_back(std::string(key) + " (" + valueText(before.value(key, Json())) + " → "
                            + valueText(now.value(key, Json())) + ")");
    return names;
}

std::optional<Problem> checkMachine(const TrainSpec& train) {
    if (train.device == "cuda" && !hasCuda())
        return Problem{"train.device", "train.device", "cuda", "a device that is there",
                       "this LibTorch has no CUDA, or there is no GPU; use cpu"};
    if (train.precision == "bfloat16" && train.device == "cpu" && !hasBfloat16())
        return Problem{"train.precision", "train.precision", "bfloat16", "float32",
                       "this processor lacks the instructions (AVX-512 BF16), and would be slower"};
    return std::nullopt;
}

Problem refusedBy(const std::exception& error) {
    const auto* torch = dynamic_cast<const c10::Error*>(&error);
    const std::string text =
        shortened(torch != nullptr ? torch->what_without_backtrace() : error.what(), 200);
    const bool full = dynamic_cast<const std::bad_alloc*>(&error) != nullptr
                      || text.find("out of memory") != std::string::npos
                      || text.find("can't allocate memory") != std::string::npos;
    return full ? Problem{"train.memory", "train.batch", "no room in memory (" + text + ")",
                          "a step that fits",
                          "a smaller train.batch or data.height × data.width needs less"}
                : Problem{"train.libtorch", "train", text, "a step that can be computed",
                          "this should not happen: the spec and these words help to mend it"};
}

std::string environmentWarning() {
    if (hasFastBlas())
        return "";
    return "Matrix products run on the reference BLAS, some twenty times slower than OpenBLAS; "
           "install libopenblas0-openmp (Debian) to train at full speed.";
}

} // namespace concertina
