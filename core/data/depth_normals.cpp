// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/depth_normals.h"

#include "core/data/npy_planes.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace concertina {

namespace {

/// Sums over pixels that are known: how many, and their x, y, xx, xy, yy, q, xq, yq, with the
/// inverse depth q.
using Moments = std::array<double, 9>;

constexpr double largestMiss = 0.05; ///< of the fit at its own pixel

void addPixel(Moments& sums, float depth, double x, double y, double sign) {
    if (!(depth > 0) || !std::isfinite(depth))
        return;
    const double q = 1 / static_cast<double>(depth);
    const Moments pixel{1, x, y, x * x, x * y, y * y, q, x * q, y * q};
    for (std::size_t i = 0; i < sums.size(); ++i)
        sums[i] += sign * pixel[i];
}

void addMoments(Moments& sums, const Moments& more, double sign) {
    for (std::size_t i = 0; i < sums.size(); ++i)
        sums[i] += sign * more[i];
}

/// The direction of the plane that fits, for the pixel (x, y) of inverse depth q.
std::array<std::uint16_t, 3> fittedNormal(const Moments& sums, double fewest, double x, double y,
                                          double q, const Camera& camera) {
    const auto none = packedNormal(0, 0, 0);
    const double n = sums[0];
    if (n < fewest)
        return none;
    const double meanX = sums[1] / n, meanY = sums[2] / n, meanQ = sums[6] / n;
    const double xx = sums[3] - sums[1] * meanX, xy = sums[4] - sums[1] * meanY;
    const double yy = sums[5] - sums[2] * meanY;
    const double xq = sums[7] - sums[1] * meanQ, yq = sums[8] - sums[2] * meanQ;
    const double determinant = xx * yy - xy * xy;
    if (!(determinant > 1e-6 * n * n)) // all on one line
        return none;
    const double a = (xq * yy - yq * xy) / determinant;
    const double b = (yq * xx - xq * xy) / determinant;
    const auto at = [&](double column, double row) {
        return meanQ + a * (column - meanX) + b * (row - meanY);
    };
    if (!(std::abs(at(x, y) - q) <= largestMiss * q))
        return none;
    const double nx = a * camera.fx, ny = b * camera.fy, nz = at(camera.cx, camera.cy);
    const double length = std::sqrt(nx * nx + ny * ny + nz * nz);
    return packedNormal(static_cast<float>(-nx / length), static_cast<float>(-ny / length),
                        static_cast<float>(-nz / length));
}

} // namespace

std::vector<std::uint16_t> normalsFromDepth(const std::vector<float>& depths, int height, int width,
                                            const Camera& camera, int window) {
    const int reach = window / 2;
    const double fewest = std::max(6.0, static_cast<double>(window) * window / 3);
    const auto depthAt = [&](int y, int x) {
        return depths[static_cast<std::size_t>(y) * width + x];
    };
    std::vector<Moments> columns(static_cast<std::size_t>(width)); // over the rows of the window
    const auto addRow = [&](int y, double sign) {
        if (y >= 0 && y < height)
            for (int x = 0; x < width; ++x)
                addPixel(columns[static_cast<std::size_t>(x)], depthAt(y, x), x, y, sign);
    };
    std::vector<std::uint16_t> normals;
    normals.reserve(depths.size() * 3);
    for (int y = 0; y < reach; ++y)
        addRow(y, 1);
    for (int y = 0; y < height; ++y) {
        addRow(y + reach, 1);
        addRow(y - reach - 1, -1);
        Moments sums{};
        const auto addColumn = [&](int x, double sign) {
            if (x >= 0 && x < width)
                addMoments(sums, columns[static_cast<std::size_t>(x)], sign);
        };
        for (int x = 0; x < reach; ++x)
            addColumn(x, 1);
        for (int x = 0; x < width; ++x) {
            addColumn(x + reach, 1);
            addColumn(x - reach - 1, -1);
            const float depth = depthAt(y, x);
            const bool known = depth > 0 && std::isfinite(depth);
            const auto normal =
                known ? fittedNormal(sums, fewest, x, y, 1 / static_cast<double>(depth), camera)
                      : packedNormal(0, 0, 0);
            normals.insert(normals.end(), normal.begin(), normal.end());
        }
    }
    return normals;
}

} // namespace concertina
