// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/furniture.h"

namespace concertina::rooms {

namespace {

constexpr float MattressTop = 0.5f;

void addHeadboard(Workshop& shop, Vec3 size, int frame, int cloth, bool padded) {
    const float z = -size.z * 0.5f + 0.04f;
    if (padded) {
        const int panels = size.x > 1.3f ? 4 : 2;
        const float width = (size.x + 0.02f) / static_cast<float>(panels);
        for (int i = 0; i < panels; ++i)
            shop.rounded({(static_cast<float>(i) + 0.5f) * width - size.x * 0.5f - 0.01f,
                          size.y * 0.5f + 0.06f, z},
                         {width - 0.004f, size.y - 0.12f, 0.09f}, 0.035f, cloth);
        return;
    }
    if (shop.random().chance(0.5f)) {
        shop.rounded({0, size.y * 0.5f + 0.05f, z}, {size.x, size.y - 0.1f, 0.05f}, 0.015f, frame);
        return;
    }
    for (const float side : {-1.0f, 1.0f})
        shop.box({side * (size.x * 0.5f - 0.03f), size.y * 0.5f, z}, {0.06f, size.y, 0.06f}, frame);
    const int slats = static_cast<int>(size.x / 0.14f);
    const float pitch = (size.x - 0.06f) / static_cast<float>(slats);
    for (int i = 1; i < slats; ++i)
        shop.box({static_cast<float>(i) * pitch - size.x * 0.5f + 0.03f, size.y * 0.6f, z},
                 {0.035f, size.y * 0.7f, 0.02f}, frame);
    shop.rounded({0, size.y - 0.04f, z}, {size.x, 0.08f, 0.05f}, 0.02f, frame);
}

void addPillows(Workshop& shop, Vec3 size, int accent) {
    Random& random = shop.random();
    const int count = size.x > 1.3f ? 2 : 1;
    const float width = size.x > 1.3f ? size.x * 0.44f : size.x * 0.74f;
    for (int i = 0; i < count; ++i) {
        const float x = count == 1 ? 0 : (static_cast<float>(i) - 0.5f) * size.x * 0.48f;
        const float lean = random.between(-0.55f, -0.25f);
        Workshop pillow = shop.at(turned({x, MattressTop + 0.14f, -size.z * 0.5f + 0.31f},
                                         random.between(-0.06f, 0.06f), -lean));
        pillow.cushion({}, {width, 0.17f, 0.44f}, shop.finishes().linen);
    }
    if (!random.chance(0.6f))
        return;
    const int extra = count == 1 ? 1 : random.count(1, 2);
    for (int i = 0; i < extra; ++i) {
        const float x = extra == 1 ? 0 : (static_cast<float>(i) - 0.5f) * size.x * 0.36f;
        Workshop leaning = shop.at(turned({x, MattressTop + 0.21f, -size.z * 0.5f + 0.58f},
                                          random.between(-0.15f, 0.15f), 1.05f));
        leaning.cushion({}, {0.42f, 0.14f, 0.4f}, accent);
    }
}

} // namespace

void buildBed(Workshop shop, Vec3 size) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const std::array<int, 3> frames{finishes.wood, finishes.lacquer, finishes.lacquer};
    const int frame = random.pick(frames);
    const bool padded = random.chance(0.45f);
    const int cloth = finishes.covers[0];
    const int side = padded ? cloth : frame;
    addHeadboard(shop, size, frame, cloth, padded);
    const float head = -size.z * 0.5f + 0.08f, foot = size.z * 0.5f;
    const float length = foot - head, middle = (foot + head) * 0.5f;
    const float legs = random.between(0.08f, 0.16f);
    shop.rounded({0, (legs + 0.33f) * 0.5f, middle}, {size.x, 0.33f - legs, length},
                 padded ? 0.03f : 0.01f, side);
    for (const float x : {-1.0f, 1.0f})
        for (const float z : {head + 0.1f, foot - 0.1f})
            shop.box({x * (size.x * 0.5f - 0.07f), legs * 0.5f, z}, {0.06f, legs, 0.06f},
                     finishes.darkWood);
    shop.rounded({0, 0.39f, middle - 0.01f}, {size.x - 0.05f, 0.22f, length - 0.04f}, 0.06f,
                 finishes.linen);
    // The cover hangs over the sides; where it is turned down one sees its inner side.
    const int cover = random.pick(finishes.covers);
    const float covered = length * random.between(0.62f, 0.72f);
    const float drop = random.between(0.14f, 0.24f);
    const Vec3 middleOfCover{0, MattressTop + 0.025f - drop * 0.5f, foot - covered * 0.5f + 0.01f};
    shop.rounded(middleOfCover, {size.x + 0.03f, drop + 0.03f, covered}, 0.055f, cover);
    shop.cushion({0, MattressTop, middleOfCover.z},
                 {size.x + 0.05f, random.between(0.16f, 0.24f), covered + 0.03f}, cover);
    const int inner = random.chance(0.7f) ? finishes.linen : random.pick(finishes.covers);
    shop.rounded({0, MattressTop + 0.05f - drop * 0.5f, foot - covered - 0.08f},
                 {size.x + 0.055f, drop + 0.1f, 0.34f}, 0.075f, inner);
    if (random.chance(0.45f)) {
        const int blanket = finishes.accents[static_cast<std::size_t>(random.below(4))];
        const float z = foot - random.between(0.38f, 0.5f);
        const float wide = random.between(0.35f, 0.55f);
        shop.rounded({0, MattressTop + 0.07f - drop * 0.5f, z},
                     {size.x + 0.07f, drop + 0.1f, wide}, 0.07f, blanket);
    }
    addPillows(shop, size, finishes.accents[static_cast<std::size_t>(random.below(4))]);
}

} // namespace concertina::rooms
