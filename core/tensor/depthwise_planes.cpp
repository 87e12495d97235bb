// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/depthwise_planes.h"

#include <algorithm>

namespace concertina {

namespace {

constexpr std::int64_t valuesOfAPiece = 16384;

} // namespace

PlaneShape::PlaneShape(const torch::Tensor& x, std::int64_t kernelSide, std::int64_t by,
                       std::int64_t zeros, std::int64_t apart)
    : height(x.size(2)),
      width(x.size(3)),
      side(kernelSide),
      stride(by),
      padding(zeros),
      dilation(apart) {
    outHeight = (height + 2 * padding - reach() - 1) / stride + 1;
    outWidth = (width + 2 * padding - reach() - 1) / stride + 1;
}

PlaneWriter::PlaneWriter(std::int64_t height, std::int64_t width)
    : m_height(height), m_width(width), m_length(inWholeLanes(width)) {
    m_apart = std::min(height, (m_length - width + width - 1) / width);
    m_values.resize(sizeOf(m_apart * m_length));
}

void PlaneWriter::write(float* plane, const Taps& taps, float start) {
    const std::int64_t rows = m_height - m_apart;
    sumTaps(taps, start, {plane, rows, m_width, m_width});
    if (m_apart == 0)
        return;
    sumTaps(taps.behind(rows), start, {m_values.data(), m_apart, m_width, m_length});
    for (std::int64_t y = 0; y < m_apart; ++y)
        std::copy_n(m_values.data() + y * m_length, m_width, plane + (rows + y) * m_width);
}

PaddedPlane::PaddedPlane(const PlaneShape& shape)
    : m_shape(shape),
      m_length(
          std::max(shape.padding / shape.stride + 1 + inWholeLanes(shape.width / shape.stride + 1),
                   shape.reach() / shape.stride + inWholeLanes(shape.outWidth))),
      m_values(sizeOf((shape.height + 2 * shape.padding) * shape.stride * m_length)) {}

void PaddedPlane::read(const float* plane) {
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

Taps PaddedPlane::taps(const float* kernel) {
    Taps taps(m_shape.stride * m_shape.stride * m_length);
    for (std::int64_t ky = 0; ky < m_shape.side; ++ky)
        for (std::int64_t kx = 0; kx < m_shape.side; ++kx)
            taps.add(at(ky * m_shape.dilation, kx * m_shape.dilation),
                     kernel[ky * m_shape.side + kx]);
    return taps;
}

/// Of a row and a column of the padded plane.
float* PaddedPlane::at(std::int64_t row, std::int64_t column) {
    return m_values.data() + (row * m_shape.stride + column % m_shape.stride) * m_length
           + column / m_shape.stride;
}

/// The image's, of one phase.
Rows PaddedPlane::columnsOf(std::int64_t phase) {
    return {at(m_shape.padding, m_shape.firstOf(phase) + m_shape.padding), m_shape.height,
            m_shape.countOf(phase, m_shape.width), m_shape.stride * m_length};
}

ArrivedPlane::ArrivedPlane(const PlaneShape& shape)
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

void ArrivedPlane::read(const float* plane) {
    copyRows(plane, m_shape.outWidth, rows());
}

void ArrivedPlane::begin(const float* kernel) {
    m_taps.clear();
    for (std::int64_t phase = 0; phase < m_shape.stride; ++phase)
        for (std::int64_t column = 0; column < m_shape.stride; ++column)
            m_taps.push_back(taps(phase, column, kernel));
}

void ArrivedPlane::passBack(float* plane) {
    if (m_shape.stride == 1)
        return m_writer.write(plane, m_taps.front(), 0);
    for (std::int64_t phase = 0; phase < m_shape.stride; ++phase) {
        for (std::int64_t column = 0; column < m_shape.stride; ++column)
            sumTaps(m_taps[sizeOf(phase * m_shape.stride + column)], 0, columnsOf(phase, column));
        join(phase, plane + m_shape.firstOf(phase) * m_shape.width);
    }
}

float* ArrivedPlane::at(std::int64_t row, std::int64_t column) {
    return m_values.data() + (m_before + row) * m_length + m_before + column;
}

/// The positions of the kernel that have met the rows and columns of these phases, for the first of
/// each: a pixel of the padded plane has been read for the output's pixels (its place − the
/// position's) ÷ stride.
Taps ArrivedPlane::taps(std::int64_t rowPhase, std::int64_t columnPhase, const float* kernel) {
    const std::int64_t stride = m_shape.stride;
    const auto place = [&](std::int64_t phase) {
        return (m_shape.firstOf(phase) + m_shape.padding) / stride;
    };
    Taps taps(m_length);
    for (std::int64_t ky = 0; ky < m_shape.side; ++ky)
        for (std::int64_t kx = 0; kx < m_shape.side; ++kx) {
            const std::int64_t row = ky * m_shape.dilation, column = kx * m_shape.dilation;
            if (row % stride == rowPhase && column % stride == columnPhase)
                taps.add(at(place(rowPhase) - row / stride, place(columnPhase) - column / stride),
                         kernel[ky * m_shape.side + kx]);
        }
    return taps;
}

Rows ArrivedPlane::columnsOf(std::int64_t rowPhase, std::int64_t phase) {
    return {m_columns.data() + phase * m_phaseRows * m_phaseLength,
            m_shape.countOf(rowPhase, m_shape.height), m_shape.countOf(phase, m_shape.width),
            m_phaseLength};
}

/// Columns that are sorted by their phase, as rows of the plane, from the first of a phase on.
void ArrivedPlane::join(std::int64_t rowPhase, float* to) {
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

void KernelSums::add(const Taps& taps, const Rows& arrived) {
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

void KernelSums::finish(float* gradient, std::int64_t taps) {
    moveUp();
    for (std::int64_t t = 0; t < taps; ++t)
        gradient[t] = static_cast<float>(m_sums[sizeOf(t)]);
}

void KernelSums::moveUp() {
    for (std::size_t t = 0; t < m_lanes.size(); ++t)
        m_sums[t] += sumOf(m_lanes[t]);
    m_lanes.fill(Lanes{});
    m_values = 0;
}

} // namespace concertina
