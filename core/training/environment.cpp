// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/environment.h"

#include "core/tensor/blas_core.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_error.h"
#include "core/tensor/torch_version.h"
#include "core/values/field.h"
#include "core/values/processors.h"
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

/// The BLAS without the kernels that it chose.
std::string withoutCore(const std::string& blas, const std::string& core) {
    const auto at = core.empty() ? std::string::npos : blas.find(" " + core);
    return at == std::string::npos ? blas : blas.substr(0, at) + blas.substr(at + 1 + core.size());
}

} // namespace

Json environment(int threads) {
    utsname system{};
    uname(&system);
    const Allowance computing = computeThreads(threads);
    return {{"concertina", programVersion()},
            {"libtorch", libtorchVersion()},
            {"blas", blasName()},
            {"blas_core", blasCore()},
            {"processor", processorName()},
            {"cores", static_cast<int>(std::thread::hardware_concurrency())},
            {"processors", permittedProcessors().count},
            {"threads", computing.count},
            {"threads_by", computing.by},
            {"host", system.nodename},
            {"system", std::string(system.sysname) + " " + system.release}};
}

std::string recordedCore(const Json& environment) {
    const Json blas = environment.is_object() ? environment.value("blas", Json()) : Json();
    return blas.is_string() ? blasCoreIn(blas.get<std::string>()) : std::string();
}

std::vector<std::string> environmentDifferences(const Json& before, const Json& now) {
    std::vector<std::string> names;
    const auto report = [&](const std::string& name, const Json& was, const Json& is) {
        names.push_back(name + " (" + valueText(was) + " → " + valueText(is) + ")");
    };
    for (const std::string key : {"concertina", "libtorch", "blas", "processor", "threads"}) {
        const Json was = before.value(key, Json()), is = now.value(key, Json());
        if (was == is)
            continue;
        const std::string core = recordedCore(before), newCore = recordedCore(now);
        if (key == "blas" && !core.empty() && !newCore.empty()
            && withoutCore(was, core) == withoutCore(is, newCore))
            report("OpenBLAS's kernels", core, newCore);
        else
            report(key, was, is);
    }
    return names;
}

std::optional<Problem> checkMachine(const TrainSpec& train) {
    if (train.device == Device::Cuda && !hasCuda())
        return Problem{"train.device", "train.device", "cuda", "a device that is there",
                       "this LibTorch has no CUDA, or there is no GPU; use cpu"};
    if (train.precision == Precision::Bfloat16 && train.device == Device::Cpu && !hasBfloat16())
        return Problem{"train.precision", "train.precision", "bfloat16", "float32",
                       "this processor lacks the instructions (AVX-512 BF16), and would be slower"};
    return std::nullopt;
}

Problem refusedBy(const std::exception& error) {
    const std::string text = reasonOf(error);
    const bool full = dynamic_cast<const std::bad_alloc*>(&error) != nullptr
                      || text.find("out of memory") != std::string::npos
                      || text.find("can't allocate memory") != std::string::npos;
    return full ? Problem{"train.memory", "train.batch", "no room in memory (" + text + ")",
                          "a step that fits",
                          "a smaller train.batch or data.height × data.width needs less"}
                : Problem{"train.libtorch", "train", text, "a step that can be computed",
                          "this should not happen: the spec and these words help to mend it"};
}

std::vector<NoticeEvent> environmentNotices() {
    if (!hasFastBlas())
        return {{{}, NoticeLevel::Warning, "environment.blas",
                 "Matrix products run on the reference BLAS, some twenty times slower than "
                 "OpenBLAS; install libopenblas0-openmp (Debian) to train at full speed."}};
    const std::string core = blasCore(), better = processorCore();
    const CoreChange& change = coreChange();
    if (isCoreBelow(core, better))
        return {{{}, NoticeLevel::Warning, "environment.blas_core",
                 "OpenBLAS multiplies by its kernels for " + core
                     + ", below what this processor has (" + better
                     + "): matrix products take several times as long. "
                     + (change.refused.empty()
                            ? "CONCERTINA_KEEP_CORETYPE keeps them."
                            : "Those for " + change.refused
                                  + " failed a check of their products, so they stay.")}};
    if (!change.before.empty())
        return {{{}, NoticeLevel::Info, "environment.blas_core",
                 (change.bySetting
                      ? "OPENBLAS_CORETYPE was set to " + change.before
                            + ", below what this processor has"
                      : "OpenBLAS takes this processor for " + change.before
                            + ", below what it has")
                     + ": Concertina started again with OPENBLAS_CORETYPE="
                     + core + " (CONCERTINA_KEEP_CORETYPE=1 keeps it as it was)."}};
    return {};
}

} // namespace concertina
