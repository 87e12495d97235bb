// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/torch_version.h"

#include "core/tensor/torch.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <thread>

namespace concertina {

namespace {

/// Debian 13's LibTorch convolves with a oneDNN 3 whose kernels for AVX, AVX2 and AVX-512 are
/// wrong, silently or with NaN, where a channel count is no multiple of their block: of 400 random
/// convolutions, compared with float64 in plain PyTorch, every one was right with SSE4.1 alone, at
/// twice to three times the time, and with the oneDNN 2.6 of Debian 12. Run before main(), while
/// there is one thread; oneDNN looks at its first use. What the user has set stands. An official
/// LibTorch holds a oneDNN of its own, which this does not see.
bool limitOneDnn() {
    using Version = const int* (*)(); // dnnl_version_t begins with major and minor
    auto* version = reinterpret_cast<Version>(dlsym(RTLD_DEFAULT, "dnnl_version"));
    return version && version()[0] == 3 && setenv("ONEDNN_MAX_CPU_ISA", "SSE41", 0) == 0;
}

[[maybe_unused]] const bool oneDnnIsLimited = limitOneDnn();

} // namespace

std::string libtorchVersion() {
    return TORCH_VERSION;
}

int setComputeThreads(int threads) {
    if (threads <= 0)
        threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    at::set_num_threads(threads);
    return threads;
}

std::string blasName() {
    // Debian's libtorch is linked to libblas.so.3, behind which any BLAS may stand.
    using Config = const char* (*)();
    if (auto* config = reinterpret_cast<Config>(dlsym(RTLD_DEFAULT, "openblas_get_config")))
        return config();
    if (at::hasMKL())
        return "MKL";
    return "reference";
}

bool hasFastBlas() {
    return blasName() != "reference";
}

bool hasCuda() {
    return torch::cuda::is_available();
}

} // namespace concertina
