// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/torch_version.h"

#include "core/tensor/depthwise.h"
#include "core/tensor/torch.h"
#include "core/values/processors.h"

#include <ATen/Parallel.h>
#include <torch/cuda.h>
#include <torch/version.h>

#include <dlfcn.h>

#include <limits>
#include <vector>

namespace concertina {

namespace {

/// Debian 13's LibTorch convolves with a oneDNN 3.7 whose kernels for AVX, AVX2 and AVX-512 are
/// wrong, silently or with NaN, for many shapes: of random convolutions compared with float64,
/// forwards and backwards, half where a channel count is no multiple of 16, and a sixth of those
/// with stride 2. None of a thousand was with stride 1 and multiples of 16, whatever kernel,
/// dilation, size and instructions. (With ONEDNN_MAX_CPU_ISA=SSE41 all are right, at four times the
/// time.) An official LibTorch holds a oneDNN of its own, which is not found here.
bool isOneDnnWrong() {
    using Version = const int* (*)(); // dnnl_version_t begins with major and minor
    static const bool wrong = [] {
        auto* version = reinterpret_cast<Version>(dlsym(RTLD_DEFAULT, "dnnl_version"));
        return version != nullptr && version()[0] == 3;
    }();
    return wrong;
}

/// Whether our depthwise loops gain on a oneDNN that is right. It orders the channels of contiguous
/// images anew, which on large planes costs more than it gains: forward and back ours take 0.55
/// (112 × 112) to 0.8 (28 × 28, 56 × 56 by two) of its time, at 14 × 14 1.5 times as long.
bool isWorthALoop(const torch::Tensor& x, std::int64_t stride) {
    constexpr std::int64_t leastPlane = 500; // pixels of the output
    return x.size(2) * x.size(3) >= leastPlane * stride * stride;
}

constexpr std::int64_t channelBlock = 16;

/// How many channels are missing to whole blocks.
std::int64_t missing(std::int64_t channels) {
    return (channelBlock - channels % channelBlock) % channelBlock;
}

/// With channels of zeros up to whole blocks.
torch::Tensor convolvedInBlocks(const torch::Tensor& x, const torch::Tensor& kernel,
                                const torch::Tensor& bias, std::int64_t padding,
                                std::int64_t dilation) {
    const std::int64_t in = missing(kernel.size(1)), out = missing(kernel.size(0));
    if (in == 0 && out == 0)
        return torch::conv2d(x, kernel, bias, 1, padding, dilation);
    const auto y = torch::conv2d(
        in == 0 ? x : torch::constant_pad_nd(x, {0, 0, 0, 0, 0, in}),
        torch::constant_pad_nd(kernel, {0, 0, 0, 0, 0, in, 0, out}),
        out == 0 ? bias : torch::constant_pad_nd(bias, {0, out}), 1, padding, dilation);
    return out == 0 ? y : y.narrow(1, 0, kernel.size(0)).contiguous();
}

/// Any stride is the same with stride 1 and fewer of its values; groups stand beside each other.
torch::Tensor convolvedSafely(const torch::Tensor& x, const torch::Tensor& kernel,
                              const torch::Tensor& bias, std::int64_t stride, std::int64_t padding,
                              std::int64_t dilation, std::int64_t groups) {
    if (groups > 1 && groups == x.size(1)) { // a convolution a channel would take a hundred times
        const auto single = [](const torch::Tensor& of) {
            return of.to(torch::kFloat32).contiguous();
        };
        const auto values = single(x), own = single(kernel), shift = single(bias);
        if (canConvolveDepthwise(values, own, shift, stride, padding, dilation, groups))
            return convolveDepthwise(values, own, shift, stride, padding, dilation).to(x.dtype());
    }
    torch::Tensor y;
    if (groups == 1) {
        y = convolvedInBlocks(x, kernel, bias, padding, dilation);
    } else {
        const auto xs = x.chunk(groups, 1);
        const auto kernels = kernel.chunk(groups), biases = bias.chunk(groups);
        std::vector<torch::Tensor> parts;
        for (std::size_t g = 0; g < xs.size(); ++g)
            parts.push_back(convolvedInBlocks(xs[g], kernels[g], biases[g], padding, dilation));
        y = torch::cat(parts, 1);
    }
    const auto all = std::numeric_limits<std::int64_t>::max();
    return stride == 1 ? y
                       : y.slice(2, 0, all, stride).slice(3, 0, all, stride).contiguous();
}

} // namespace

torch::Tensor convolve(const torch::Tensor& x, const torch::Tensor& kernel,
                       const torch::Tensor& bias, std::int64_t stride, std::int64_t padding,
                       std::int64_t dilation, std::int64_t groups) {
    if ((isOneDnnWrong() || isWorthALoop(x, stride))
        && canConvolveDepthwise(x, kernel, bias, stride, padding, dilation, groups))
        return convolveDepthwise(x, kernel, bias, stride, padding, dilation);
    if (!isOneDnnWrong() || !x.is_cpu() || x.scalar_type() == torch::kFloat64)
        return torch::conv2d(x, kernel, bias, stride, padding, dilation, groups);
    return convolvedSafely(x, kernel, bias, stride, padding, dilation, groups);
}

bool hasRightConvolutions() {
    return !isOneDnnWrong();
}

std::string libtorchVersion() {
    return TORCH_VERSION;
}

int setComputeThreads(int threads) {
    threads = computeThreads(threads).count;
    at::set_num_threads(threads);
    // OpenBLAS with threads of its own has its own number of them; with OpenMP's it has been set.
    using Parallel = int (*)();
    using SetThreads = void (*)(int);
    auto* parallel = reinterpret_cast<Parallel>(dlsym(RTLD_DEFAULT, "openblas_get_parallel"));
    auto* set = reinterpret_cast<SetThreads>(dlsym(RTLD_DEFAULT, "openblas_set_num_threads"));
    if (parallel != nullptr && set != nullptr && parallel() == 1)
        set(threads);
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

bool hasBfloat16() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512bf16") != 0;
#else
    return false;
#endif
}

bool hasCuda() {
    return torch::cuda::is_available();
}

} // namespace concertina
