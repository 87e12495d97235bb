// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/finishes.h"

#include "core/data/rooms/color.h"

namespace concertina::rooms {

namespace {

/// Colors that an interior designer would put into one room.
struct Palette {
    std::array<std::uint32_t, 3> walls;
    std::uint32_t accentWall;
    std::array<std::uint32_t, 3> fabrics;
    std::array<std::uint32_t, 4> accents;
    std::array<std::uint32_t, 2> woods;
    std::uint32_t lacquer;
};

constexpr std::array Palettes{
    // Nordic: birch, oat, sage, mustard
    Palette{{0xF1EFEA, 0xE3E7E2, 0xDCE3E4}, 0x9DB0A3, {0xB8BFC6, 0xD9D0C0, 0x6F7F8C},
            {0xE2B04A, 0xC9745B, 0x3E5C6B, 0x8FA38C}, {0xD2B48C, 0xB98B5C}, 0xF2F0EB},
    // Mid-century: walnut, burnt orange, teal
    Palette{{0xEFE6D6, 0xE0D5C0, 0xD5DBD0}, 0x2F5D62, {0xC46A3A, 0x4F6D5A, 0x8A7358},
            {0xE0A526, 0x2A5B6F, 0xB5413A, 0xE8D9B5}, {0x8C5A33, 0x6A4024}, 0xEDE4D3},
    // Coast: white, sand, sea
    Palette{{0xEAF1F4, 0xD5E4EA, 0xF3F0E8}, 0x5F8CA3, {0xE9E4D8, 0xA9C4D0, 0x3F6A86},
            {0xE9C893, 0xF2A28A, 0x2F4F6B, 0x7FB7BE}, {0xD9C7A8, 0xB08E66}, 0xF5F5F2},
    // Clay: terracotta, olive
    Palette{{0xF0E2D2, 0xE6CDB6, 0xEBDCC3}, 0xB5654A, {0xC7A27C, 0x9A5B40, 0xEAD9C3},
            {0x6B7B5A, 0xD98E4A, 0x7C3F35, 0xF0D9A8}, {0xA67148, 0x6D4427}, 0xEFE3D3},
    // Garden: greens and cream
    Palette{{0xEEF0E6, 0xDCE4D2, 0xF2EDDF}, 0x4B6B53, {0x7F9A78, 0xE8E2D0, 0x3D5A46},
            {0xE4B363, 0xD47F5E, 0xF0E6C8, 0x9DB68C}, {0xB98A56, 0x8A6239}, 0xF1EFE6},
    // Library: deep walls, leather, brass
    Palette{{0x6C7A82, 0x5E6F63, 0x84766B}, 0x33454F, {0x9A643F, 0x7B3540, 0x46596E},
            {0xC9A24B, 0xA63D40, 0xD8CBB3, 0x5E8B7E}, {0x6E4A2C, 0x533420}, 0xD8D0C0},
    // Blush: rose, lilac, gold
    Palette{{0xF6ECE8, 0xF1E0DA, 0xE8EAF0}, 0xC7A1A0, {0xE3BDB7, 0xB8B5C8, 0xF0EAE4},
            {0xD4A24E, 0x8FA6A0, 0xB56576, 0x6D6875}, {0xD6B795, 0xB68A62}, 0xF7F2EE},
    // City: greys with one loud color
    Palette{{0xECECEC, 0xD6D9DC, 0xC8CCCF}, 0x4A5560, {0x6C7680, 0xA8AEB4, 0x434B54},
            {0xF2C230, 0x2C9AB7, 0xE4572E, 0xE8E8E8}, {0xA5835F, 0x5F4936}, 0xF0F0F0},
    // Japandi: rice paper, ash, ink
    Palette{{0xEDE6DB, 0xE2D8C8, 0xE6E4DC}, 0x8B8378, {0xD8CDBB, 0xA89F91, 0x5C5852},
            {0x9C6644, 0x7F8F72, 0xC2A878, 0x3B3A38}, {0xC8A27A, 0x6B4F3A}, 0xE9E2D5},
    // Jewel: petrol, wine, saffron
    Palette{{0xF3EBDD, 0xE7D3C0, 0xD9E2DF}, 0x1F6F78, {0x8E3B46, 0x2A6F74, 0xD9A441},
            {0xC8553D, 0x588B8B, 0x7D4E8A, 0xF2D0A4}, {0x9B6A3C, 0x6E4528}, 0xF0E9DC},
    // Play: sky, sun, coral
    Palette{{0xFFF4DB, 0xDDEFF4, 0xE6F0DC}, 0xF0B860, {0x6FA8C9, 0xF2B94B, 0xE77D5E},
            {0x4FB0A5, 0xF26B5B, 0x5C7FC2, 0xF7D774}, {0xE0C39A, 0xC79D6B}, 0xFAF7EF},
};

Color tone(std::uint32_t hex, Random& random) {
    const float light = random.between(0.9f, 1.06f);
    return lowest(fromHex(hex) * light, {0.88f, 0.88f, 0.88f});
}

Material paint(Color color, Random& random, float gloss = 0) {
    return {.colors = {color}, .gloss = gloss, .roughness = 0.35f, .seed = random.seed()};
}

Material wood(Color color, Random& random) {
    return {.pattern = Pattern::Wood,
            .colors = {color * 1.18f, color * 0.66f},
            .gloss = 0.035f,
            .roughness = 0.3f,
            .seed = random.seed()};
}

Material cloth(Color color, Random& random) {
    return {.pattern = Pattern::Weave,
            .colors = {color * 0.9f, color * 1.08f},
            .scale = random.between(0.8f, 2.2f),
            .relief = 1,
            .seed = random.seed()};
}

/// Cushions and blankets: now and then with stripes or checks.
Material figured(Color color, Color second, Random& random) {
    Material material = cloth(color, random);
    const float choice = random.unit();
    if (choice < 0.55f)
        return material;
    material.pattern = choice < 0.72f   ? Pattern::Stripes
                       : choice < 0.87f ? Pattern::Checks
                                        : Pattern::Motif;
    material.colors = {color, second, mix(color, second, 0.5f) * 0.7f};
    material.scale = random.between(0.07f, 0.14f);
    return material;
}

Material wallCovering(Color color, Random& random, float plainShare) {
    Material material = paint(color, random);
    if (random.chance(plainShare))
        return material;
    const float contrast = luminance(color) > 0.25f ? random.between(0.82f, 0.93f)
                                                     : random.between(1.2f, 1.5f);
    const bool stripes = random.chance(0.5f);
    material.pattern = stripes ? Pattern::Stripes : Pattern::Motif;
    material.colors = {color, color * contrast, color * (1.6f - 0.6f * contrast)};
    material.scale = stripes ? random.between(0.12f, 0.34f) : random.between(0.22f, 0.42f);
    return material;
}

Material brickwork(Random& random) {
    const bool white = random.chance(0.35f);
    const Color base = white ? fromHex(0xDAD4CB) : fromHex(0xA5614A);
    return {.pattern = Pattern::Brick,
            .colors = {base * 1.12f, base * 0.72f, white ? base * 0.85f : fromHex(0x97897C)},
            .relief = 1,
            .seed = random.seed()};
}

Material flooring(const Palette& palette, Random& random) {
    const float choice = random.unit();
    Material material{.seed = random.seed()};
    if (choice < 0.62f) {
        const float light = random.between(0.75f, 1.1f);
        const Color base = fromHex(random.pick(palette.woods)) * light;
        material.pattern = choice < 0.44f ? Pattern::Planks : Pattern::Parquet;
        material.colors = {base * 1.2f, base * 0.72f};
        material.scale = choice < 0.44f ? random.between(0.09f, 0.19f)
                                        : random.between(0.07f, 0.1f);
        material.gloss = random.between(0.02f, 0.06f);
        material.roughness = random.between(0.08f, 0.3f);
    } else if (choice < 0.8f) {
        const std::array<std::uint32_t, 4> stones{0xD9D2C5, 0xB9B4AB, 0xC98F6B, 0x8E8F8D};
        const Color base = fromHex(random.pick(stones));
        const bool chessboard = random.chance(0.3f);
        material.pattern = Pattern::Tiles;
        material.colors = {base, chessboard ? base * 0.45f : base, base * 0.55f};
        material.scale = random.between(0.3f, 0.6f);
        material.gloss = random.between(0.03f, 0.06f);
        material.roughness = random.between(0.05f, 0.2f);
    } else {
        const std::array<std::uint32_t, 5> yarns{0xC9BEAC, 0x9A9A98, 0xB59E82, 0x7E8A93, 0xA8A38F};
        const Color base = fromHex(random.pick(yarns));
        material.pattern = Pattern::Carpet;
        material.colors = {base * 0.8f, base * 1.15f};
    }
    return material;
}

void addCloth(Finishes& finishes, Scene& scene, const Palette& palette, Random& random) {
    const int first = random.below(3);
    for (int i = 0; i < 3; ++i) {
        const auto at = static_cast<std::size_t>((first + i) % 3);
        finishes.fabrics[static_cast<std::size_t>(i)] =
            scene.add(cloth(tone(palette.fabrics[at], random), random));
    }
    for (std::size_t i = 0; i < 4; ++i) {
        const Color second = i % 2 == 0 ? fromHex(0xEFE9DD) : fromHex(palette.fabrics[i % 3]);
        finishes.palette[i] = fromHex(palette.accents[i]);
        finishes.accents[i] = scene.add(figured(tone(palette.accents[i], random), second, random));
    }
    finishes.linen = scene.add(cloth(fromHex(0xF0EEE9) * random.between(0.86f, 0.98f), random));
    const Color curtain = random.chance(0.6f) ? fromHex(0xEEEAE2)
                                              : fromHex(random.pick(palette.fabrics));
    finishes.curtain = scene.add(cloth(curtain, random));
}

void addHard(Finishes& finishes, Scene& scene, const Palette& palette, Random& random) {
    finishes.wood = scene.add(wood(tone(palette.woods[0], random), random));
    finishes.darkWood = scene.add(wood(tone(palette.woods[1], random) * 0.8f, random));
    const bool colored = random.chance(0.35f);
    finishes.lacquer = scene.add(paint(
        tone(colored ? random.pick(palette.accents) : palette.lacquer, random), random, 0.04f));
    const std::array<std::uint32_t, 3> metals{0x2A2B2D, 0xB08D4F, 0x9FA3A6};
    Material metal = paint(fromHex(random.pick(metals)), random, 0.25f);
    metal.pattern = Pattern::Metal;
    finishes.metal = scene.add(metal);
    const std::array<std::uint32_t, 5> glazes{0xE9E4DA, 0xB86F50, 0x3F4A52, 0x7C9A92, 0xD8B07A};
    finishes.ceramic = scene.add(paint(fromHex(random.pick(glazes)), random, 0.05f));
    const bool white = random.chance(0.7f);
    finishes.stone = scene.add({.pattern = Pattern::Marble,
                                .colors = {fromHex(white ? 0xE6E3DF : 0x34383A),
                                           fromHex(white ? 0x8D8A88 : 0xB9B4A8)},
                                .scale = 0.35f,
                                .gloss = 0.05f,
                                .roughness = 0.1f,
                                .seed = random.seed()});
    finishes.wicker = scene.add({.pattern = Pattern::Wicker,
                                 .colors = {fromHex(0xC8A36E), fromHex(0x6E5230)},
                                 .scale = 0.018f,
                                 .seed = random.seed()});
}

} // namespace

Finishes chooseFinishes(Scene& scene, Random random) {
    const Palette& palette = random.pick(Palettes);
    Finishes finishes;
    const Color wall = tone(random.pick(palette.walls), random);
    finishes.wall = scene.add(wallCovering(wall, random, 0.68f));
    finishes.accentWall = finishes.wall;
    if (random.chance(0.34f))
        finishes.accentWall = scene.add(
            random.chance(0.25f) ? brickwork(random)
                                 : wallCovering(tone(palette.accentWall, random), random, 0.6f));
    finishes.ceiling = scene.add(paint(fromHex(0xF2F1EC), random));
    finishes.floor = scene.add(flooring(palette, random));
    const bool whiteTrim = random.chance(0.75f);
    const Color trim = whiteTrim ? fromHex(0xF0EFEB) : fromHex(palette.woods[1]);
    finishes.trim = scene.add(whiteTrim ? paint(trim, random, 0.03f) : wood(trim, random));
    const Color panel = random.chance(0.5f) ? trim
                                            : mix(trim, tone(palette.accentWall, random), 0.8f);
    finishes.panel = scene.add(paint(panel, random, 0.02f));
    const bool paintedDoor = random.chance(0.55f);
    const float tinted = random.chance(0.3f) ? 0.8f : 0.0f;
    const Color doorPaint = mix(fromHex(0xEDEBE6), fromHex(palette.accentWall), tinted);
    finishes.door = scene.add(paintedDoor ? paint(doorPaint, random, 0.03f)
                                          : wood(fromHex(random.pick(palette.woods)), random));
    addCloth(finishes, scene, palette, random);
    addHard(finishes, scene, palette, random);
    Material books{.pattern = Pattern::Spine, .seed = random.seed()};
    books.colors = {fromHex(0x8C3B32), fromHex(0x2F4A63), fromHex(0xD8C9A8), fromHex(0x4C6B57)};
    if (random.chance(0.5f))
        books.colors[static_cast<std::size_t>(random.below(4))] = finishes.palette[0];
    finishes.books = scene.add(books);
    const float warm = random.between(0.8f, 1.2f);
    finishes.leaf = scene.add({.pattern = Pattern::Leaf,
                               .colors = {Color{0.035f * warm, 0.115f, 0.035f},
                                          Color{0.11f * warm, 0.27f, 0.07f}},
                               .gloss = 0.03f,
                               .roughness = 0.4f,
                               .seed = random.seed()});
    finishes.soil = scene.add({.pattern = Pattern::Carpet,
                               .colors = {fromHex(0x2A2019), fromHex(0x4A3A2C)}});
    finishes.pane = scene.add({.pattern = Pattern::Pane});
    finishes.paper = scene.add(paint(fromHex(0xEFECE4), random));
    finishes.dark = scene.add(paint(fromHex(0x1E1C1A), random));
    return finishes;
}

} // namespace concertina::rooms
