// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/furniture.h"

namespace concertina::rooms {

void buildPicture(Workshop shop, float width, float height) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const std::array<int, 5> frames{finishes.wood, finishes.darkWood, finishes.dark,
                                    finishes.trim, finishes.metal};
    const int frame = random.pick(frames);
    const float bar = random.between(0.015f, 0.035f);
    const float deep = 0.03f;
    for (const float side : {-1.0f, 1.0f}) {
        shop.box({side * (width - bar) * 0.5f, 0, deep * 0.5f}, {bar, height, deep}, frame);
        shop.box({0, side * (height - bar) * 0.5f, deep * 0.5f}, {width - 2 * bar, bar, deep},
                 frame);
    }
    const float mat = random.chance(0.55f) ? std::min(width, height) * 0.13f : 0.0f;
    if (mat > 0)
        shop.box({0, 0, 0.008f}, {width - 2 * bar, height - 2 * bar, 0.016f}, finishes.paper);
    Material art{.pattern = Pattern::Art, .gloss = 0.02f, .roughness = 0.25f};
    art.colors = finishes.palette;
    for (std::size_t i = 3; i > 0; --i)
        std::swap(art.colors[i], art.colors[static_cast<std::size_t>(random.below(static_cast<int>(i) + 1))]);
    art.seed = random.seed();
    shop.box({0, 0, 0.01f}, {width - 2 * (bar + mat), height - 2 * (bar + mat), 0.0164f},
             shop.add(art));
}

void buildRug(Workshop shop, Vec3 size) {
    Random& random = shop.random();
    Material rug{.pattern = Pattern::Rug, .seed = random.seed()};
    rug.colors = shop.finishes().palette;
    const Color cream{0.72f, 0.66f, 0.56f};
    rug.colors[static_cast<std::size_t>(random.below(2))] = cream;
    for (Color& color : rug.colors)
        color = mix(color, cream, 0.12f);
    const int material = shop.add(rug);
    if (size.x == size.z)
        shop.column({0, 0, 0}, size.y, size.x * 0.5f, size.x * 0.5f, material);
    else
        shop.box({0, size.y * 0.5f, 0}, size, material);
}

} // namespace concertina::rooms
