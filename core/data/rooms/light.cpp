// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/light.h"

#include "core/data/rooms/color.h"

namespace concertina::rooms {

namespace {

/// A pane is as bright as what lies behind it in this direction: sky above, ground below.
Color paneRadiance(const Light& pane, float rise) {
    const Color sky = mix(pane.power, pane.up, smoothstep(0.05f, 0.8f, rise));
    return mix(pane.side, sky, smoothstep(-0.12f, 0.06f, rise));
}

/// A shade lets the bulb shine freely upwards and downwards, and through its cloth sideways.
Color ballIntensity(const Light& ball, Vec3 away) {
    if (ball.upCosine > 1 && ball.downCosine > 1)
        return ball.power;
    const float up = smoothstep(ball.upCosine - 0.07f, ball.upCosine + 0.07f, away.y);
    const float down = smoothstep(ball.downCosine - 0.07f, ball.downCosine + 0.07f, -away.y);
    return ball.power * mix(mix(ball.side, ball.up, up), {1, 1, 1}, down);
}

bool fromPane(const Light& light, Vec3 at, Vec3 normal, float u, float v, Arriving& arriving) {
    const Vec3 to = light.position + light.u * u + light.v * v - at;
    const float square = dot(to, to);
    const float distance = std::sqrt(square);
    const Vec3 direction = to / distance;
    const float leaving = -dot(direction, light.direction);
    const float falling = dot(direction, normal);
    if (leaving <= 0 || falling <= 0)
        return false;
    // One point stands for the area: so near that this fails, its solid angle stays in bounds.
    const float share = leaving * light.area / (square + light.area * 0.12f);
    arriving = {direction, distance, paneRadiance(light, direction.y) * (falling * share)};
    return true;
}

bool fromBall(const Light& light, Vec3 at, Vec3 normal, float u, float v, Arriving& arriving) {
    // A folded sheet stands for the ball: as wide from all sides, and without a square root.
    const Vec3 off = Vec3{u, v, 2 * std::abs(u) - 1} * (0.8f * light.radius);
    const Vec3 to = light.position + off - at;
    const float falling = dot(to, normal);
    if (falling <= 0)
        return false;
    const float square = dot(to, to);
    const float distance = std::sqrt(square);
    const Vec3 direction = to / distance;
    const float share = falling / (distance * (square + 0.02f));
    arriving = {direction, distance, ballIntensity(light, -direction) * share};
    return true;
}

bool fromSun(const Light& light, Vec3 normal, float u, float v, Arriving& arriving) {
    if (dot(light.direction, normal) < -light.radius)
        return false;
    const Vec3 side = normalized(cross(light.direction, {0, 1, 0}));
    const Vec3 wide = (side * u + cross(light.direction, side) * v) * light.radius;
    const Vec3 direction = normalized(light.direction + wide);
    const float falling = dot(direction, normal);
    if (falling <= 0)
        return false;
    arriving = {direction, 1e4f, light.power * falling, Shadow::Sun};
    return true;
}

} // namespace

bool arrives(const Light& light, Vec3 at, Vec3 normal, float u, float v, Arriving& arriving) {
    switch (light.kind) {
    case Light::Kind::Pane: return fromPane(light, at, normal, u, v, arriving);
    case Light::Kind::Ball: return fromBall(light, at, normal, u, v, arriving);
    case Light::Kind::Sun: return fromSun(light, normal, u, v, arriving);
    }
    return false;
}

Color ambientLight(const Ambient& ambient, Vec3 normal) {
    // A lobe about the normal, wide enough to be smooth; the six weights sum to 1.
    const auto lobe = [](float cosine) { return (1 + cosine) * (1 + cosine) * 0.125f; };
    return ambient[0] * lobe(-normal.x) + ambient[1] * lobe(normal.x)
           + ambient[2] * lobe(-normal.y) + ambient[3] * lobe(normal.y)
           + ambient[4] * lobe(-normal.z) + ambient[5] * lobe(normal.z);
}

Sky chooseSky(Random& random, float night) {
    Sky sky;
    sky.seed = random.seed();
    sky.outlook = random.below(4);
    sky.clouds = random.unit();
    const Color noonZenith{0.38f, 0.62f, 1.05f}, noonHorizon{0.95f, 1.05f, 1.15f};
    const Color goldZenith{0.42f, 0.55f, 0.78f}, goldHorizon{1.25f, 0.92f, 0.62f};
    const Color greyZenith{0.85f, 0.9f, 0.98f}, greyHorizon{0.95f, 0.98f, 1.02f};
    const float gold = random.chance(0.3f) ? random.between(0.5f, 1.0f) : 0.0f;
    const float grey = gold > 0 ? 0.0f : smoothstep(0.5f, 0.9f, sky.clouds);
    sky.zenith = mix(mix(noonZenith, goldZenith, gold), greyZenith, grey);
    sky.horizon = mix(mix(noonHorizon, goldHorizon, gold), greyHorizon, grey);
    const std::array<Color, 4> grounds{Color{0.16f, 0.24f, 0.09f}, {0.11f, 0.20f, 0.07f},
                                       {0.26f, 0.25f, 0.24f}, {0.20f, 0.27f, 0.30f}};
    sky.ground = grounds[static_cast<std::size_t>(sky.outlook)];
    const float height = gold > 0 ? random.between(0.18f, 0.4f) : random.between(0.4f, 0.85f);
    const float turn = random.between(0, 2 * Pi);
    sky.sunDirection = normalized(Vec3{std::cos(turn), height, std::sin(turn)});
    sky.sun = mix(Color{1.7f, 1.55f, 1.32f}, Color{1.8f, 1.2f, 0.66f}, gold) * (1 - grey)
              * random.between(0.6f, 1.2f);
    const Color dark = mix(Color{0.10f, 0.16f, 0.34f}, Color{0.012f, 0.018f, 0.04f}, night);
    if (night > 0) {
        const float afterglow = 1 - night;
        sky.zenith = dark;
        sky.horizon = dark * 1.6f + Color{0.42f, 0.2f, 0.12f} * (afterglow * afterglow * gold);
        sky.ground *= 0.08f;
        sky.sun = {};
    }
    return sky;
}

void lightFromSky(Scene& scene, Random random) {
    Sky& sky = scene.sky;
    const Light* lit = nullptr;
    for (Light& light : scene.lights)
        if (light.kind == Light::Kind::Pane) {
            light.up = sky.zenith;
            light.power = sky.horizon;
            light.side = sky.ground;
            if (lit == nullptr || random.chance(0.5f))
                lit = &light;
        }
    if (luminance(sky.sun) < 0.5f || lit == nullptr)
        return;
    // Mostly it stands where it shines in.
    if (random.chance(0.75f)) {
        const Vec3 out = -lit->direction;
        const Vec3 aside = cross({0, 1, 0}, out);
        const float turn = random.between(-0.9f, 0.9f);
        const Vec3 flat = out * std::cos(turn) + aside * std::sin(turn);
        const float height = sky.sunDirection.y;
        sky.sunDirection = normalized(flat * std::sqrt(1 - height * height)
                                      + Vec3{0, height, 0});
    }
    scene.lights.push_back({.kind = Light::Kind::Sun,
                            .direction = sky.sunDirection,
                            .radius = 0.012f,
                            .power = sky.sun});
}

} // namespace concertina::rooms
