// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>

namespace concertina::rooms {

/// A point or direction in metres, or a linear RGB colour (x red, y green, z blue).
///
/// A scene's own frame has x to the right, y up and z into the room as its front wall sees it;
/// it is left-handed, so that x, −y and z are the camera's axes where the camera looks along z.
struct Vec3 {
    float x = 0;
    float y = 0;
    float z = 0;

    constexpr bool operator==(const Vec3&) const = default;

    constexpr float operator[](int axis) const { return axis == 0 ? x : axis == 1 ? y : z; }

    constexpr Vec3 operator-() const { return {-x, -y, -z}; }
    constexpr Vec3& operator+=(Vec3 b) { return *this = {x + b.x, y + b.y, z + b.z}; }
    constexpr Vec3& operator*=(float s) { return *this = {x * s, y * s, z * s}; }
};

using Color = Vec3;

constexpr Vec3 operator+(Vec3 a, Vec3 b) {
    return {a.x + b.x, a.y + b.y, a.z + b.z};
}
constexpr Vec3 operator-(Vec3 a, Vec3 b) {
    return {a.x - b.x, a.y - b.y, a.z - b.z};
}
constexpr Vec3 operator*(Vec3 a, Vec3 b) {
    return {a.x * b.x, a.y * b.y, a.z * b.z};
}
constexpr Vec3 operator/(Vec3 a, Vec3 b) {
    return {a.x / b.x, a.y / b.y, a.z / b.z};
}
constexpr Vec3 operator*(Vec3 a, float s) {
    return {a.x * s, a.y * s, a.z * s};
}
constexpr Vec3 operator*(float s, Vec3 a) {
    return a * s;
}
constexpr Vec3 operator/(Vec3 a, float s) {
    return a * (1 / s);
}

constexpr float dot(Vec3 a, Vec3 b) {
    return a.x * b.x + a.y * b.y + a.z * b.z;
}
constexpr Vec3 cross(Vec3 a, Vec3 b) {
    return {a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x};
}
inline float length(Vec3 a) {
    return std::sqrt(dot(a, a));
}
inline Vec3 normalized(Vec3 a) {
    return a / length(a);
}
constexpr Vec3 lowest(Vec3 a, Vec3 b) {
    return {std::min(a.x, b.x), std::min(a.y, b.y), std::min(a.z, b.z)};
}
constexpr Vec3 highest(Vec3 a, Vec3 b) {
    return {std::max(a.x, b.x), std::max(a.y, b.y), std::max(a.z, b.z)};
}
inline Vec3 absolute(Vec3 a) {
    return {std::abs(a.x), std::abs(a.y), std::abs(a.z)};
}
constexpr float mix(float a, float b, float t) {
    return a + (b - a) * t;
}
constexpr Vec3 mix(Vec3 a, Vec3 b, float t) {
    return a + (b - a) * t;
}
constexpr float clamp01(float a) {
    return std::clamp(a, 0.0f, 1.0f);
}
constexpr float smoothstep(float from, float to, float a) {
    const float t = clamp01((a - from) / (to - from));
    return t * t * (3 - 2 * t);
}

/// The axis along which `a` is longest.
inline int longestAxis(Vec3 a) {
    const Vec3 size = absolute(a);
    if (size.x >= size.y && size.x >= size.z)
        return 0;
    return size.y >= size.z ? 1 : 2;
}

constexpr float Pi = 3.14159265358979f;

/// An axis-aligned box; starts out empty.
struct Bounds {
    Vec3 low{std::numeric_limits<float>::max(), std::numeric_limits<float>::max(),
             std::numeric_limits<float>::max()};
    Vec3 high{std::numeric_limits<float>::lowest(), std::numeric_limits<float>::lowest(),
              std::numeric_limits<float>::lowest()};

    void add(const Bounds& other) {
        low = lowest(low, other.low);
        high = highest(high, other.high);
    }
    void add(Vec3 point) { add(Bounds{point, point}); }

    Vec3 center() const { return (low + high) * 0.5f; }
    Vec3 size() const { return high - low; }

    /// Half the surface, which is all that a comparison needs.
    float area() const {
        const Vec3 d = size();
        return d.x * d.y + d.y * d.z + d.z * d.x;
    }
};

/// Where a thing stands and how it is turned: its axes (unit, orthogonal) in the outer frame.
struct Frame {
    Vec3 origin;
    Vec3 x{1, 0, 0};
    Vec3 y{0, 1, 0};
    Vec3 z{0, 0, 1};

    Vec3 directionIn(Vec3 d) const { return {dot(d, x), dot(d, y), dot(d, z)}; }
    Vec3 pointIn(Vec3 p) const { return directionIn(p - origin); }
    Vec3 directionOut(Vec3 d) const { return x * d.x + y * d.y + z * d.z; }
    Vec3 pointOut(Vec3 p) const { return origin + directionOut(p); }

    /// `inner`, given in this frame, in the outer one.
    Frame operator*(const Frame& inner) const {
        return {pointOut(inner.origin), directionOut(inner.x), directionOut(inner.y),
                directionOut(inner.z)};
    }
};

/// A frame at `origin`, rolled about z, then pitched about x, then turned about y (radians).
inline Frame turned(Vec3 origin, float yaw, float pitch = 0, float roll = 0) {
    const float cy = std::cos(yaw), sy = std::sin(yaw);
    const float cp = std::cos(pitch), sp = std::sin(pitch);
    const float cr = std::cos(roll), sr = std::sin(roll);
    const Frame yawed{origin, {cy, 0, -sy}, {0, 1, 0}, {sy, 0, cy}};
    const Frame pitched{{}, {1, 0, 0}, {0, cp, sp}, {0, -sp, cp}};
    const Frame rolled{{}, {cr, sr, 0}, {-sr, cr, 0}, {0, 0, 1}};
    return yawed * (pitched * rolled);
}

struct Ray {
    Vec3 origin;
    Vec3 direction; ///< unit

    Vec3 at(float t) const { return origin + direction * t; }
};

} // namespace concertina::rooms
