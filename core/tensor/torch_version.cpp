// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/torch_version.h"

#include "core/tensor/torch.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>
#include <thread>

namespace concertina {

std::string libtorchVersion() {
    return TORCH_VERSION;
}

/// Debian 13's oneDNN (3.7) answers with NaN now and then from its AVX-512 kernels: rooms-demo failed
/// within three steps in five runs of six, and in none of five with AVX2. Read by oneDNN at its first
/// use; a value that the user has set stands.
static void limitKernels() {
#if TORCH_VERSION_MAJOR >= 2
    static std::once_flag once;
    std::call_once(once, [] { setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 0); });
#endif
}

int setComputeThreads(int threads) {
    if (threads <= 0)
        threads = std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    at::set_num_threads(threads);
    limitKernels();
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
