// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/depthwise.h"

#include "core/tensor/depthwise_planes.h"
#include "core/tensor/torch.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

namespace concertina {

namespace {

/// Calls `run(channel, own)` for each, some beside each other; `make` makes what a thread needs.
template <class Make, class Run>
void forEachOwnChannel(std::int64_t channels, const Make& make, const Run& run) {
    at::parallel_for(0, channels, 1, [&](std::int64_t from, std::int64_t to) {
        auto own = make();
        for (std::int64_t c = from; c < to; ++c)
            run(c, own);
    });
}

torch::Tensor depthwiseOutput(const torch::Tensor& x, const torch::Tensor& kernel,
                              const torch::Tensor& bias, const PlaneShape& shape) {
    const std::int64_t images = x.size(0), channels = x.size(1);
    torch::Tensor y =
        torch::empty({images, channels, shape.outHeight, shape.outWidth}, x.options());
    const float* from = x.data_ptr<float>();
    const float* kernels = kernel.data_ptr<float>();
    const float* biases = bias.data_ptr<float>();
    float* to = y.data_ptr<float>();
    forEachOwnChannel(
        channels,
        [&] {
            return std::pair{PaddedPlane(shape), PlaneWriter(shape.outHeight, shape.outWidth)};
        },
        [&](std::int64_t c, std::pair<PaddedPlane, PlaneWriter>& own) {
            auto& [plane, writer] = own;
            const Taps taps = plane.taps(kernels + c * shape.taps());
            for (std::int64_t n = 0; n < images; ++n) {
                plane.read(from + (n * channels + c) * shape.inPlane());
                writer.write(to + (n * channels + c) * shape.outPlane(), taps, biases[c]);
            }
        });
    return y;
}

struct DepthwiseGradients {
    torch::Tensor x, kernel; ///< undefined where it was not asked for
};

DepthwiseGradients depthwiseGradients(const torch::Tensor& x, const torch::Tensor& kernel,
                                      const torch::Tensor& dy, const PlaneShape& shape, bool needsX,
                                      bool needsKernel) {
    const std::int64_t images = x.size(0), channels = x.size(1), taps = shape.taps();
    const DepthwiseGradients gradients{needsX ? torch::empty_like(x) : torch::Tensor(),
                                       needsKernel ? torch::empty_like(kernel) : torch::Tensor()};
    const float* from = x.data_ptr<float>();
    const float* kernels = kernel.data_ptr<float>();
    const float* arrived = dy.data_ptr<float>();
    float* dx = needsX ? gradients.x.data_ptr<float>() : nullptr;
    float* dKernels = needsKernel ? gradients.kernel.data_ptr<float>() : nullptr;
    forEachOwnChannel(
        channels,
        [&] {
            return std::pair{PaddedPlane(shape), ArrivedPlane(shape)};
        },
        [&](std::int64_t c, std::pair<PaddedPlane, ArrivedPlane>& own) {
            auto& [plane, back] = own;
            const Taps met = plane.taps(kernels + c * taps);
            back.begin(kernels + c * taps);
            KernelSums sums;
            for (std::int64_t n = 0; n < images; ++n) {
                const std::int64_t at = n * channels + c;
                back.read(arrived + at * shape.outPlane());
                if (dKernels != nullptr) {
                    plane.read(from + at * shape.inPlane());
                    sums.add(met, back.rows());
                }
                if (dx != nullptr)
                    back.passBack(dx + at * shape.inPlane());
            }
            if (dKernels != nullptr)
                sums.finish(dKernels + c * taps, taps);
        });
    return gradients;
}

struct DepthwiseConvolution : torch::autograd::Function<DepthwiseConvolution> {
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                                 const torch::Tensor& kernel, const torch::Tensor& bias,
                                 std::int64_t stride, std::int64_t padding, std::int64_t dilation) {
        context->save_for_backward({x, kernel});
        context->saved_data["stride"] = stride;
        context->saved_data["padding"] = padding;
        context->saved_data["dilation"] = dilation;
        context->saved_data["needs_x"] = x.requires_grad();
        context->saved_data["needs_kernel"] = kernel.requires_grad();
        context->saved_data["needs_bias"] = bias.requires_grad();
        return depthwiseOutput(x, kernel, bias, {x, kernel.size(2), stride, padding, dilation});
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::tensor_list& arrived) {
        TORCH_CHECK(!torch::GradMode::is_enabled(), "convolveDepthwise is differentiated once");
        const auto saved = context->get_saved_variables();
        const auto number = [&](const char* what) { return context->saved_data[what].toInt(); };
        const auto needs = [&](const char* what) { return context->saved_data[what].toBool(); };
        const torch::Tensor dy = arrived[0].contiguous();
        const auto [dx, dKernel] = depthwiseGradients(
            saved[0], saved[1], dy,
            {saved[0], saved[1].size(2), number("stride"), number("padding"), number("dilation")},
            needs("needs_x"), needs("needs_kernel"));
        return {dx, dKernel, needs("needs_bias") ? dy.sum({0, 2, 3}) : torch::Tensor(), {}, {}, {}};
    }
};

} // namespace

bool canConvolveDepthwise(const torch::Tensor& x, const torch::Tensor& kernel,
                          const torch::Tensor& bias, std::int64_t stride, std::int64_t padding,
                          std::int64_t dilation, std::int64_t groups) {
    const auto fits = [](const torch::Tensor& tensor) {
        return tensor.device().is_cpu() && tensor.scalar_type() == torch::kFloat32
               && tensor.is_contiguous();
    };
    if (!fits(x) || !fits(kernel) || !fits(bias) || x.dim() != 4 || x.numel() == 0)
        return false;
    const std::int64_t side = kernel.size(2), reach = dilation * (side - 1);
    return groups > 1 && groups == x.size(1) && kernel.size(0) == groups && kernel.size(1) == 1
           && kernel.size(3) == side && side % 2 == 1 && side <= widestKernel && stride > 0
           && x.size(2) + 2 * padding > reach && x.size(3) + 2 * padding > reach;
}

torch::Tensor convolveDepthwise(const torch::Tensor& x, const torch::Tensor& kernel,
                                const torch::Tensor& bias, std::int64_t stride,
                                std::int64_t padding, std::int64_t dilation) {
    return DepthwiseConvolution::apply(x, kernel, bias, stride, padding, dilation);
}

} // namespace concertina
