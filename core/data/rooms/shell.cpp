// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/shell.h"

#include <algorithm>

namespace concertina::rooms {

namespace {

void chooseWindow(FloorPlan& plan, Random& random, int wall, bool seen) {
    const Vec3 room = plan.room();
    Opening opening{.wall = wall};
    const bool tall = random.chance(0.2f);
    const float width = tall ? random.between(1.3f, 2.2f) : random.between(0.85f, 1.7f);
    const auto from = plan.placeOpening(random, wall, width, seen);
    if (!from)
        return;
    opening.from = *from;
    opening.to = *from + width;
    opening.bottom = tall ? random.between(0.1f, 0.35f) : random.between(0.8f, 1.0f);
    opening.top = std::min(room.y - 0.22f, random.between(2.0f, 2.3f));
    const bool spaceBeside = *from > 0.65f && *from + width < wallLength(room, wall) - 0.65f;
    if (spaceBeside && random.chance(0.6f))
        opening.curtain = random.between(0.24f, 0.4f);
    plan.add(opening);
}

void chooseDoor(FloorPlan& plan, Random& random, int wall, bool seen) {
    const float width = random.between(0.85f, 1.0f);
    if (const auto from = plan.placeOpening(random, wall, width, seen))
        plan.add({.wall = wall, .from = *from, .to = *from + width, .bottom = 0,
                  .top = random.between(2.0f, 2.12f), .door = true});
}

/// The solid pieces of a wall between and around its openings.
void addWall(Workshop& shop, const FloorPlan& plan, int wall, int material) {
    const Vec3 room = plan.room();
    const float length = wallLength(room, wall);
    const bool stripes = shop.material(material).pattern == Pattern::Stripes;
    const auto piece = [&](float from, float to, float bottom, float top) {
        Part& part = shop.box({(from + to) * 0.5f, (bottom + top) * 0.5f, -WallThickness * 0.5f},
                              {to - from, top - bottom, WallThickness}, material);
        part.grain = stripes ? 1 : 0;
        part.seed = 0;
    };
    std::vector<Opening> openings;
    for (const Opening& opening : plan.openings())
        if (opening.wall == wall)
            openings.push_back(opening);
    std::ranges::sort(openings, {}, &Opening::from);
    float from = -WallThickness;
    for (const Opening& opening : openings) {
        piece(from, opening.from, 0, room.y);
        if (opening.bottom > 0)
            piece(opening.from, opening.to, 0, opening.bottom);
        piece(opening.from, opening.to, opening.top, room.y);
        from = opening.to;
    }
    piece(from, length + WallThickness, 0, room.y);
}

/// Boxes along the foot (or any height) of a wall, interrupted by what reaches down to there.
void addMoulding(Workshop& shop, const FloorPlan& plan, int wall, float bottom, float height,
                 float depth, int material) {
    float from = 0;
    const float length = wallLength(plan.room(), wall);
    std::vector<Opening> openings;
    for (const Opening& opening : plan.openings())
        if (opening.wall == wall && opening.bottom < bottom + height)
            openings.push_back(opening);
    std::ranges::sort(openings, {}, &Opening::from);
    openings.push_back({.from = length + 0.08f, .to = length});
    for (const Opening& opening : openings) {
        const float to = opening.from - 0.08f;
        if (to > from)
            shop.box({(from + to) * 0.5f, bottom + height * 0.5f, depth * 0.5f},
                     {to - from, height, depth}, material);
        from = opening.to + 0.08f;
    }
}

/// Raised frames on the lower part of a wall, under a rail.
void addPanels(Workshop& shop, const FloorPlan& plan, int wall, int material) {
    const float length = wallLength(plan.room(), wall);
    const float top = 0.95f;
    addMoulding(shop, plan, wall, top, 0.04f, 0.024f, material);
    addMoulding(shop, plan, wall, 0.1f, top - 0.1f, 0.006f, material);
    const int count = std::max(2, static_cast<int>(length / 0.6f));
    const float pitch = length / static_cast<float>(count);
    for (int i = 0; i < count; ++i) {
        const float x = (static_cast<float>(i) + 0.5f) * pitch;
        const float half = pitch * 0.5f - 0.05f;
        bool free = true;
        for (const Opening& opening : plan.openings())
            free &= opening.wall != wall || opening.bottom > top || x + half < opening.from - 0.09f
                    || x - half > opening.to + 0.09f;
        if (!free)
            continue;
        for (const float side : {-1.0f, 1.0f}) {
            shop.box({x + side * half, 0.54f, 0.008f}, {0.025f, 0.68f, 0.016f}, material);
            shop.box({x, 0.54f + side * 0.33f, 0.008f}, {2 * half - 0.02f, 0.025f, 0.016f}, material);
        }
    }
}

} // namespace

void chooseOpenings(FloorPlan& plan, Random random) {
    constexpr std::array<std::array<int, 3>, 3> Orders{{{BackWall, LeftWall, RightWall},
                                                        {LeftWall, RightWall, BackWall},
                                                        {RightWall, BackWall, LeftWall}}};
    const auto has = [&](bool door) {
        return std::ranges::find(plan.openings(), door, &Opening::door) != plan.openings().end();
    };
    const auto& doorWalls = random.pick(Orders);
    if (random.chance(0.62f))
        for (const int wall : doorWalls)
            if (!has(true))
                chooseDoor(plan, random, wall, true);
    if (!has(true))
        chooseDoor(plan, random, FrontWall, false);
    const auto& windowWalls = random.pick(Orders);
    if (random.chance(0.75f))
        for (const int wall : windowWalls)
            if (!has(false))
                chooseWindow(plan, random, wall, true);
    if (random.chance(0.3f))
        chooseWindow(plan, random, windowWalls[1], true);
    if (random.chance(0.35f))
        chooseWindow(plan, random, FrontWall, false);
    // Some daylight has to come from somewhere.
    for (const int wall : {FrontWall, LeftWall, RightWall, BackWall})
        if (!has(false))
            chooseWindow(plan, random, wall, false);
}

void buildShell(Workshop shop, const FloorPlan& plan) {
    const Vec3 room = plan.room();
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const Vec3 middle = room * 0.5f;
    const float wide = room.x + 2 * WallThickness, deep = room.z + 2 * WallThickness;
    Part& floor = shop.as(Label::Floor).box({middle.x, -0.05f, middle.z}, {wide, 0.1f, deep},
                                            finishes.floor);
    floor.grain = random.chance(0.5f) ? 0 : 2;
    floor.seed = 0;
    shop.as(Label::Ceiling).box({middle.x, room.y + 0.05f, middle.z}, {wide, 0.1f, deep},
                                finishes.ceiling);
    const bool panels = random.chance(0.2f);
    const int accented = random.below(3);
    const float skirting = random.between(0.06f, 0.14f);
    for (int wall = 0; wall < WallCount; ++wall) {
        Workshop on = shop.at(wallFrame(room, wall)).as(Label::Wall);
        addWall(on, plan, wall, wall == accented ? finishes.accentWall : finishes.wall);
        addMoulding(on, plan, wall, 0, skirting, 0.018f, finishes.trim);
        addMoulding(on, plan, wall, room.y - 0.05f, 0.05f, 0.03f, finishes.ceiling);
        if (panels)
            addPanels(on, plan, wall, finishes.panel);
    }
    for (const Opening& opening : plan.openings()) {
        const Frame on = wallFrame(room, opening.wall);
        const Frame at{on.pointOut({opening.middle(), opening.bottom, 0}), on.x, on.y, on.z};
        const float width = opening.to - opening.from, height = opening.top - opening.bottom;
        if (opening.door)
            buildDoor(shop.at(at).as(Label::Door).another(), width, height);
        else
            buildWindow(shop.at(at).as(Label::Window).another(), width, height, opening);
    }
}

} // namespace concertina::rooms
