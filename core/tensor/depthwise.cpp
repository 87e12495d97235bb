// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/depthwise.h"

#include "core/tensor/lanes.h"
#include "core/tensor/torch.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>
#include <vector>

namespace concertina {

namespace {

constexpr std::int64_t widestKernel = 7;
constexpr std::int64_t mostTaps = widestKernel * widestKernel;

std::int64_t inWholeLanes(std::int64_t values) {
    return (values + LaneCount - 1) / LaneCount * LaneCount;
}

std::size_t sizeOf(std::int64_t values) {
    return static_cast<std::size_t>(values);
}

/// What one convolution does to a plane. "Phase" is the remainder, by the stride, of a row's or a
/// column's place in the padded plane.
struct PlaneShape {
    std::int64_t height = 0, width = 0; ///< of what it reads
    std::int64_t outHeight = 0, outWidth = 0;
    std::int64_t side = 1, stride = 1, padding = 0, dilation = 1;

    PlaneShape(const torch::Tensor& x, std::int64_t kernelSide, std::int64_t by, std::int64_t zeros,
               std::int64_t apart)
        : height(x.size(2)),
          width(x.size(3)),
          side(kernelSide),
          stride(by),
          padding(zeros),
          dilation(apart) {
        outHeight = (height + 2 * padding - reach() - 1) / stride + 1;
        outWidth = (width + 2 * padding - reach() - 1) / stride + 1;
    }

    std::int64_t taps() const { return side * side; }
    std::int64_t reach() const { return dilation * (side - 1); }
    std::int64_t inPlane() const { return height * width; }
    std::int64_t outPlane() const { return outHeight * outWidth; }

    /// The first row or column of the image with this phase, and how many of `size` there are.
    std::int64_t firstOf(std::int64_t phase) const {
        return (phase + stride - padding % stride) % stride;
    }
    std::int64_t countOf(std::int64_t phase, std::int64_t size) const {
        return (std::max(size - firstOf(phase), std::int64_t{0}) + stride - 1) / stride;
    }
};

/// What the positions of a kernel meet along a row, Σ weights[t] · from[t][x], and `step` values on
/// along the next.
struct Taps {
    std::array<const float*, mostTaps> from;
    std::array<float, mostTaps> weights;
    std::int64_t count = 0;
    std::int64_t step = 0;

    explicit Taps(std::int64_t toNextRow) : step(toNextRow) {}

    void add(const float* values, float weight) {
        from[sizeOf(count)] = values;
        weights[sizeOf(count++)] = weight;
    }

    Taps behind(std::int64_t rows) const {
        Taps taps = *this;
        for (std::int64_t t = 0; t < count; ++t)
            taps.from[sizeOf(t)] += rows * step;
        return taps;
    }
};

/// Rows of values: `step` from one to the next.
struct Rows {
    float* values = nullptr;
    std::int64_t rows = 0, width = 0, step = 0;
};

template <std::int64_t Count>
CONCERTINA_INLINED inline void sumOfTaps(const Taps& taps, float start, const Rows to) {
    Lanes weights[Count];
    const float* from[Count];
    for (std::int64_t t = 0; t < Count; ++t) {
        weights[t] = Lanes{} + taps.weights[static_cast<std::size_t>(t)];
        from[t] = taps.from[static_cast<std::size_t>(t)];
    }
    const std::int64_t step = taps.step; // stores of lanes might have changed it
    for (std::int64_t y = 0; y < to.rows; ++y)
        for (std::int64_t x = 0; x < to.width; x += LaneCount) {
            Lanes sum = Lanes{} + start;
#pragma GCC unroll 9
            for (std::int64_t t = 0; t < Count; ++t)
                sum += weights[t] * load(from[t] + y * step + x);
            store(to.values + y * to.step + x, sum);
        }
}

/// Rows are read and written in whole lanes, one after the other.
CONCERTINA_FOR_EACH_PROCESSOR
void sumTaps(const Taps& taps, float start, const Rows& to) {
    switch (taps.count) { // of 3 × 3 kernels: with stride 1; a phase with stride 2
    case 1: return sumOfTaps<1>(taps, start, to);
    case 2: return sumOfTaps<2>(taps, start, to);
    case 4: return sumOfTaps<4>(taps, start, to);
    case 9: return sumOfTaps<9>(taps, start, to);
    default: break;
    }
    for (std::int64_t y = 0; y < to.rows; ++y)
        for (std::int64_t x = 0; x < to.width; x += LaneCount) {
            Lanes sum = Lanes{} + start;
            for (std::int64_t t = 0; t < taps.count; ++t)
                sum += taps.weights[static_cast<std::size_t>(t)]
                       * load(taps.from[static_cast<std::size_t>(t)] + y * taps.step + x);
            store(to.values + y * to.step + x, sum);
        }
}

template <std::int64_t Count>
CONCERTINA_INLINED inline void addProducts(const Taps& taps, const Rows with, Lanes* sums) {
    Lanes own[Count];
    const float* from[Count];
    for (std::int64_t t = 0; t < Count; ++t) {
        own[t] = sums[t];
        from[t] = taps.from[static_cast<std::size_t>(t)];
    }
    for (std::int64_t y = 0; y < with.rows; ++y)
        for (std::int64_t x = 0; x < with.width; x += LaneCount) {
            const Lanes factor = load(with.values + y * with.step + x);
#pragma GCC unroll 9
            for (std::int64_t t = 0; t < Count; ++t)
                own[t] += factor * load(from[t] + y * taps.step + x);
        }
    for (std::int64_t t = 0; t < Count; ++t)
        sums[t] = own[t];
}

/// To each tap's sum, Σ from[t][x] · with[x] of all rows, read in whole lanes.
CONCERTINA_FOR_EACH_PROCESSOR
void multiplyTaps(const Taps& taps, const Rows& with, Lanes* sums) {
    if (taps.count == 9)
        return addProducts<9>(taps, with, sums);
    for (std::int64_t t = 0; t < taps.count; ++t)
        for (std::int64_t y = 0; y < with.rows; ++y)
            for (std::int64_t x = 0; x < with.width; x += LaneCount)
                sums[t] += load(with.values + y * with.step + x)
                           * load(taps.from[static_cast<std::size_t>(t)] + y * taps.step + x);
}

/// Copies rows, with zeros up to the next whole lanes.
CONCERTINA_FOR_EACH_PROCESSOR
void copyRows(const float* from, std::int64_t fromStep, const Rows to) {
    const std::int64_t whole = to.width / LaneCount * LaneCount, rest = to.width - whole;
    Lanes number{};
    for (std::int64_t i = 0; i < LaneCount; ++i)
        number[i] = static_cast<float>(i);
    const Lanes zero{}, end = zero + static_cast<float>(rest);
    for (std::int64_t y = 0; y < to.rows; ++y) {
        const float* source = from + y * fromStep;
        float* target = to.values + y * to.step;
        for (std::int64_t x = 0; x < whole; x += LaneCount)
            store(target + x, load(source + x));
        if (rest == 0)
            continue;
        // Behind a row stands the next one; behind the last ones there may be nothing.
        const bool isLast = (to.rows - y) * fromStep < whole + LaneCount;
        const Lanes values = isLast ? load(source + whole, rest) : load(source + whole);
        store(target + whole, number < end ? values : zero);
    }
}

/// Every other column to `even`, the others to `odd`, which is as wide or one column narrower.
CONCERTINA_FOR_EACH_PROCESSOR
void splitRows(const float* from, std::int64_t fromStep, const Rows& even, const Rows& odd) {
    const std::int64_t count = odd.width;
    for (std::int64_t y = 0; y < even.rows; ++y) {
        const float* __restrict source = from + y * fromStep;
        float* __restrict first = even.values + y * even.step;
        float* __restrict second = odd.values + y * odd.step;
        for (std::int64_t i = 0; i < count; ++i) {
            first[i] = source[2 * i];
            second[i] = source[2 * i + 1];
        }
        if (even.width > odd.width)
            first[odd.width] = source[2 * odd.width];
    }
}

/// The way back.
CONCERTINA_FOR_EACH_PROCESSOR
void joinRows(const Rows& even, const Rows& odd, float* to, std::int64_t toStep) {
    const std::int64_t count = odd.width;
    for (std::int64_t y = 0; y < even.rows; ++y) {
        float* __restrict target = to + y * toStep;
        const float* __restrict first = even.values + y * even.step;
        const float* __restrict second = odd.values + y * odd.step;
        for (std::int64_t i = 0; i < count; ++i) {
            target[2 * i] = first[i];
            target[2 * i + 1] = second[i];
        }
        if (even.width > odd.width)
            target[2 * odd.width] = first[odd.width];
    }
}

/// Writes planes in whole lanes: beyond a row's end into the next row, which follows, or, at the
/// end of the plane, beside it.
class PlaneWriter {
public:
    PlaneWriter(std::int64_t height, std::int64_t width)
        : m_height(height), m_width(width), m_length(inWholeLanes(width)) {
        m_apart = std::min(height, (m_length - width + width - 1) / width);
        m_values.resize(sizeOf(m_apart * m_length));
    }

    void write(float* plane, const Taps& taps, float start) {
        const std::int64_t rows = m_height - m_apart;
        sumTaps(taps, start, {plane, rows, m_width, m_width});
        if (m_apart == 0)
            return;
        sumTaps(taps.behind(rows), start, {m_values.data(), m_apart, m_width, m_length});
        for (std::int64_t y = 0; y < m_apart; ++y)
            std::copy_n(m_values.data() + y * m_length, m_width, plane + (rows + y) * m_width);
    }

private:
    std::int64_t m_height, m_width, m_length;
    std::int64_t m_apart; ///< rows behind which there is no room in the plane
    std::vector<float> m_values;
};

/// A plane with its border of zeros, the columns of a row sorted by their phase: what a position of
/// the kernel meets along a row of the output lies in one piece.
class PaddedPlane {
public:
    explicit PaddedPlane(const PlaneShape& shape)
        : m_shape(shape),
          m_length(std::max(shape.padding / shape.stride + 1
                                + inWholeLanes(shape.width / shape.stride + 1),
                            shape.reach() / shape.stride + inWholeLanes(shape.outWidth))),
          m_values(sizeOf((shape.height + 2 * shape.padding) * shape.stride * m_length)) {}

    void read(const float* plane) {
        const std::int64_t stride = m_shape.stride;
        if (stride == 1)
            return copyRows(plane, m_shape.width, columnsOf(0));
        if (stride == 2) {
            const std::int64_t first = m_shape.padding % 2;
            return splitRows(plane, m_shape.width, columnsOf(first), columnsOf(1 - first));
        }
        for (std::int64_t phase = 0; phase < stride; ++phase) {
            const Rows columns = columnsOf(phase);
            for (std::int64_t y = 0; y < columns.rows; ++y)
                for (std::int64_t i = 0; i < columns.width; ++i)
                    columns.values[y * columns.step + i] =
                        plane[y * m_shape.width + m_shape.firstOf(phase) + i * stride];
        }
    }

    /// The positions of the kernel, for the first row of the output.
    Taps taps(const float* kernel) {
        Taps taps(m_shape.stride * m_shape.stride * m_length);
        for (std::int64_t ky = 0; ky < m_shape.side; ++ky)
            for (std::int64_t kx = 0; kx < m_shape.side; ++kx)
                taps.add(at(ky * m_shape.dilation, kx * m_shape.dilation),
                         kernel[ky * m_shape.side + kx]);
        return taps;
    }

private:
    /// Of a row and a column of the padded plane.
    float* at(std::int64_t row, std::int64_t column) {
        return m_values.data() + (row * m_shape.stride + column % m_shape.stride) * m_length
               + column / m_shape.stride;
    }

    /// The image's, of one phase.
    Rows columnsOf(std::int64_t phase) {
        return {at(m_shape.padding, m_shape.firstOf(phase) + m_shape.padding), m_shape.height,
                m_shape.countOf(phase, m_shape.width), m_shape.stride * m_length};
    }

    PlaneShape m_shape;
    std::int64_t m_length; ///< of a row's columns of one phase, with room for whole lanes
    std::vector<float> m_values;
};

/// What arrives at a plane of the output, with zeros around it, and the way back.
class ArrivedPlane {
public:
    explicit ArrivedPlane(const PlaneShape& shape)
        : m_shape(shape),
          m_before(shape.reach() / shape.stride),
          m_phaseRows(shape.height / shape.stride + 1),
          m_phaseLength(inWholeLanes(shape.width / shape.stride + 1)),
          m_length(m_before
                   + std::max(inWholeLanes(shape.outWidth),
                              shape.padding / shape.stride + 1 + m_phaseLength)),
          m_values(sizeOf(
              (m_before + std::max(shape.outHeight, shape.padding / shape.stride + 1 + m_phaseRows))
              * m_length)),
          m_columns(shape.stride > 1 ? sizeOf(shape.stride * m_phaseRows * m_phaseLength) : 0),
          m_writer(shape.height, shape.width) {}

    void read(const float* plane) { copyRows(plane, m_shape.outWidth, rows()); }

    /// As it arrived, with zeros behind each row up to the next whole lanes.
    Rows rows() { return {at(0, 0), m_shape.outHeight, m_shape.outWidth, m_length}; }

    /// Goes on with another channel.
    void begin(const float* kernel) {
        m_taps.clear();
        for (std::int64_t phase = 0; phase < m_shape.stride; ++phase)
            for (std::int64_t column = 0; column < m_shape.stride; ++column)
                m_taps.push_back(taps(phase, column, kernel));
    }

    /// The gradient of the plane that was read.
    void passBack(float* plane) {
        if (m_shape.stride == 1)
            return m_writer.write(plane, m_taps.front(), 0);
        for (std::int64_t phase = 0; phase < m_shape.stride; ++phase) {
            for (std::int64_t column = 0; column < m_shape.stride; ++column)
                sumTaps(m_taps[sizeOf(phase * m_shape.stride + column)], 0,
                        columnsOf(phase, column));
            join(phase, plane + m_shape.firstOf(phase) * m_shape.width);
        }
    }

private:
    float* at(std::int64_t row, std::int64_t column) {
        return m_values.data() + (m_before + row) * m_length + m_before + column;
    }

    /// The positions of the kernel that have met the rows and columns of these phases, for the
    /// first of each: a pixel of the padded plane has been read for the output's pixels (its place
    /// − the position's) ÷ stride.
    Taps taps(std::int64_t rowPhase, std::int64_t columnPhase, const float* kernel) {
        const std::int64_t stride = m_shape.stride;
        const auto place = [&](std::int64_t phase) {
            return (m_shape.firstOf(phase) + m_shape.padding) / stride;
        };
        Taps taps(m_length);
        for (std::int64_t ky = 0; ky < m_shape.side; ++ky)
            for (std::int64_t kx = 0; kx < m_shape.side; ++kx) {
                const std::int64_t row = ky * m_shape.dilation, column = kx * m_shape.dilation;
                if (row % stride == rowPhase && column % stride == columnPhase)
                    taps.add(
                        at(place(rowPhase) - row / stride, place(columnPhase) - column / stride),
                        kernel[ky * m_shape.side + kx]);
            }
        return taps;
    }

    Rows columnsOf(std::int64_t rowPhase, std::int64_t phase) {
        return {m_columns.data() + phase * m_phaseRows * m_phaseLength,
                m_shape.countOf(rowPhase, m_shape.height), m_shape.countOf(phase, m_shape.width),
                m_phaseLength};
    }

    /// Columns that are sorted by their phase, as rows of the plane, from the first of a phase on.
    void join(std::int64_t rowPhase, float* to) {
        const std::int64_t stride = m_shape.stride, step = stride * m_shape.width;
        if (stride == 2) {
            const std::int64_t first = m_shape.padding % 2;
            return joinRows(columnsOf(rowPhase, first), columnsOf(rowPhase, 1 - first), to, step);
        }
        for (std::int64_t phase = 0; phase < stride; ++phase) {
            const Rows columns = columnsOf(rowPhase, phase);
            for (std::int64_t y = 0; y < columns.rows; ++y)
                for (std::int64_t i = 0; i < columns.width; ++i)
                    to[y * step + m_shape.firstOf(phase) + i * stride] =
                        columns.values[y * columns.step + i];
        }
    }

    PlaneShape m_shape;
    std::int64_t m_before; ///< zeros in front of a row, and rows of zeros above the first
    std::int64_t m_phaseRows, m_phaseLength; ///< at most, with room for whole lanes
    std::int64_t m_length;                   ///< of a row with its zeros
    std::vector<float> m_values;
    std::vector<float> m_columns; ///< of the gradient, phase by phase
    std::vector<Taps> m_taps;     ///< of each phase of rows and of columns
    PlaneWriter m_writer;
};

/// A kernel's gradient, Σ over the output of what each position met times what arrived there: in
/// float32 and 16 parts for some thousand values, in double precision above.
class KernelSums {
public:
    void add(const Taps& taps, const Rows& arrived) {
        const std::int64_t rows = std::max(valuesOfAPiece / arrived.width, std::int64_t{1});
        for (std::int64_t y = 0; y < arrived.rows; y += rows) {
            Rows piece = arrived;
            piece.values += y * arrived.step;
            piece.rows = std::min(rows, arrived.rows - y);
            multiplyTaps(y == 0 ? taps : taps.behind(y), piece, m_lanes.data());
            m_values += piece.rows * piece.width;
            if (m_values >= valuesOfAPiece / 2)
                moveUp();
        }
    }

    void finish(float* gradient, std::int64_t taps) {
        moveUp();
        for (std::int64_t t = 0; t < taps; ++t)
            gradient[t] = static_cast<float>(m_sums[sizeOf(t)]);
    }

private:
    static constexpr std::int64_t valuesOfAPiece = 16384;

    void moveUp() {
        for (std::size_t t = 0; t < m_lanes.size(); ++t)
            m_sums[t] += sumOf(m_lanes[t]);
        m_lanes.fill(Lanes{});
        m_values = 0;
    }

    std::array<Lanes, mostTaps> m_lanes{};
    std::array<double, mostTaps> m_sums{};
    std::int64_t m_values = 0;
};

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
    const float* biases = bias.defined() ? bias.data_ptr<float>() : nullptr;
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
                writer.write(to + (n * channels + c) * shape.outPlane(), taps,
                             biases != nullptr ? biases[c] : 0.0F);
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
        const auto told = [&](const char* what) { return context->saved_data[what].toInt(); };
        const auto needs = [&](const char* what) { return context->saved_data[what].toBool(); };
        const torch::Tensor dy = arrived[0].contiguous();
        const auto [dx, dKernel] = depthwiseGradients(
            saved[0], saved[1], dy,
            {saved[0], saved[1].size(2), told("stride"), told("padding"), told("dilation")},
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
