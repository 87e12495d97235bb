// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/fused_norm.h"

#include "core/tensor/lanes.h"
#include "core/tensor/torch.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace concertina {

namespace {

/// A sum in four parts beside each other: one alone would wait for its last addition.
struct LaneSum {
    Lanes parts[4] = {};

    CONCERTINA_INLINED void moveTo(double& number) {
        const Lanes sum = (parts[0] + parts[1]) + (parts[2] + parts[3]);
        parts[0] = parts[1] = parts[2] = parts[3] = Lanes{};
        number += sumOf(sum);
    }
};

/// Where one channel lies: `planes` of `size` values, each `stride` behind the last.
struct Planes {
    std::int64_t planes = 0, size = 0, stride = 0;

    double count() const { return static_cast<double>(planes * size); }
};

Planes planesOf(const torch::Tensor& x) {
    const std::int64_t size = x.size(2) * x.size(3);
    return {x.size(0), size, x.size(1) * size};
}

/// What a norm does to a channel: (x − mean) · scale + bias. The mean goes first: of two large
/// numbers that are nearly equal it leaves their digits.
struct Affine {
    float mean = 0, scale = 0, bias = 0;
};

/// Where what a norm gives is cut off: 0 and `ceiling`, nowhere, or at 0 alone.
struct Cut {
    bool cuts = false;
    float ceiling = std::numeric_limits<float>::infinity();
};

Cut cutOf(NormEnd end) {
    if (end == NormEnd::Relu6)
        return {.cuts = true, .ceiling = 6};
    return {.cuts = end == NormEnd::Relu};
}

/// `precision`: 1 ÷ (variance + ε).
Affine affineOf(double mean, double precision, float weight, float bias) {
    return {static_cast<float>(mean),
            static_cast<float>(static_cast<double>(weight) * std::sqrt(precision)), bias};
}

/// Calls `step(offset, valid, part)` for each `LaneCount` values of a channel, `valid` fewer at a
/// plane's end, and `pause()` every 4096 values, before sums in float32 lose digits.
template <class Step, class Pause>
CONCERTINA_INLINED inline void walk(const Planes& at, const Step& step, const Pause& pause) {
    for (std::int64_t plane = 0; plane < at.planes; ++plane)
        for (std::int64_t from = 0; from < at.size; from += 4096) {
            std::int64_t i = plane * at.stride + from;
            const std::int64_t to = i + std::min<std::int64_t>(at.size - from, 4096);
            for (; i + 4 * LaneCount <= to; i += 4 * LaneCount) { // written out for registers
                step(i, LaneCount, 0);
                step(i + LaneCount, LaneCount, 1);
                step(i + 2 * LaneCount, LaneCount, 2);
                step(i + 3 * LaneCount, LaneCount, 3);
            }
            for (; i < to; i += LaneCount)
                step(i, std::min(LaneCount, to - i), 0);
            pause();
        }
}

struct Statistics {
    double mean = 0, squares = 0;
};

/// Squares around float32's first mean, which the second pass corrects: of a channel that hardly
/// varies the first alone would make noise.
CONCERTINA_FOR_EACH_PROCESSOR
Statistics statisticsOf(const float* x, Planes at) {
    double sum = 0;
    LaneSum lanes;
    walk(
        at,
        [&](std::int64_t i, std::int64_t valid, int part)
            CONCERTINA_INLINED { lanes.parts[part] += load(x + i, valid); },
        [&]() CONCERTINA_INLINED { lanes.moveTo(sum); });
    const float near = static_cast<float>(sum / at.count());
    double rest = 0;
    double squares = 0;
    LaneSum squareLanes;
    walk(
        at,
        [&](std::int64_t i, std::int64_t valid, int part) CONCERTINA_INLINED {
            Lanes away = load(x + i, valid) - near;
            for (std::int64_t none = valid; none < LaneCount; ++none)
                away[none] = 0;
            lanes.parts[part] += away;
            squareLanes.parts[part] += away * away;
        },
        [&]() CONCERTINA_INLINED {
            lanes.moveTo(rest);
            squareLanes.moveTo(squares);
        });
    const double correction = rest / at.count();
    return {static_cast<double>(near) + correction, std::max(squares - rest * correction, 0.0)};
}

CONCERTINA_FOR_EACH_PROCESSOR
void normalize(const float* x, float* y, Planes at, Affine norm, Cut cut) {
    const Lanes zero{}, ceiling = zero + cut.ceiling;
    walk(
        at,
        [&](std::int64_t i, std::int64_t valid, int) CONCERTINA_INLINED {
            Lanes value = (load(x + i, valid) - norm.mean) * norm.scale + norm.bias;
            if (cut.cuts) { // NaN stays
                value = value < zero ? zero : value;
                value = value > ceiling ? ceiling : value;
            }
            store(y + i, value, valid);
        },
        [] {});
}

/// Of one channel: Σ dz and Σ dz (x − mean), dz being what arrives where the norm was cut off.
struct Gradients {
    double plain = 0, away = 0;
};

/// Writes dx = (dz − Σ dz ÷ n − (x − mean) · Σ dz (x − mean) ÷ n · precision) · scale, with
/// precision 1 ÷ (variance + ε), unless it is null.
CONCERTINA_FOR_EACH_PROCESSOR
Gradients passBack(const float* x, const float* dy, float* dx, Planes at, Affine norm,
                   double precision, Cut cut) {
    const Lanes zero{}, ceiling = zero + cut.ceiling;
    const auto arriving = [&](Lanes away, std::int64_t i, std::int64_t valid) CONCERTINA_INLINED {
        const Lanes dz = load(dy + i, valid);
        if (!cut.cuts)
            return dz;
        // One condition: GCC takes the lanes apart for the second of two.
        const Lanes value = away * norm.scale + norm.bias, room = ceiling - value;
        const Lanes least = value < room ? value : room;
        return least <= zero ? zero : dz;
    };
    Gradients sums;
    LaneSum plain, leaning;
    walk(
        at,
        [&](std::int64_t i, std::int64_t valid, int part) CONCERTINA_INLINED {
            const Lanes away = load(x + i, valid) - norm.mean;
            const Lanes dz = arriving(away, i, valid);
            plain.parts[part] += dz;
            leaning.parts[part] += dz * away;
        },
        [&]() CONCERTINA_INLINED {
            plain.moveTo(sums.plain);
            leaning.moveTo(sums.away);
        });
    if (dx == nullptr)
        return sums;
    const float meanDz = static_cast<float>(sums.plain / at.count());
    const float slope = static_cast<float>(sums.away / at.count() * precision);
    walk(
        at,
        [&](std::int64_t i, std::int64_t valid, int) CONCERTINA_INLINED {
            const Lanes away = load(x + i, valid) - norm.mean;
            const Lanes dz = arriving(away, i, valid);
            store(dx + i, (dz - meanDz - away * slope) * norm.scale, valid);
        },
        [] {});
    return sums;
}

template <class Run>
void forEachChannel(const torch::Tensor& x, const Run& run) {
    const std::int64_t plane = x.size(2) * x.size(3);
    at::parallel_for(0, x.size(1), 1, [&](std::int64_t from, std::int64_t to) {
        for (std::int64_t c = from; c < to; ++c)
            run(c, c * plane);
    });
}

/// Moves a running statistic, if there is one, towards the batch's.
void follow(torch::Tensor running, const torch::Tensor& batch, double momentum) {
    const torch::NoGradGuard noGrad;
    if (running.defined())
        running.mul_(1 - momentum).add_(batch, momentum);
}

struct FusedNorm : torch::autograd::Function<FusedNorm> {
    static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                                 const torch::Tensor& weight, const torch::Tensor& bias,
                                 const NormTensors* norm, double momentum, double epsilon,
                                 NormEnd end) {
        const Planes at = planesOf(x);
        const Cut cut = cutOf(end);
        const torch::Tensor y = torch::empty_like(x);
        const torch::Tensor mean = torch::empty({x.size(1)}, x.options().dtype(torch::kFloat64));
        const torch::Tensor squares = torch::empty_like(mean); // Σ (x − mean)²
        forEachChannel(x, [&, from = x.data_ptr<float>(), to = y.data_ptr<float>(),
                           weights = weight.data_ptr<float>(), biases = bias.data_ptr<float>(),
                           means = mean.data_ptr<double>(),
                           sums = squares.data_ptr<double>()](std::int64_t c, std::int64_t first) {
            const Statistics found = statisticsOf(from + first, at);
            means[c] = found.mean;
            sums[c] = found.squares;
            const double precision = 1 / (found.squares / at.count() + epsilon);
            normalize(from + first, to + first, at,
                      affineOf(found.mean, precision, weights[c], biases[c]), cut);
        });
        follow(norm->runningMean, mean, momentum);
        follow(norm->runningVariance, squares / (at.count() - 1), momentum);
        context->save_for_backward({x, weight, bias, mean, squares});
        context->saved_data["epsilon"] = epsilon;
        context->saved_data["end"] = static_cast<std::int64_t>(end);
        context->saved_data["needed"] = x.requires_grad();
        return y;
    }

    static torch::autograd::tensor_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::tensor_list& arrived) {
        TORCH_CHECK(!torch::GradMode::is_enabled(), "fusedNorm is differentiated once");
        const auto saved = context->get_saved_variables();
        const torch::Tensor& x = saved[0];
        const double epsilon = context->saved_data["epsilon"].toDouble();
        const Cut cut = cutOf(static_cast<NormEnd>(context->saved_data["end"].toInt()));
        const Planes at = planesOf(x);
        const torch::Tensor dy = arrived[0].contiguous();
        const bool needed = context->saved_data["needed"].toBool(); // not behind what is frozen
        const torch::Tensor dx = needed ? torch::empty_like(x) : torch::Tensor();
        const torch::Tensor dWeight = torch::empty_like(saved[1]);
        const torch::Tensor dBias = torch::empty_like(saved[2]);
        forEachChannel(x, [&, from = x.data_ptr<float>(), back = dy.data_ptr<float>(),
                           to = needed ? dx.data_ptr<float>() : nullptr,
                           weights = saved[1].data_ptr<float>(),
                           biases = saved[2].data_ptr<float>(), means = saved[3].data_ptr<double>(),
                           sums = saved[4].data_ptr<double>(), toWeight = dWeight.data_ptr<float>(),
                           toBias = dBias.data_ptr<float>()](std::int64_t c, std::int64_t first) {
            const double precision = 1 / (sums[c] / at.count() + epsilon);
            const Gradients gradients =
                passBack(from + first, back + first, needed ? to + first : nullptr, at,
                         affineOf(means[c], precision, weights[c], biases[c]), precision, cut);
            toWeight[c] = static_cast<float>(gradients.away * std::sqrt(precision));
            toBias[c] = static_cast<float>(gradients.plain);
        });
        return {dx, dWeight, dBias, {}, {}, {}, {}};
    }
};

} // namespace

bool canFuseNorm(const torch::Tensor& x, const NormTensors& norm) {
    const auto fits = [](const torch::Tensor& tensor) {
        return tensor.device().is_cpu() && tensor.scalar_type() == torch::kFloat32
               && tensor.is_contiguous();
    };
    return x.numel() > 0 && fits(x) && fits(norm.weight) && fits(norm.bias);
}

torch::Tensor fusedNorm(const torch::Tensor& x, const NormTensors& norm, double momentum,
                        double epsilon, NormEnd end) {
    return FusedNorm::apply(x, norm.weight, norm.bias, &norm, momentum, epsilon, end);
}

} // namespace concertina
