// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/light.h"
#include "core/data/rooms/scene.h"

namespace concertina::rooms {

/// What a ray sees.
struct Seen {
    const Part* part = nullptr;
    float distance = 0;
    Vec3 position;
    Vec3 normal;  ///< of the geometry: unit, towards the ray's origin
    Vec3 shading; ///< with the material's relief
    Surface surface;
};

/// Follows a ray into the scene. `spread` is how much wider its pixel gets with each metre.
Seen look(const Scene& scene, const Ray& ray, float spread);

/// A point off the surface, from which rays don't hit it again.
Vec3 liftedFrom(const Seen& seen);

/// Whether a ray towards the sun leaves through a pane at all: far cheaper than tracing it.
bool leavesByPane(const Scene& scene, Vec3 at, Vec3 direction);

/// How open the surroundings are, 0 … 1, judged from the distances to the room's sides and to
/// the boxes around furniture.
float openness(const Scene& scene, Vec3 at, Vec3 normal);

/// The highlight of a light on a surface that reflects to `view` (both unit, away from it),
/// relative to the light's irradiance.
float highlight(const Surface& surface, Vec3 normal, Vec3 view, Vec3 light);

/// Light at a point, in the terms that a renderer treats differently.
struct Lighting {
    Color direct;  ///< irradiance from lights, each with one shadow ray to its point (u, v)
    Color ambient; ///< irradiance from everything else, estimated
    Color shine;   ///< highlights, as they leave towards the ray's origin
};

Lighting lightingAt(const Scene& scene, const Seen& seen, Vec3 direction, float u, float v);

/// Looks about from a few points of the room, and lets what it sees light itself: the scene's
/// ambient light for given lights, parts and tree.
Ambient estimateAmbient(const Scene& scene);

/// What leaves a surface under this light.
inline Color leaving(const Surface& surface, const Lighting& light) {
    return surface.albedo * (light.direct + light.ambient) * (1 / Pi) + light.shine
           + surface.emission;
}

} // namespace concertina::rooms
