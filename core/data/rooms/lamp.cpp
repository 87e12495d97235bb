// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/furniture.h"

namespace concertina::rooms {

namespace {

constexpr Color Cloth{0.80f, 0.74f, 0.64f};

/// A shade glows when its lamp is lit, and is plain cloth otherwise.
int shadeMaterial(Workshop& shop, Color cloth, float glow) {
    const LampLight& lamps = shop.lamps();
    return shop.add({.pattern = Pattern::Shade,
                     .colors = {cloth},
                     .emission = lamps.color * cloth * (glow * lamps.level)});
}

/// A cone of cloth, open above and below, with a bulb in it.
void addShade(Workshop& shop, Vec3 foot, float height, float radius, float topRadius,
              float strength) {
    Random& random = shop.random();
    const bool tinted = random.chance(0.12f);
    const Color cloth = tinted ? shop.finishes().palette[0] * 0.8f + Color{0.1f, 0.1f, 0.1f} : Cloth;
    shop.tube(foot, height, radius, topRadius, shadeMaterial(shop, cloth, 3.2f)).shadow =
        Shadow::None;
    const Vec3 bulb = foot + Vec3{0, height * 0.45f, 0};
    const LampLight& lamps = shop.lamps();
    if (lamps.level <= 0)
        return;
    const float up = height * 0.55f, down = height * 0.45f;
    Light light{.position = bulb, .radius = 0.05f, .power = lamps.color * (lamps.level * strength)};
    light.side = cloth * 0.42f;
    light.upCosine = up / std::hypot(up, topRadius);
    light.downCosine = down / std::hypot(down, radius);
    shop.add(light);
}

} // namespace

void buildFloorLamp(Workshop shop, float height) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const float shade = random.between(0.28f, 0.4f);
    const float radius = random.between(0.2f, 0.28f);
    const float under = height - shade;
    if (random.chance(0.4f)) {
        for (int leg = 0; leg < 3; ++leg) {
            const float angle = 2 * Pi * (static_cast<float>(leg) + 0.1f) / 3;
            shop.rod({0.24f * std::sin(angle), 0, 0.24f * std::cos(angle)}, {0, under - 0.05f, 0},
                     0.012f, 0.017f, finishes.wood);
        }
        shop.column({0, under - 0.1f, 0}, 0.16f, 0.02f, 0.02f, finishes.metal);
    } else {
        shop.column({0, 0, 0}, 0.025f, 0.15f, 0.13f, finishes.metal);
        shop.column({0, 0.02f, 0}, under + 0.02f, 0.013f, 0.013f, finishes.metal);
    }
    addShade(shop, {0, under, 0}, shade, radius, radius * random.between(0.6f, 0.95f), 1);
}

void buildTableLamp(Workshop shop, Vec3 foot) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const float body = random.between(0.22f, 0.32f);
    const float width = body * random.between(0.6f, 0.85f);
    const float shade = random.between(0.19f, 0.26f);
    const float radius = random.between(0.14f, 0.19f);
    shop.column(foot, 0.02f, width * 0.35f, width * 0.33f, finishes.ceramic);
    shop.ellipsoid(foot + Vec3{0, body * 0.5f, 0}, {width, body * 0.98f, width}, finishes.ceramic);
    shop.column(foot + Vec3{0, body * 0.9f, 0}, 0.1f, 0.012f, 0.01f, finishes.metal);
    addShade(shop, foot + Vec3{0, body * 0.97f, 0}, shade, radius,
             radius * random.between(0.6f, 0.9f), 0.55f);
}

void buildDeskLamp(Workshop shop, Vec3 foot) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const LampLight& lamps = shop.lamps();
    const float lean = random.between(-0.2f, 0.2f);
    const Vec3 elbow = foot + Vec3{lean, 0.3f, -0.02f};
    const Vec3 head = foot + Vec3{lean * 0.3f, 0.47f, 0.17f};
    const int body = random.chance(0.5f) ? finishes.metal : finishes.paint;
    shop.column(foot, 0.02f, 0.09f, 0.075f, body);
    shop.rod(foot + Vec3{0, 0.01f, 0}, elbow, 0.009f, 0.009f, body);
    shop.rod(elbow, head, 0.009f, 0.009f, body);
    const Vec3 mouth = head + Vec3{0, -0.1f, 0.05f};
    shop.rod(head, mouth, 0.025f, 0.075f, body);
    if (lamps.level <= 0)
        return;
    const int bulb = shop.add({.colors = {Color{0.8f, 0.8f, 0.8f}},
                               .emission = lamps.color * (7 * lamps.level)});
    const Vec3 down = normalized(mouth - head);
    shop.ellipsoid(mouth + down * 0.002f, {0.08f, 0.05f, 0.08f}, bulb).shadow = Shadow::None;
    Light light{.position = mouth + down * 0.04f,
                .radius = 0.04f,
                .power = lamps.color * (0.4f * lamps.level)};
    light.side = light.up = {};
    light.upCosine = 2;
    light.downCosine = 0.35f;
    shop.add(light);
}

void buildCeilingLamp(Workshop shop, Vec3 top, float drop) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const LampLight& lamps = shop.lamps();
    if (drop < 0.1f) {
        const float radius = random.between(0.18f, 0.26f);
        const int dish = shadeMaterial(shop, {0.86f, 0.85f, 0.82f}, 2.4f);
        shop.column(top - Vec3{0, 0.03f, 0}, 0.03f, radius * 0.8f, radius * 0.8f, finishes.metal);
        shop.ellipsoid(top - Vec3{0, 0.05f, 0}, {radius * 2, 0.15f, radius * 2}, dish).shadow =
            Shadow::None;
        if (lamps.level > 0)
            shop.add(Light{.position = top - Vec3{0, 0.16f, 0},
                           .radius = radius * 0.6f,
                           .power = lamps.color * (1.5f * lamps.level)});
        return;
    }
    const Vec3 foot = top - Vec3{0, drop, 0};
    shop.column(top - Vec3{0, 0.025f, 0}, 0.025f, 0.05f, 0.05f, finishes.metal);
    const float choice = random.unit();
    const float length = drop - 0.02f;
    if (choice < 0.35f) {
        const float size = random.between(0.34f, 0.48f);
        const int globe = shadeMaterial(shop, {0.86f, 0.84f, 0.8f}, 2.6f);
        shop.column(foot + Vec3{0, size * 0.9f, 0}, length - size * 0.9f, 0.007f, 0.007f, finishes.dark);
        shop.ellipsoid(foot + Vec3{0, size * 0.5f, 0}, {size, size, size}, globe).shadow =
            Shadow::None;
        if (lamps.level > 0)
            shop.add(Light{.position = foot + Vec3{0, size * 0.5f, 0},
                           .radius = size * 0.5f,
                           .power = lamps.color * (1.3f * lamps.level)});
        return;
    }
    const float radius = random.between(0.24f, 0.36f);
    shop.column(foot + Vec3{0, 0.16f, 0}, length - 0.16f, 0.007f, 0.007f, finishes.dark);
    if (choice < 0.65f) {
        addShade(shop, foot, 0.28f, radius, radius * 0.9f, 1.4f);
        return;
    }
    const int body = random.chance(0.5f) ? finishes.metal : finishes.paint;
    shop.tube(foot, 0.17f, radius, 0.05f, body);
    shop.column(foot + Vec3{0, 0.165f, 0}, 0.05f, 0.05f, 0.02f, body);
    if (lamps.level <= 0)
        return;
    const int bulb = shop.add({.colors = {Color{0.8f, 0.8f, 0.8f}},
                               .emission = lamps.color * (6 * lamps.level)});
    shop.ellipsoid(foot + Vec3{0, 0.06f, 0}, {0.1f, 0.1f, 0.1f}, bulb).shadow = Shadow::None;
    Light light{.position = foot + Vec3{0, 0.05f, 0},
                .radius = 0.05f,
                .power = lamps.color * (1.7f * lamps.level)};
    light.side = light.up = {};
    light.downCosine = 0.05f / std::hypot(0.05f, radius);
    shop.add(light);
}

} // namespace concertina::rooms
