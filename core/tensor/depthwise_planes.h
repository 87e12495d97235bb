// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/depthwise_rows.h"

#include <torch/types.h>

#include <array>
#include <cstdint>
#include <vector>

namespace concertina {

// Planes of a depthwise convolution, as its loops read and write them. A thread has its own.

/// What one convolution does to a plane. "Phase" is the remainder, by the stride, of a row's or a
/// column's place in the padded plane.
struct PlaneShape {
    std::int64_t height = 0, width = 0; ///< of what it reads
    std::int64_t outHeight = 0, outWidth = 0;
    std::int64_t side = 1, stride = 1, padding = 0, dilation = 1;

    /// Of `x` [N, C, H, W].
    PlaneShape(const torch::Tensor& x, std::int64_t kernelSide, std::int64_t by, std::int64_t zeros,
               std::int64_t apart);

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

/// Writes planes in whole lanes: beyond a row's end into the next row, which follows, or, at the
/// end of the plane, beside it.
class PlaneWriter {
public:
    PlaneWriter(std::int64_t height, std::int64_t width);

    /// Σ over the taps, and `start`.
    void write(float* plane, const Taps& taps, float start);

private:
    std::int64_t m_height, m_width, m_length;
    std::int64_t m_apart; ///< rows behind which there is no room in the plane
    std::vector<float> m_values;
};

/// A plane with its border of zeros, the columns of a row sorted by their phase: what a position of
/// the kernel meets along a row of the output lies in one piece.
class PaddedPlane {
public:
    explicit PaddedPlane(const PlaneShape& shape);

    void read(const float* plane);

    /// The positions of the kernel, for the first row of the output.
    Taps taps(const float* kernel);

private:
    float* at(std::int64_t row, std::int64_t column);
    Rows columnsOf(std::int64_t phase);

    PlaneShape m_shape;
    std::int64_t m_length; ///< of a row's columns of one phase, with room for whole lanes
    std::vector<float> m_values;
};

/// What arrives at a plane of the output, with zeros around it, and the way back.
class ArrivedPlane {
public:
    explicit ArrivedPlane(const PlaneShape& shape);

    void read(const float* plane);

    /// As it arrived, with zeros behind each row up to the next whole lanes.
    Rows rows() { return {at(0, 0), m_shape.outHeight, m_shape.outWidth, m_length}; }

    /// Goes on with another channel.
    void begin(const float* kernel);

    /// The gradient of the plane that was read.
    void passBack(float* plane);

private:
    float* at(std::int64_t row, std::int64_t column);
    Taps taps(std::int64_t rowPhase, std::int64_t columnPhase, const float* kernel);
    Rows columnsOf(std::int64_t rowPhase, std::int64_t phase);
    void join(std::int64_t rowPhase, float* to);

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
    void add(const Taps& taps, const Rows& arrived);
    void finish(float* gradient, std::int64_t taps);

private:
    void moveUp();

    std::array<Lanes, mostTaps> m_lanes{};
    std::array<double, mostTaps> m_sums{};
    std::int64_t m_values = 0;
};

} // namespace concertina
