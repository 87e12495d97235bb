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

#if TORCH_VERSION_MAJOR >= 2
/// Debian 13's oneDNN (3.7) convolves to NaN with its AVX-512 kernels: a small SegNet in plain
/// PyTorch met one within six steps in 11 trials of 12 there, in none with AVX2, and in none with
/// the oneDNN 2.6 of Debian 12. Set before main(), while there is one thread; oneDNN reads it at
/// its first use. What the user has set stands.
[[maybe_unused]] const int kernelsAreLimited = setenv("ONEDNN_MAX_CPU_ISA", "AVX2", 0);
#endif

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
