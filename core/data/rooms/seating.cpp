// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/furniture.h"

namespace concertina::rooms {

namespace {

constexpr float SeatHeight = 0.44f;

struct SofaForm {
    float arm = 0.16f;
    float armHeight = 0.6f;
    float back = 0.2f;
    float legs = 0.1f;
    int seats = 2;
    int cloth = 0;
};

void addSofaFrame(Workshop& shop, Vec3 size, const SofaForm& form) {
    const Finishes& finishes = shop.finishes();
    const float bottom = form.legs;
    const float top = SeatHeight - 0.15f;
    shop.rounded({0, (bottom + top) * 0.5f, 0.01f}, {size.x - 0.02f, top - bottom, size.z - 0.03f},
                 0.025f, form.cloth);
    shop.rounded({0, (bottom + size.y - 0.06f) * 0.5f, -size.z * 0.5f + form.back * 0.42f},
                 {size.x - 0.01f, size.y - 0.06f - bottom, form.back * 0.84f}, 0.06f, form.cloth);
    for (const float side : {-1.0f, 1.0f}) {
        const float x = side * (size.x - form.arm) * 0.5f;
        shop.rounded({x, (bottom + form.armHeight) * 0.5f, 0},
                     {form.arm, form.armHeight - bottom, size.z}, form.arm * 0.36f, form.cloth);
        for (const float end : {-1.0f, 1.0f})
            shop.column({side * (size.x * 0.5f - 0.09f), 0, end * (size.z * 0.5f - 0.09f)},
                        form.legs + 0.02f, 0.014f, 0.026f, finishes.darkWood);
    }
}

void addSofaCushions(Workshop& shop, Vec3 size, const SofaForm& form) {
    const float inner = size.x - 2 * form.arm;
    const float width = inner / static_cast<float>(form.seats);
    const float depth = size.z - form.back + 0.02f;
    for (int seat = 0; seat < form.seats; ++seat) {
        const float x = -inner * 0.5f + (static_cast<float>(seat) + 0.5f) * width;
        shop.rounded({x, SeatHeight - 0.075f, form.back * 0.5f + 0.01f},
                     {width - 0.012f, 0.17f, depth}, 0.05f, form.cloth);
        Workshop back = shop.at(turned({x, SeatHeight + 0.19f,
                                        -size.z * 0.5f + form.back + 0.03f}, 0, -0.16f));
        back.rounded({}, {width - 0.02f, size.y - SeatHeight - 0.02f, 0.17f}, 0.07f, form.cloth);
    }
}

/// Scatter cushions lean against the back, in the corners first; a blanket lies over an arm.
void addSofaThrows(Workshop& shop, Vec3 size, const SofaForm& form) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const float inner = size.x - 2 * form.arm;
    const int cushions = random.count(form.seats > 1 ? 1 : 0, form.seats > 1 ? 4 : 1);
    const std::array<float, 4> places{-0.38f, 0.38f, -0.2f, 0.22f};
    for (int i = 0; i < cushions; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const float side = form.seats > 1 ? places[at] : 0.0f;
        const float edge = random.between(0.38f, 0.46f);
        const float yaw = random.between(-0.25f, 0.25f), roll = random.between(-0.16f, 0.16f);
        const float thick = random.between(0.13f, 0.17f);
        const Vec3 middle{side * inner, SeatHeight + edge * 0.46f,
                          -size.z * 0.5f + form.back + 0.21f};
        shop.at(turned(middle, yaw, -0.32f, roll))
            .at(turned({}, 0, Pi / 2))
            .cushion({}, {edge, thick, edge},
                     finishes.accents[static_cast<std::size_t>(random.below(4))]);
    }
    if (random.chance(0.3f)) {
        const float side = random.chance(0.5f) ? 1.0f : -1.0f;
        const int cloth = finishes.accents[static_cast<std::size_t>(random.below(4))];
        const float x = side * (size.x - form.arm) * 0.5f;
        shop.rounded({x, form.armHeight * 0.5f + 0.12f, random.between(-0.1f, 0.15f)},
                     {form.arm + 0.03f, form.armHeight - 0.21f, 0.36f}, form.arm * 0.4f, cloth);
    }
}

struct ChairForm {
    float seat = 0.45f;
    float leg = 0.021f;
    int frame = 0;
    int cover = 0;
    bool padded = false;
};

void addChairLegs(Workshop& shop, Vec3 size, const ChairForm& form) {
    const float x = size.x * 0.5f - 0.035f, z = size.z * 0.5f - 0.035f;
    for (const float side : {-1.0f, 1.0f})
        for (const float end : {-1.0f, 1.0f})
            shop.rod({side * (x + 0.015f), 0, end * (z + 0.012f)},
                     {side * (x - 0.02f), form.seat - 0.02f, end * (z - 0.02f)}, form.leg * 0.75f,
                     form.leg * 1.25f, form.frame);
}

/// Uprights with slats across or spindles between, or a padded or curved panel.
void addChairBack(Workshop& shop, Vec3 size, const ChairForm& form, float choice) {
    const float height = size.y - form.seat;
    Workshop back = shop.at(turned({0, form.seat - 0.01f, -size.z * 0.5f + 0.04f}, 0, -0.13f));
    if (choice < 0.5f || form.padded) {
        const float tall = form.padded ? height : height * 0.7f;
        back.rounded({0, height - tall * 0.5f, 0}, {size.x - 0.02f, tall, form.padded ? 0.07f : 0.03f},
                     form.padded ? 0.034f : 0.014f, form.cover);
        if (!form.padded)
            for (const float side : {-1.0f, 1.0f})
                back.rod({side * (size.x * 0.5f - 0.07f), 0, 0},
                         {side * (size.x * 0.5f - 0.07f), height * 0.7f, 0}, 0.014f, 0.012f,
                         form.frame);
        return;
    }
    for (const float side : {-1.0f, 1.0f})
        back.rod({side * (size.x * 0.5f - 0.03f), 0, 0},
                 {side * (size.x * 0.5f - 0.025f), height, 0}, 0.017f, 0.014f, form.frame);
    if (choice < 0.8f) {
        for (const float at : {0.3f, 0.6f, 0.92f})
            back.rounded({0, height * at, 0}, {size.x - 0.06f, 0.06f, 0.018f}, 0.008f, form.frame);
        return;
    }
    back.rounded({0, height - 0.03f, 0}, {size.x - 0.02f, 0.065f, 0.024f}, 0.01f, form.frame);
    for (int spindle = 0; spindle < 5; ++spindle) {
        const float x = (static_cast<float>(spindle) - 2) * (size.x - 0.1f) / 5;
        back.rod({x, 0, 0}, {x, height - 0.04f, 0}, 0.009f, 0.007f, form.frame);
    }
}

} // namespace

void buildSofa(Workshop shop, Vec3 size) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    SofaForm form;
    form.arm = random.between(0.11f, 0.22f);
    form.armHeight = random.between(0.54f, 0.66f);
    form.legs = random.between(0.06f, 0.14f);
    form.seats = std::max(1, static_cast<int>((size.x - 2 * form.arm) / 0.62f + 0.35f));
    form.cloth = finishes.sofas[size.x > 1.2f ? 0 : static_cast<std::size_t>(random.below(2))];
    addSofaFrame(shop, size, form);
    addSofaCushions(shop, size, form);
    addSofaThrows(shop, size, form);
}

void buildChair(Workshop shop, Vec3 size) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    ChairForm form;
    form.padded = random.chance(0.5f);
    const float choice = random.unit();
    const std::array<int, 4> paddedFrames{finishes.wood, finishes.darkWood, finishes.metal,
                                          finishes.paint};
    const std::array<int, 4> frames{finishes.paint, finishes.paint, finishes.paint, finishes.wood};
    form.frame = random.pick(form.padded ? paddedFrames : frames);
    const int cloth = random.pick(finishes.chairs);
    form.cover = form.padded ? cloth : form.frame;
    addChairLegs(shop, size, form);
    if (form.padded || random.chance(0.3f))
        shop.rounded({0, form.seat - 0.01f, 0}, {size.x - 0.01f, 0.07f, size.z - 0.01f}, 0.033f,
                     cloth);
    else
        shop.rounded({0, form.seat - 0.015f, 0}, {size.x, 0.035f, size.z}, 0.016f, form.frame);
    addChairBack(shop, size, form, choice);
}

void buildOfficeChair(Workshop shop, Vec3 size) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const int cover = random.chance(0.3f) ? finishes.dark : random.pick(finishes.chairs);
    for (int foot = 0; foot < 5; ++foot) {
        const float angle = 2 * Pi * (static_cast<float>(foot) + 0.3f) / 5;
        const Vec3 out{0.28f * std::sin(angle), 0.07f, 0.28f * std::cos(angle)};
        shop.rod({0, 0.11f, 0}, out, 0.022f, 0.015f, finishes.metal);
        shop.ellipsoid({out.x, 0.03f, out.z}, {0.05f, 0.06f, 0.05f}, finishes.dark);
    }
    shop.column({0, 0.08f, 0}, 0.34f, 0.03f, 0.025f, finishes.metal);
    shop.rounded({0, 0.47f, 0}, {size.x, 0.1f, size.z - 0.06f}, 0.048f, cover);
    Workshop back = shop.at(turned({0, 0.5f, -size.z * 0.5f + 0.06f}, 0, -0.1f));
    const float height = size.y - 0.6f;
    back.rounded({0, 0.1f + height * 0.5f, 0}, {size.x - 0.03f, height, 0.08f}, 0.038f, cover);
    back.rod({0, -0.02f, -0.02f}, {0, 0.2f, -0.03f}, 0.025f, 0.02f, finishes.metal);
    for (const float side : {-1.0f, 1.0f}) {
        shop.rounded({side * (size.x * 0.5f + 0.02f), 0.68f, -0.02f}, {0.06f, 0.035f, 0.26f}, 0.016f,
                     finishes.dark);
        shop.rod({side * (size.x * 0.5f + 0.02f), 0.67f, -0.05f},
                 {side * (size.x * 0.5f - 0.03f), 0.45f, -0.03f}, 0.014f, 0.014f, finishes.metal);
    }
}

void buildStool(Workshop shop, Vec3 size) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    if (random.chance(0.5f)) {
        shop.rounded({0, size.y * 0.5f, 0}, size, 0.09f, random.pick(finishes.chairs));
        return;
    }
    const float radius = size.x * 0.5f;
    shop.column({0, size.y - 0.05f, 0}, 0.05f, radius * 0.95f, radius, finishes.wood);
    for (int leg = 0; leg < 3; ++leg) {
        const float angle = 2 * Pi * (static_cast<float>(leg) + 0.2f) / 3;
        const Vec3 out{std::sin(angle), 0, std::cos(angle)};
        shop.rod(out * radius, out * (radius * 0.6f) + Vec3{0, size.y - 0.04f, 0}, 0.014f, 0.02f,
                 finishes.wood);
    }
}

} // namespace concertina::rooms
