// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/blas_core.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "tests/bench/bench.h"

#include <array>

namespace concertina::bench {

namespace {

// The largest product of the factors of SegNet at full width: U · (M · V) of 512 channels.
constexpr std::int64_t rows = 512, inner = 512, columns = 4608;

double billions(double seconds) {
    return 2.0 * rows * inner * columns / seconds / 1e9;
}

double medianSeconds(const std::function<void()>& work) {
    constexpr int times = 15;
    work(); // not counted
    std::vector<double> all;
    for (int i = 0; i < times; ++i)
        all.push_back(seconds(work));
    return median(std::move(all));
}

/// Products by the BLAS beside convolutions by oneDNN with as much to multiply, with as many threads
/// as compute. What composes a kernel is products, what a plain network does is convolutions: where
/// the one is a fraction of the other, an expanded network pays for the library.
std::vector<Figure> productRate() {
    const torch::NoGradGuard noGradients;
    const auto a = torch::rand({rows, inner}), b = torch::rand({inner, columns});
    const auto image = b.view({1, inner, 48, columns / 48});
    const auto kernel = a.view({rows, inner, 1, 1}), bias = torch::zeros({rows});
    const auto back = torch::rand({rows, columns});
    const double product = billions(medianSeconds([&] { torch::mm(a, b); }));
    const double gradients = billions(medianSeconds([&] {
                                 torch::mm(back, b.t());
                                 torch::mm(a.t(), back);
                             })
                                      / 2);
    const double convolution =
        billions(medianSeconds([&] { convolve(image, kernel, bias, 1, 0, 1, 1); }));
    const std::string name = std::to_string(rows) + "x" + std::to_string(inner) + "x"
                             + std::to_string(columns);
    const std::string core = blasCore().empty() ? "" : ", kernels for " + blasCore();
    return {{"product " + name + core, product, "GFLOP/s", ""},
            {"its gradients" + core, gradients, "GFLOP/s", ""},
            {"the same as a 1x1 convolution", convolution, "GFLOP/s", ""},
            {"product / convolution", product / convolution, "ratio", ">=0.80"}};
}

} // namespace

std::span<const Bench> productBenches() {
    static const std::array all{
        Bench{"products", "matrix products in GFLOP/s, beside convolutions", productRate}};
    return all;
}

} // namespace concertina::bench
