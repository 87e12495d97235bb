// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/finishes.h"

#include "core/data/rooms/color.h"

namespace concertina::rooms {

namespace {

/// Colors that an interior designer would put into one room.
///
/// Over all palettes each kind of furniture keeps to a family of its own: sofas are deep and cool,
/// chairs warm and loud, beds pale, doors dark. So a small network can distinguish them by color
/// before it knows their shapes, and a picture has contrast.
struct Palette {
    std::array<std::uint32_t, 3> walls;
    std::uint32_t accentWall;
    std::array<std::uint32_t, 2> sofas;
    std::array<std::uint32_t, 2> chairs;
    std::array<std::uint32_t, 2> covers; ///< of beds
    std::array<std::uint32_t, 4> accents;
    std::uint32_t door;
    std::array<std::uint32_t, 2> woods; ///< light and dark
};

constexpr std::array Palettes{
    // Nordic: birch, oat, sage, mustard
    Palette{{0xF1EFEA, 0xE9E7E0, 0xDFE3E4}, 0xA9B6B5, {0x5F7A6C, 0x4F6472}, {0xE2B04A, 0xC9745B},
            {0xD9D0C0, 0xC8D0D4}, {0xE2B04A, 0xC9745B, 0x3E5C6B, 0x8FA38C}, 0x4A5A5E,
            {0xD2B48C, 0x8A6545}},
    // Mid-century: walnut, burnt orange, teal
    Palette{{0xEFE6D6, 0xE6DCC8, 0xE3E2D8}, 0xC9B48F, {0x2F6F73, 0x4F6D5A}, {0xD0692F, 0xE0A526},
            {0xE8D9B5, 0xD8C2AE}, {0xE0A526, 0x2A5B6F, 0xB5413A, 0xE8D9B5}, 0x2F5D62,
            {0xB9854F, 0x6A4024}},
    // Coast: white, sand, sea
    Palette{{0xEAF1F4, 0xDDE8EC, 0xF3F0E8}, 0xA9C4D0, {0x3F6A86, 0x35597A}, {0xF2A25C, 0xE58468},
            {0xE9E4D8, 0xBFD3DC}, {0xE9C893, 0xF2A28A, 0x2F4F6B, 0x7FB7BE}, 0x3B5872,
            {0xD9C7A8, 0x8A6B4A}},
    // Clay: terracotta, olive
    Palette{{0xF0E2D2, 0xEBD8C4, 0xEBDCC3}, 0xC98F70, {0x5F6B4A, 0x46605E}, {0xC8553D, 0xD98E4A},
            {0xEAD9C3, 0xE0C4B0}, {0x6B7B5A, 0xD98E4A, 0x7C3F35, 0xF0D9A8}, 0x5A4538,
            {0xC08A58, 0x6D4427}},
    // Garden: cream, forest, apricot
    Palette{{0xF2EDDF, 0xECE8DC, 0xE8EBE6}, 0xC2C4A8, {0x3D5A46, 0x4A6A6A}, {0xE4A14F, 0xD47F5E},
            {0xE8E2D0, 0xD3DBC4}, {0xE4B363, 0xD47F5E, 0xF0E6C8, 0x7F9A78}, 0x35503F,
            {0xC79A66, 0x7A5635}},
    // Library: greys, navy, brass
    Palette{{0xC9CACC, 0xBDBFBE, 0xD5D0C8}, 0x5B6972, {0x34506B, 0x3E4F5E}, {0xC98F3A, 0xA8483A},
            {0xD8CBB3, 0xB9B3AD}, {0xC9A24B, 0xA63D40, 0xD8CBB3, 0x5E8B7E}, 0x33404A,
            {0xA8774A, 0x533420}},
    // Blush: rose, lilac, gold
    Palette{{0xF6ECE8, 0xF3E4DF, 0xECEBF0}, 0xD3B2AE, {0x5C4A72, 0x58667F}, {0xD9A03F, 0xD46A6A},
            {0xEFD3CC, 0xD3C9DA}, {0xD4A24E, 0x8FA6A0, 0xB56576, 0x6D6875}, 0x554A5E,
            {0xD6B795, 0x936B4A}},
    // City: greys with one loud color
    Palette{{0xECECEC, 0xDFE1E3, 0xD6D8DA}, 0x7D8790, {0x3F566B, 0x4C5B5E}, {0xF2C230, 0xE4572E},
            {0xE4E4E4, 0xC3CCD3}, {0xF2C230, 0x2C9AB7, 0xE4572E, 0xE8E8E8}, 0x39424A,
            {0xBE9A70, 0x5F4936}},
    // Japandi: rice paper, ash, ink
    Palette{{0xEDE6DB, 0xE6DECF, 0xE6E4DC}, 0xB5A995, {0x4B5B57, 0x566470}, {0xB9703F, 0xC9964A},
            {0xE0D6C6, 0xCFC8BC}, {0x9C6644, 0x7F8F72, 0xC2A878, 0x3B3A38}, 0x3F3A36,
            {0xC8A27A, 0x6B4F3A}},
    // Jewel: petrol, plum, saffron
    Palette{{0xF3EBDD, 0xEBDDCC, 0xE3E5E3}, 0x8FA9AA, {0x1F6F78, 0x5E3F6B}, {0xE0912F, 0xC8453D},
            {0xF2DDBE, 0xD9C4D2}, {0xC8553D, 0x588B8B, 0x7D4E8A, 0xF2D0A4}, 0x20505A,
            {0xBC8850, 0x6E4528}},
    // Play: sky, sun, coral
    Palette{{0xFFF4DB, 0xE6F0F2, 0xF2F0E4}, 0xF3D9A0, {0x3F7FA8, 0x3F8F86}, {0xF2B94B, 0xF26B5B},
            {0xF7E3B8, 0xCFE2EA}, {0x4FB0A5, 0xF26B5B, 0x5C7FC2, 0xF7D774}, 0x3A6287,
            {0xE0C39A, 0xA87C50}},
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

/// Cloth that has stripes, checks or flowers with this probability.
Material figured(Color color, Color second, float probability, Random& random) {
    Material material = cloth(color, random);
    if (!random.chance(probability))
        return material;
    const float choice = random.unit();
    material.pattern = choice < 0.4f   ? Pattern::Stripes
                       : choice < 0.7f ? Pattern::Checks
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
    const std::size_t first = static_cast<std::size_t>(random.below(2));
    for (std::size_t i = 0; i < 2; ++i) {
        finishes.sofas[i] = scene.add(cloth(tone(palette.sofas[(first + i) % 2], random), random));
        finishes.chairs[i] =
            scene.add(figured(tone(palette.chairs[i], random), fromHex(0xEFE3CF), 0.2f, random));
        finishes.covers[i] = scene.add(figured(tone(palette.covers[i], random),
                                               fromHex(palette.accents[i]), 0.45f, random));
    }
    for (std::size_t i = 0; i < 4; ++i) {
        finishes.palette[i] = fromHex(palette.accents[i]);
        finishes.accents[i] =
            scene.add(figured(tone(palette.accents[i], random), fromHex(0xEFE9DD), 0.45f, random));
    }
    finishes.linen = scene.add(cloth(fromHex(0xF0EEE9) * random.between(0.86f, 0.98f), random));
    const Color curtain = random.chance(0.75f) ? fromHex(0xEEEAE2)
                                               : fromHex(random.pick(palette.covers));
    finishes.curtain = scene.add(cloth(curtain, random));
}

void addHard(Finishes& finishes, Scene& scene, const Palette& palette, Random& random) {
    finishes.wood = scene.add(wood(tone(palette.woods[0], random), random));
    finishes.darkWood = scene.add(wood(tone(palette.woods[1], random) * 0.8f, random));
    finishes.lacquer = scene.add(paint(fromHex(0xF0EEE8) * random.between(0.85f, 1.0f), random, 0.04f));
    finishes.paint = scene.add(paint(tone(random.pick(palette.chairs), random), random, 0.04f));
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
    finishes.wall = scene.add(wallCovering(wall, random, 0.75f));
    finishes.accentWall = finishes.wall;
    if (random.chance(0.28f))
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
    // Doors in a deep color or in dark wood: at a distance a white one is but a piece of wall.
    const float choice = random.unit();
    finishes.door = scene.add(
        choice < 0.6f    ? paint(tone(palette.door, random), random, 0.03f)
        : choice < 0.9f ? wood(fromHex(palette.woods[1]) * 0.9f, random)
                         : paint(fromHex(0xE6E2DA), random, 0.03f));
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
