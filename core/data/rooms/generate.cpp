// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/generate.h"

#include "core/data/rooms/color.h"
#include "core/data/rooms/shading.h"
#include "core/data/rooms/shell.h"

#include <algorithm>

namespace concertina::rooms {

namespace {

constexpr std::uint64_t Attempts = 12;

RoomKind chooseKind(Random& random) {
    const float choice = random.unit();
    return choice < 0.26f   ? RoomKind::Bedroom
           : choice < 0.52f ? RoomKind::Living
           : choice < 0.74f ? RoomKind::Dining
           : choice < 0.86f ? RoomKind::Study
                            : RoomKind::Studio;
}

/// Near the front wall, looking into the room and a little down.
View chooseView(Vec3 room, Random random) {
    View view;
    view.position = {room.x * random.between(0.16f, 0.84f), random.between(1.2f, 1.7f),
                     random.between(0.3f, 0.3f + 0.16f * room.z)};
    const Vec3 target{room.x * random.between(0.28f, 0.72f), 0, room.z * random.between(0.75f, 1.0f)};
    const Vec3 to = target - view.position;
    const float yaw = std::atan2(to.x, to.z);
    const float pitch = random.between(0.03f, 0.27f) + 0.15f * (view.position.y - 1.4f);
    const Frame frame = turned({}, yaw, pitch, random.between(-0.025f, 0.025f));
    view.right = frame.x;
    view.down = -frame.y;
    view.forward = frame.z;
    return view;
}

LampLight chooseLamps(Random& random, float night) {
    const Color warm = mix(Color{1.0f, 0.66f, 0.36f}, Color{1.0f, 0.80f, 0.58f}, random.unit());
    if (night > 0)
        return {warm, random.between(0.7f, 1.1f)};
    return {warm, random.chance(0.8f) ? random.between(0.25f, 0.5f) : 0.0f};
}

/// What a coarse grid of rays sees: whether the picture is worth taking.
struct Composition {
    float furnished = 0; ///< share of the picture
    float bare = 0;      ///< share of walls and ceiling
    float nearest = 100; ///< metres
    float middle = 0;    ///< median distance

    bool good() const {
        return furnished > 0.33f && bare < 0.43f && nearest > 0.55f && middle > 1.5f;
    }
};

constexpr int Columns = 16, Rows = 12;

Ray gridRay(const Scene& scene, int i) {
    return scene.view.ray((static_cast<float>(i % Columns) + 0.5f) / Columns,
                          (static_cast<float>(i / Columns) + 0.5f) / Rows);
}

Composition compositionOf(const Scene& scene) {
    Composition result;
    constexpr float Share = 1.0f / (Columns * Rows);
    std::array<float, std::size_t{Columns} * Rows> distances{};
    for (int i = 0; i < Columns * Rows; ++i) {
        const Hit hit = scene.bvh.closest(scene.parts, gridRay(scene, i));
        distances[static_cast<std::size_t>(i)] = hit.distance;
        if (hit.part < 0)
            continue;
        const Label label = scene.parts[static_cast<std::size_t>(hit.part)].label;
        result.furnished += label > Label::Door ? Share : 0;
        result.bare += label == Label::Wall || label == Label::Ceiling ? Share : 0;
        result.nearest = std::min(result.nearest, hit.distance);
    }
    std::ranges::nth_element(distances, distances.begin() + Columns * Rows / 2);
    result.middle = distances[Columns * Rows / 2];
    return result;
}

/// How bright the picture gets.
struct Metering {
    Color mean;      ///< of all that doesn't glow
    float level = 0; ///< its middle brightness
};

Metering meter(const Scene& scene) {
    Metering result;
    float logs = 0, count = 1e-3f;
    for (int i = 0; i < Columns * Rows; ++i) {
        const Ray ray = gridRay(scene, i);
        const Seen seen = look(scene, ray, 0.05f);
        if (seen.part == nullptr || luminance(seen.surface.emission) > 0)
            continue;
        const Color color = leaving(seen.surface, lightingAt(scene, seen, ray.direction, 0, 0));
        result.mean += color;
        logs += std::log(luminance(color) + 1e-4f);
        count += 1;
    }
    result.mean = result.mean / count;
    result.level = std::exp(logs / count);
    return result;
}

/// Exposes for the room and tones the view from the windows down, as photographers do.
void expose(Scene& scene, Random& random) {
    const Metering measured = meter(scene);
    const float gain = random.between(0.24f, 0.33f) / measured.level;
    const float grey = luminance(measured.mean);
    // The white balance takes away most of the light's tint, never quite the right amount.
    const float amount = random.between(0.6f, 0.9f);
    const auto balance = [&](float channel) {
        return gain * std::pow(grey / std::max(channel, 1e-4f), amount) * random.between(0.97f, 1.03f);
    };
    scene.exposure = {balance(measured.mean.x), balance(measured.mean.y), balance(measured.mean.z)};
    const float bright = luminance(scene.sky.horizon) * gain;
    scene.sky.brightness = bright > 1 ? random.between(1.0f, 2.0f) / bright : 1;
}

/// None when the room's main piece found no place.
std::optional<Scene> furnishedScene(Random random, RoomKind kind, float night) {
    Scene scene;
    scene.size = {random.between(3.0f, 4.5f), random.between(2.35f, 2.65f), random.between(3.1f, 4.6f)};
    scene.view = chooseView(scene.size, random.fork(1));
    const LampLight lamps = chooseLamps(random, night);
    scene.sky = chooseSky(random, night);
    scene.parts.reserve(600);
    const Finishes finishes = chooseFinishes(scene, random.fork(2));
    FloorPlan plan(scene.size, scene.view);
    chooseOpenings(plan, random.fork(3));
    buildShell({scene, finishes, lamps, {}, Label::Wall, random.fork(4)}, plan);
    Furnisher furnisher(scene, finishes, lamps, plan, random.fork(5));
    if (!furnisher.furnish(kind))
        return std::nullopt;
    lightFromSky(scene, random.fork(6));
    scene.bvh = Bvh(scene.parts);
    return scene;
}

} // namespace

Scene generateScene(std::uint64_t key, const SceneRequest& request) {
    // Kind and hour are settled first: if failed attempts could change them, rooms that are hard
    // to furnish would be rare.
    Random random(key);
    const RoomKind chosenKind = chooseKind(random);
    const RoomKind kind = request.kind.value_or(chosenKind);
    const bool dark = random.chance(0.25f);
    const bool evening = request.hour == Hour::Any ? dark : request.hour == Hour::Evening;
    const float night = evening ? random.between(0.3f, 1.0f) : 0.0f;
    std::optional<Scene> last;
    for (std::uint64_t attempt = 0; attempt < Attempts; ++attempt) {
        auto scene = furnishedScene(random.fork(attempt), kind, night);
        if (!scene)
            continue;
        last = std::move(scene);
        if (compositionOf(*last).good())
            break;
    }
    if (!last) // nowhere a place for its main piece: another room
        return generateScene(combined(key, Attempts), request);
    last->kind = kind;
    last->ambient = estimateAmbient(*last);
    expose(*last, random);
    return std::move(*last);
}

} // namespace concertina::rooms
