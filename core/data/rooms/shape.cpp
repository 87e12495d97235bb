// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/shape.h"

namespace concertina::rooms {

namespace {

constexpr float Accuracy = 1e-5f; // metres; a pixel is 20 µm wide at arm's length in 4K

bool intersectBox(const Shape& shape, const Ray& ray, float& distance, Vec3& normal) {
    float enter = 0, leave = distance;
    int axis = 0;
    if (!slabs(-shape.half, shape.half, ray.origin, inverseOf(ray.direction), enter, leave, axis)
        || enter <= 0)
        return false;
    distance = enter;
    const float side = ray.direction[axis] > 0 ? -1.0f : 1.0f;
    normal = {axis == 0 ? side : 0, axis == 1 ? side : 0, axis == 2 ? side : 0};
    return true;
}

/// Most rays enter through a flat face and are done at once. Otherwise Newton's method: along a
/// ray the distance to a convex body is a convex function, so steps from outside never cross the
/// first root, and the slope turns where there is none.
bool intersectRounded(const Shape& shape, const Ray& ray, float& distance, Vec3& normal) {
    float t = 0, leave = distance;
    int axis = 0;
    if (!slabs(-shape.half, shape.half, ray.origin, inverseOf(ray.direction), t, leave, axis)
        || t <= 0)
        return false;
    const Vec3 core = shape.half - Vec3{shape.radius, shape.radius, shape.radius};
    for (int step = 0; step < 24 && t <= leave; ++step) {
        const Vec3 p = ray.at(t);
        const Vec3 out = highest(absolute(p) - core, {});
        const float reach = length(out);
        const Vec3 outward = Vec3{std::copysign(out.x, p.x), std::copysign(out.y, p.y),
                                  std::copysign(out.z, p.z)}
                             / reach;
        const float slope = dot(outward, ray.direction);
        if (!(slope < 0))
            return false;
        const float gap = reach - shape.radius;
        if (gap < Accuracy) {
            distance = t;
            normal = outward;
            return true;
        }
        t -= gap / slope;
    }
    return false;
}

/// Along a ray the cushion's function is a convex quartic, so Newton's method from outside walks
/// to the first root without ever stepping over it, or past the minimum when there is none.
bool intersectCushion(const Shape& shape, const Ray& ray, float& distance, Vec3& normal) {
    float t = 0, leave = distance;
    int axis = 0;
    if (!slabs(-shape.half, shape.half, ray.origin, inverseOf(ray.direction), t, leave, axis)
        || t <= 0)
        return false;
    const Vec3 d = ray.direction / shape.half;
    for (int step = 0; step < 24; ++step) {
        const Vec3 q = ray.at(t) / shape.half;
        const Vec3 cubes{q.x * q.x * q.x, q.y, q.z * q.z * q.z};
        const float value = cubes.x * q.x + cubes.y * q.y + cubes.z * q.z - 1;
        const Vec3 gradient{4 * cubes.x, 2 * cubes.y, 4 * cubes.z};
        const float slope = dot(gradient, d);
        if (value < 1e-5f) {
            if (value < -1e-3f || slope >= 0)
                return false;
            distance = t;
            normal = normalized(gradient / shape.half);
            return true;
        }
        if (slope >= 0)
            return false;
        t -= value / slope;
        if (t > leave)
            return false;
    }
    return false;
}

/// A ray moved to where it passes the origin most closely: the quadratics below lose all their
/// digits when a small shape is seen from metres away.
struct NearRay {
    Vec3 origin;
    float skipped;
};

NearRay nearest(const Ray& ray) {
    const float skipped = -dot(ray.origin, ray.direction);
    return {ray.at(skipped), skipped};
}

bool intersectEllipsoid(const Shape& shape, const Ray& ray, float& distance, Vec3& normal) {
    const auto [origin, skipped] = nearest(ray);
    const Vec3 o = origin / shape.half;
    const Vec3 d = ray.direction / shape.half;
    const float a = dot(d, d), b = dot(o, d), c = dot(o, o) - 1;
    const float root = b * b - a * c;
    if (root < 0)
        return false;
    const float t = (-b - std::sqrt(root)) / a;
    if (t + skipped <= 0 || t + skipped >= distance)
        return false;
    distance = t + skipped;
    normal = normalized((o + d * t) / shape.half);
    return true;
}

bool intersectDisc(float y, float radius, const Ray& ray, float& distance, Vec3& normal) {
    const float side = y > 0 ? 1.0f : -1.0f;
    if (ray.direction.y * side >= 0)
        return false;
    const float t = (y - ray.origin.y) / ray.direction.y;
    const Vec3 p = ray.at(t);
    if (t <= 0 || t >= distance || p.x * p.x + p.z * p.z > radius * radius)
        return false;
    distance = t;
    normal = {0, side, 0};
    return true;
}

bool intersectFrustum(const Shape& shape, const Ray& ray, float& distance, Vec3& normal) {
    const auto [o, skipped] = nearest(ray);
    const Vec3 d = ray.direction;
    const float height = shape.half.y;
    const float middle = (shape.radius + shape.topRadius) * 0.5f;
    const float slant = (shape.topRadius - shape.radius) / (2 * height);
    const float across = middle + slant * o.y;
    const float a = d.x * d.x + d.z * d.z - slant * slant * d.y * d.y;
    const float b = o.x * d.x + o.z * d.z - slant * d.y * across;
    const float c = o.x * o.x + o.z * o.z - across * across;
    const float root = b * b - a * c;
    const bool open = shape.kind == ShapeKind::Tube;
    bool hit = false;
    if (root >= 0 && std::abs(a) > 1e-9f) {
        const float wide = std::sqrt(root);
        const float first = (-b - wide) / a, second = (-b + wide) / a;
        for (const float t : {std::min(first, second), std::max(first, second)}) {
            const float y = o.y + d.y * t;
            const float radius = middle + slant * y;
            if (t + skipped <= 0 || t + skipped >= distance || std::abs(y) > height || radius < 0)
                continue;
            Vec3 outward = normalized(Vec3{o.x + d.x * t, -slant * radius, o.z + d.z * t});
            const bool behind = dot(outward, d) > 0;
            if (behind && !open)
                continue;
            distance = t + skipped;
            normal = behind ? -outward : outward;
            hit = true;
            break;
        }
    }
    if (!open) {
        hit |= intersectDisc(-height, shape.radius, ray, distance, normal);
        hit |= intersectDisc(height, shape.topRadius, ray, distance, normal);
    }
    return hit;
}

/// The sheet z = A sin(2πx / λ): steps that its steepest slope allows never cross it.
bool intersectDrape(const Shape& shape, const Ray& ray, float& distance, Vec3& normal) {
    float t = 0, leave = distance;
    int axis = 0;
    if (!slabs(-shape.half, shape.half, ray.origin, inverseOf(ray.direction), t, leave, axis))
        return false;
    t = std::max(t, 0.0f);
    const float frequency = 2 * Pi / shape.radius;
    const float depth = shape.half.z * 0.98f;
    const Vec3 d = ray.direction;
    const float steepest = std::abs(d.z) + depth * frequency * std::abs(d.x);
    for (int step = 0; step < 96 && t <= leave; ++step) {
        const Vec3 p = ray.at(t);
        const float gap = p.z - depth * std::sin(frequency * p.x);
        if (std::abs(gap) < Accuracy) {
            const float slope = depth * frequency * std::cos(frequency * p.x);
            normal = normalized(Vec3{-slope, 0, 1});
            if (dot(normal, d) > 0)
                normal = -normal;
            if (t <= 0 || t >= distance)
                return false;
            distance = t;
            return true;
        }
        t += std::abs(gap) / steepest;
    }
    return false;
}

} // namespace

bool intersect(const Shape& shape, const Ray& ray, float& distance, Vec3& normal) {
    switch (shape.kind) {
    case ShapeKind::Box: return intersectBox(shape, ray, distance, normal);
    case ShapeKind::Rounded: return intersectRounded(shape, ray, distance, normal);
    case ShapeKind::Cushion: return intersectCushion(shape, ray, distance, normal);
    case ShapeKind::Frustum:
    case ShapeKind::Tube: return intersectFrustum(shape, ray, distance, normal);
    case ShapeKind::Ellipsoid: return intersectEllipsoid(shape, ray, distance, normal);
    case ShapeKind::Drape: return intersectDrape(shape, ray, distance, normal);
    }
    return false;
}

Bounds boundsOf(const Shape& shape, const Frame& frame) {
    const Vec3 reach = absolute(frame.x) * shape.half.x + absolute(frame.y) * shape.half.y
                       + absolute(frame.z) * shape.half.z;
    return {frame.origin - reach, frame.origin + reach};
}

} // namespace concertina::rooms
