// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/vector.h"

namespace concertina::rooms {

enum class ShapeKind {
    Box,
    Rounded,   ///< a box with edges rounded by `radius`
    Cushion,   ///< (x/a)⁴ + (y/b)² + (z/c)⁴ ≤ 1: square from above, bulging to both sides
    Frustum,   ///< along y, from `radius` at the foot to `topRadius`; closed by discs
    Tube,      ///< the same without discs, seen from both sides
    Ellipsoid,
    Drape,     ///< a sheet that waves along x within ±size.z / 2
};

/// A solid or sheet about the origin of its own frame, `half` its extents to each side.
struct Shape {
    ShapeKind kind = ShapeKind::Box;
    Vec3 half{1, 1, 1};
    float radius = 0;    ///< of a Rounded's edges or a Frustum's foot; a Drape's wavelength
    float topRadius = 0; ///< of a Frustum
};

/// A crossing nearer than `distance` of a ray from outside with the shape: sets `distance` and
/// the outward unit normal (of sheets and tubes: the side that the ray sees). A ray that starts
/// inside a closed shape doesn't see it.
bool intersect(const Shape& shape, const Ray& ray, float& distance, Vec3& normal);

/// The box around a shape that stands in `frame`.
Bounds boundsOf(const Shape& shape, const Frame& frame);

/// Where a ray is inside the box `low`–`high`: false when nowhere in (0, `leave`).
/// `inverse` is 1 / direction; `axis` is that of the face through which the ray enters.
inline bool slabs(Vec3 low, Vec3 high, Vec3 origin, Vec3 inverse, float& enter, float& leave,
                  int& axis) {
    const Vec3 a = (low - origin) * inverse;
    const Vec3 b = (high - origin) * inverse;
    const Vec3 nearer = lowest(a, b);
    const Vec3 farther = highest(a, b);
    axis = nearer.x > nearer.y ? (nearer.x > nearer.z ? 0 : 2) : (nearer.y > nearer.z ? 1 : 2);
    enter = nearer[axis];
    leave = std::min(std::min(farther.x, leave), std::min(farther.y, farther.z));
    return enter <= leave && leave > 0;
}

/// 1 / direction, with large numbers in place of infinities, which would give 0 · ∞ = NaN.
inline Vec3 inverseOf(Vec3 direction) {
    const auto inverse = [](float d) {
        return std::abs(d) > 1e-12f ? 1 / d : std::copysign(1e12f, d);
    };
    return {inverse(direction.x), inverse(direction.y), inverse(direction.z)};
}

} // namespace concertina::rooms
