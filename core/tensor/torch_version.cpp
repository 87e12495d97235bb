// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/torch_version.h"

#include <torch/torch.h>
#include <torch/version.h>

#include <dlfcn.h>

#include <algorithm>
#include <thread>

namespace concertina {

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
