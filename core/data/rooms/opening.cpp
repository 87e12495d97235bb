// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/shell.h"

#include "core/data/rooms/color.h"

namespace concertina::rooms {

namespace {

void addCasing(Workshop& shop, float width, float height, float bar, bool foot) {
    const int trim = shop.finishes().trim;
    for (const float side : {-1.0f, 1.0f})
        shop.box({side * (width + bar) * 0.5f, (height + bar) * 0.5f, 0.011f},
                 {bar, height + bar, 0.022f}, trim);
    shop.box({0, height + bar * 0.5f, 0.012f}, {width, bar, 0.024f}, trim);
    if (foot)
        shop.box({0, -bar * 0.5f, 0.011f}, {width, bar, 0.022f}, trim);
}

/// A frame in the opening with bars between its panes.
void addSash(Workshop& shop, float width, float height) {
    Random& random = shop.random();
    const Finishes& finishes = shop.finishes();
    const bool black = random.chance(0.2f);
    const int frame = black ? finishes.dark : finishes.trim;
    const float z = -0.16f, bar = 0.055f;
    const int columns = std::max(1, static_cast<int>(width / 0.62f + 0.4f));
    const int rows = random.chance(0.5f) ? 1 : random.count(2, 3);
    const auto vertical = [&](float x, float wide) {
        shop.box({x, height * 0.5f, z}, {wide, height, 0.05f}, frame).shadow = Shadow::Sun;
    };
    const auto level = [&](float y, float tall) {
        shop.box({0, y, z}, {width - 0.02f, tall, 0.046f}, frame).shadow = Shadow::Sun;
    };
    for (int i = 0; i <= columns; ++i) {
        const bool end = i == 0 || i == columns;
        const float at = static_cast<float>(i) / static_cast<float>(columns) - 0.5f;
        vertical(at * (width - (end ? bar : 0)), end ? bar : 0.06f);
    }
    level(bar * 0.5f, bar);
    level(height - bar * 0.5f, bar);
    for (int i = 1; i < rows; ++i)
        level(height * static_cast<float>(i) / static_cast<float>(rows), 0.03f);
}

void addCurtains(Workshop& shop, float width, float height, const Opening& opening) {
    Random& random = shop.random();
    const Finishes& finishes = shop.finishes();
    const float bottom = 0.02f - opening.bottom;
    const float top = height + 0.12f;
    const float reach = random.between(0.02f, 0.16f); // over the opening
    for (const float side : {-1.0f, 1.0f}) {
        const float wide = opening.curtain + reach;
        const float x = side * (width * 0.5f + opening.curtain - wide * 0.5f);
        shop.drape({x, (bottom + top) * 0.5f, 0.1f}, {wide, top - bottom, 0.075f},
                   wide / (3.5f + static_cast<float>(random.below(2))), finishes.curtain)
            .grain = 1;
    }
    const float half = width * 0.5f + opening.curtain + 0.08f;
    shop.rod({-half, top + 0.015f, 0.1f}, {half, top + 0.015f, 0.1f}, 0.012f, 0.012f,
             finishes.metal);
    for (const float side : {-1.0f, 1.0f})
        shop.ellipsoid({side * half, top + 0.015f, 0.1f}, {0.05f, 0.05f, 0.05f}, finishes.metal);
}

} // namespace

void buildWindow(Workshop shop, float width, float height, const Opening& opening) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    addSash(shop, width, height);
    shop.box({0, height * 0.5f, -0.2f}, {width, height, 0.01f}, finishes.pane).shadow =
        Shadow::None;
    if (random.chance(0.5f))
        addCasing(shop, width, height, random.between(0.05f, 0.08f), false);
    if (opening.bottom > 0.5f)
        shop.rounded({0, -0.012f, -0.04f}, {width + 0.1f, 0.028f, 0.22f}, 0.008f, finishes.trim);
    if (opening.curtain > 0)
        addCurtains(shop, width, height, opening);
    else if (opening.bottom > 0.5f && random.chance(0.3f)) {
        const float length = height * random.between(0.15f, 0.45f); // a blind
        shop.box({0, height - length * 0.5f, -0.115f}, {width - 0.02f, length, 0.006f},
                 finishes.linen);
    }
    // The light of the sky comes in through the pane; light.cpp gives it its colors.
    const float halfWidth = width * 0.5f - 0.05f, halfHeight = height * 0.5f - 0.05f;
    shop.add(Light{.kind = Light::Kind::Pane,
                   .position = {0, height * 0.5f, -0.18f},
                   .u = {halfWidth, 0, 0},
                   .v = {0, halfHeight, 0},
                   .area = 4 * halfWidth * halfHeight,
                   .direction = {0, 0, 1}});
}

void buildDoor(Workshop shop, float width, float height) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const int leaf = finishes.door;
    shop.box({0, height * 0.5f, -0.055f}, {width, height, 0.045f}, leaf).grain = 1;
    const int rows = random.count(0, 3);
    const int columns = rows == 3 ? 2 : 1;
    const float rim = 0.11f;
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            const float w = (width - rim) / static_cast<float>(columns) - rim;
            const float h = (height - rim) / static_cast<float>(rows) - rim;
            const float x = (static_cast<float>(column) + 0.5f) * (w + rim)
                            - (width - rim) * 0.5f;
            const float y = rim + (static_cast<float>(row) + 0.5f) * (h + rim) - rim * 0.5f;
            for (const float side : {-1.0f, 1.0f}) {
                shop.box({x + side * w * 0.5f, y, -0.026f}, {0.022f, h + 0.022f, 0.014f}, leaf)
                    .grain = 1;
                shop.box({x, y + side * h * 0.5f, -0.026f}, {w - 0.022f, 0.022f, 0.014f}, leaf);
            }
            shop.rounded({x, y, -0.03f}, {w - 0.1f, h - 0.1f, 0.022f}, 0.008f, leaf).grain = 1;
        }
    addCasing(shop, width, height, random.between(0.06f, 0.09f), false);
    const float side = random.chance(0.5f) ? 1.0f : -1.0f;
    const float x = side * (width * 0.5f - 0.07f);
    shop.box({x, 1.02f, -0.03f}, {0.035f, 0.2f, 0.008f}, finishes.metal);
    shop.rod({x, 1.05f, -0.03f}, {x, 1.05f, 0.015f}, 0.009f, 0.009f, finishes.metal);
    shop.rod({x + side * 0.01f, 1.05f, 0.015f}, {x - side * 0.11f, 1.05f, 0.015f}, 0.01f, 0.008f,
             finishes.metal);
}

} // namespace concertina::rooms
