// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/furniture.h"

namespace concertina::rooms {

namespace {

void addLegs(Workshop& shop, Vec3 size, float top, LegStyle style, int material) {
    const float inset = style == LegStyle::Metal ? 0.04f : 0.06f;
    const float x = size.x * 0.5f - inset, z = size.z * 0.5f - inset;
    for (const float side : {-1.0f, 1.0f})
        for (const float end : {-1.0f, 1.0f})
            switch (style) {
            case LegStyle::Tapered:
                shop.rod({side * (x + 0.02f), 0, end * (z + 0.02f)},
                         {side * (x - 0.03f), top, end * (z - 0.03f)}, 0.016f, 0.028f, material);
                break;
            case LegStyle::Square:
                shop.box({side * x, top * 0.5f, end * z}, {0.065f, top, 0.065f}, material);
                break;
            case LegStyle::Metal:
                shop.box({side * x, top * 0.5f, end * z}, {0.03f, top, 0.03f}, material);
                break;
            }
    if (style == LegStyle::Metal)
        for (const float side : {-1.0f, 1.0f})
            shop.box({side * x, 0.015f, 0}, {0.03f, 0.03f, 2 * z}, material);
    if (style == LegStyle::Square)
        for (const float end : {-1.0f, 1.0f})
            shop.box({0, top - 0.045f, end * z}, {2 * x, 0.09f, 0.022f}, material);
}

int tableTop(Workshop& shop) {
    const Finishes& finishes = shop.finishes();
    const std::array<int, 5> tops{finishes.wood, finishes.wood, finishes.wood, finishes.lacquer,
                                  finishes.stone};
    return shop.random().pick(tops);
}

void addDrawers(Workshop& shop, Vec3 size, float top, int front) {
    const float width = size.x * 0.32f;
    const float x = size.x * 0.5f - width * 0.5f - 0.02f;
    const float bottom = 0.12f;
    shop.box({x, (bottom + top) * 0.5f, 0}, {width, top - bottom, size.z - 0.06f}, front);
    const float height = (top - bottom) / 3;
    for (int i = 0; i < 3; ++i) {
        const float y = bottom + (static_cast<float>(i) + 0.5f) * height;
        shop.rounded({x, y, size.z * 0.5f - 0.025f}, {width - 0.02f, height - 0.015f, 0.02f}, 0.005f,
                     front);
        shop.rod({x - 0.06f, y + 0.03f, size.z * 0.5f}, {x + 0.06f, y + 0.03f, size.z * 0.5f},
                 0.007f, 0.007f, shop.finishes().metal);
    }
}

} // namespace

void buildTable(Workshop shop, Vec3 size, bool round) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const int top = tableTop(shop);
    const float thickness = random.between(0.025f, 0.05f);
    const float under = size.y - thickness;
    const std::array<int, 3> frames{finishes.wood, finishes.darkWood, finishes.metal};
    const int frame = top == finishes.wood ? finishes.wood : random.pick(frames);
    if (round) {
        const float radius = size.x * 0.5f;
        shop.column({0, under, 0}, thickness, radius * 0.985f, radius, top);
        shop.column({0, 0.04f, 0}, under - 0.04f, 0.07f, 0.045f, frame);
        shop.column({0, under - 0.05f, 0}, 0.05f, 0.05f, radius * 0.4f, frame);
        shop.column({0, 0, 0}, 0.04f, radius * 0.5f, radius * 0.42f, frame);
        return;
    }
    shop.rounded({0, under + thickness * 0.5f, 0}, {size.x, thickness, size.z}, 0.012f, top);
    const bool metal = frame == finishes.metal;
    addLegs(shop, size, under, metal ? LegStyle::Metal
                               : random.chance(0.5f) ? LegStyle::Tapered : LegStyle::Square, frame);
}

void buildDesk(Workshop shop, Vec3 size) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const int top = tableTop(shop);
    const float under = size.y - 0.03f;
    const bool metal = random.chance(0.4f);
    shop.rounded({0, under + 0.015f, 0}, {size.x, 0.03f, size.z}, 0.008f, top);
    addLegs(shop, size, under, metal ? LegStyle::Metal : LegStyle::Square,
            metal ? finishes.metal : finishes.wood);
    if (random.chance(0.65f))
        addDrawers(shop, size, under, random.chance(0.5f) ? finishes.lacquer : finishes.wood);
}

void buildCoffeeTable(Workshop shop, Vec3 size) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const int top = tableTop(shop);
    if (size.x == size.z) {
        const float radius = size.x * 0.5f;
        shop.column({0, size.y - 0.03f, 0}, 0.03f, radius * 0.98f, radius, top);
        for (int leg = 0; leg < 3; ++leg) {
            const float angle = 2 * Pi * (static_cast<float>(leg) + 0.15f) / 3;
            const Vec3 out{std::sin(angle), 0, std::cos(angle)};
            shop.rod(out * (radius * 0.85f), out * (radius * 0.6f) + Vec3{0, size.y - 0.03f, 0},
                     0.013f, 0.021f, random.chance(0.5f) ? finishes.darkWood : finishes.wood);
        }
        return;
    }
    shop.rounded({0, size.y - 0.02f, 0}, {size.x, 0.04f, size.z}, 0.012f, top);
    if (random.chance(0.4f))
        shop.box({0, size.y * 0.35f, 0}, {size.x - 0.12f, 0.02f, size.z - 0.12f}, top);
    const bool metal = random.chance(0.4f);
    addLegs(shop, size, size.y - 0.04f, metal ? LegStyle::Metal : LegStyle::Square,
            metal ? finishes.metal : finishes.wood);
}

} // namespace concertina::rooms
