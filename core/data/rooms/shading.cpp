// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/shading.h"

#include "core/data/rooms/color.h"

namespace concertina::rooms {

namespace {

constexpr float Lift = 4e-4f; // metres; ten times what rounding can do in a room

float closedBySides(const Scene& scene, Vec3 at, Vec3 normal) {
    float closed = 0;
    for (int axis = 0; axis < 3; ++axis)
        for (const float side : {1.0f, -1.0f}) {
            const float facing = 1 - normal[axis] * side;
            const float distance = side > 0 ? at[axis] : scene.size[axis] - at[axis];
            const float near = std::max(distance, 0.0f) * (1 / 0.28f);
            closed += facing * 0.24f / (1 + near * near);
        }
    return closed;
}

} // namespace

Seen look(const Scene& scene, const Ray& ray, float spread) {
    const Hit hit = scene.bvh.closest(scene.parts, ray);
    Seen seen;
    if (hit.part < 0)
        return seen;
    const Part& part = scene.parts[static_cast<std::size_t>(hit.part)];
    seen.part = &part;
    seen.distance = hit.distance;
    seen.position = ray.at(hit.distance);
    seen.normal = part.frame.directionOut(hit.normal);
    TexturePoint point;
    point.local = part.frame.pointIn(seen.position);
    point.object = point.local + part.shift;
    point.half = part.shape.half;
    point.normal = hit.normal;
    point.grain = part.grain;
    const float slope = std::max(-dot(seen.normal, ray.direction), 0.2f);
    point.footprint = hit.distance * spread / slope;
    point.seed = part.seed;
    point.direction = ray.direction;
    seen.surface = surfaceAt(scene.material(part), point, scene.sky);
    seen.shading = seen.normal;
    if (dot(seen.surface.tilt, seen.surface.tilt) > 0)
        seen.shading = normalized(seen.normal + part.frame.directionOut(seen.surface.tilt));
    return seen;
}

Vec3 liftedFrom(const Seen& seen) {
    return seen.position + seen.normal * Lift;
}

bool leavesByPane(const Scene& scene, Vec3 at, Vec3 direction) {
    for (const Light& pane : scene.lights) {
        if (pane.kind != Light::Kind::Pane)
            continue;
        const float out = -dot(direction, pane.direction);
        if (out <= 0)
            continue;
        const float t = -dot(pane.position - at, pane.direction) / out;
        const Vec3 off = at + direction * t - pane.position;
        const float u = dot(off, pane.u) / dot(pane.u, pane.u);
        const float v = dot(off, pane.v) / dot(pane.v, pane.v);
        if (std::abs(u) < 1.1f && std::abs(v) < 1.1f)
            return true;
    }
    return false;
}

float openness(const Scene& scene, Vec3 at, Vec3 normal) {
    constexpr float Reach = 0.9f;
    float open = 1 - std::min(closedBySides(scene, at, normal), 0.75f);
    for (const Piece& piece : scene.furniture) {
        const Vec3 to = lowest(highest(at, piece.box.low), piece.box.high) - at;
        const float square = dot(to, to);
        if (square > Reach * Reach || square < 1e-8f)
            continue;
        const float distance = std::sqrt(square);
        const float facing = 0.55f + 0.45f * dot(to, normal) / distance;
        const float fade = 1 - distance / Reach;
        open *= 1 - 0.55f * std::max(facing, 0.0f) * fade * fade;
    }
    return mix(0.28f, 1.0f, open); // what closes it in is lit too
}

float highlight(const Surface& surface, Vec3 normal, Vec3 view, Vec3 light) {
    const Vec3 half = normalized(view + light);
    const float facing = std::max(dot(normal, half), 0.0f);
    const float past = 1 - std::max(dot(view, half), 0.0f);
    const float fresnel = surface.gloss + (1 - surface.gloss) * 0.5f * past * past * past * past * past;
    // Trowbridge, Reitz 1975; masking and the two cosines cancel nearly enough.
    const float alpha = std::max(surface.roughness * surface.roughness, 2e-3f);
    const float spread = facing * facing * (alpha * alpha - 1) + 1;
    return fresnel * alpha * alpha / (4 * Pi * spread * spread);
}

Lighting lightingAt(const Scene& scene, const Seen& seen, Vec3 direction, float u, float v) {
    const Surface& surface = seen.surface;
    Lighting light;
    if (surface.albedo == Color{}) // a pane
        return light;
    light.ambient = ambientLight(scene.ambient, seen.shading)
                    * openness(scene, seen.position, seen.normal);
    const float faint = 0.03f * luminance(light.ambient);
    const Vec3 from = liftedFrom(seen);
    for (const Light& lamp : scene.lights) {
        Arriving arriving;
        if (!arrives(lamp, seen.position, seen.shading, u, v, arriving)
            || luminance(arriving.irradiance) < faint || dot(arriving.direction, seen.normal) <= 0)
            continue;
        if (lamp.kind == Light::Kind::Sun && !leavesByPane(scene, from, arriving.direction))
            continue;
        if (scene.bvh.blocked(scene.parts, {from, arriving.direction}, arriving.distance,
                              arriving.shadow))
            continue;
        light.direct += arriving.irradiance;
        if (surface.gloss > 0)
            light.shine += arriving.irradiance
                           * highlight(surface, seen.shading, -direction, arriving.direction);
    }
    return light;
}

} // namespace concertina::rooms
