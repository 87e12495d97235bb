// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/furnisher.h"

namespace concertina::rooms {

void Furnisher::addFloorLamp() {
    if (!m_random.chance(0.75f))
        return;
    const Vec3 size{0.5f, m_random.between(1.45f, 1.75f), 0.5f};
    if (const auto site = m_plan.byWall(m_random, size, 0, m_random.chance(0.6f)))
        stand(*site, Label::Lamp,
              [](Workshop shop, Vec3 of) { buildFloorLamp(std::move(shop), of.y); });
}

/// Over the middle of a table, down to `free` metres above the floor; 0: a dish at the ceiling.
void Furnisher::addCeilingLamp(Vec3 over, float free) {
    const Vec3 room = m_plan.room();
    const float drop = free > 0 ? std::max(0.3f, room.y - free) : 0.0f;
    buildCeilingLamp(shop({{over.x, room.y, over.z}}, Label::Lamp), {}, drop);
}

/// On the floor; where there is no room for a tree, a small one may do.
void Furnisher::addPlant() {
    float height = m_random.between(0.9f, 1.9f);
    for (int i = 0; i < 2; ++i) {
        const float wide = std::clamp(height * 0.6f, 0.45f, 0.95f);
        const auto site = m_plan.byWall(m_random, {wide, height, wide}, 0, m_random.chance(0.5f));
        if (site) {
            stand(*site, Label::Plant, [](Workshop shop, Vec3 of) {
                buildPlant(std::move(shop), {}, of.y, of.x * 0.5f);
            });
            return;
        }
        height *= 0.6f;
    }
}

bool Furnisher::hang(int wall, float along, float bottom, float width, float height) {
    if (!m_plan.isWallFree(wall, along - width * 0.5f - 0.04f, along + width * 0.5f + 0.04f,
                           bottom - 0.04f, bottom + height + 0.04f))
        return false;
    m_plan.takeWall(wall, along - width * 0.5f, along + width * 0.5f, bottom, bottom + height);
    const Frame on = wallFrame(m_plan.room(), wall);
    const Frame at{on.pointOut({along, bottom + height * 0.5f, 0.025f}), on.x, on.y, on.z};
    buildPicture(shop(at, Label::Picture), width, height);
    return true;
}

/// One wide picture, a pair or three of a size over a piece of furniture.
void Furnisher::hangOver(const Site& site, float width) {
    if (site.wall < 0)
        return;
    const float gap = m_random.between(0.05f, 0.09f);
    const float bottom = std::max(site.size.y + m_random.between(0.18f, 0.32f), 1.15f);
    const int count = m_random.count(1, 3);
    const float span = std::min(width * m_random.between(0.5f, 0.85f), 1.7f);
    const float each = (span - gap * static_cast<float>(count - 1)) / static_cast<float>(count);
    const float height = std::min(m_plan.room().y - bottom - 0.25f,
                                  each * (count == 1 ? m_random.between(0.6f, 0.85f)
                                                     : m_random.between(1.15f, 1.5f)));
    if (height < 0.25f)
        return;
    for (int i = 0; i < count; ++i) {
        const float off = (static_cast<float>(i) - 0.5f * static_cast<float>(count - 1))
                          * (each + gap);
        hang(site.wall, site.along + off, bottom, each, height);
    }
}

/// Where walls are still empty at eye level.
void Furnisher::addPictures() {
    const int count = m_random.count(2, 4);
    for (int i = 0; i < count * 3; ++i) {
        const int wall = m_random.below(3);
        const bool upright = m_random.chance(0.5f);
        const float wide = m_random.between(0.35f, 0.75f);
        const float high = wide * (upright ? m_random.between(1.2f, 1.45f)
                                           : m_random.between(0.65f, 0.85f));
        const float along = wallLength(m_plan.room(), wall) * m_random.between(0.1f, 0.9f);
        const float bottom = 1.6f - high * 0.5f + m_random.between(-0.05f, 0.1f);
        const Frame on = wallFrame(m_plan.room(), wall);
        if (m_plan.seen(on.pointOut({along, 1.6f, 0})) > 0.15f)
            hang(wall, along, bottom, wide, high);
    }
}

/// A board on the wall with books and a plant.
void Furnisher::addWallShelf() {
    if (!m_random.chance(0.3f))
        return;
    for (int i = 0; i < 8; ++i) {
        const int wall = m_random.below(3);
        const float width = m_random.between(0.7f, 1.1f);
        const float along = wallLength(m_plan.room(), wall) * m_random.between(0.15f, 0.85f);
        const float y = m_random.between(1.35f, 1.6f);
        const Frame on = wallFrame(m_plan.room(), wall);
        if (m_plan.seen(on.pointOut({along, y, 0})) < 0.2f
            || !m_plan.isWallFree(wall, along - width * 0.5f, along + width * 0.5f, y, y + 0.4f))
            continue;
        m_plan.takeWall(wall, along - width * 0.5f, along + width * 0.5f, y - 0.1f, y + 0.4f);
        Workshop board = shop({on.pointOut({along, y, 0.13f}), on.x, on.y, on.z}, Label::Books);
        board.box({0, -0.014f, -0.01f}, {width, 0.028f, 0.22f}, m_finishes.wood);
        standBooks(board, {-width * 0.14f, 0, 0}, width * 0.66f, 0.22f, 0.3f);
        buildPlant(board.as(Label::Plant).another(), {width * 0.34f, 0, 0}, 0.3f, 0.12f);
        return;
    }
}

/// Things on top of furniture: a lamp at one end, books, a plant or flowers elsewhere.
void Furnisher::dressTop(const Site& site, float top, bool lamp) {
    const float side = m_random.chance(0.5f) ? 1.0f : -1.0f;
    const bool narrow = site.size.x < 0.7f;
    const auto at = [&](float x, Label label) {
        return shop(site.frame * Frame{{x * site.size.x, top, m_random.between(-0.04f, 0.04f)}},
                    label);
    };
    if (lamp)
        buildTableLamp(at(narrow ? 0 : side * 0.36f, Label::Lamp), {});
    if (narrow && lamp)
        return;
    const float x = narrow ? 0 : -side * m_random.between(0.2f, 0.34f);
    const float choice = m_random.unit();
    const float height = m_random.between(0.24f, 0.44f);
    if (choice < 0.42f)
        buildPlant(at(x, Label::Plant), {}, height, site.wall < 0 ? 0.3f : site.size.z * 0.5f);
    else if (choice < 0.68f)
        buildVase(at(x, Label::Plant), {}, height);
    else if (choice < 0.88f)
        stackBooks(at(x, Label::Books), {});
    if (!narrow && site.size.x > 1 && m_random.chance(0.4f))
        stackBooks(at(side * 0.05f, Label::Books), {});
}

/// Under a group, clipped to the room.
void Furnisher::addRug(const Frame& frame, Vec3 size, bool round) {
    Bounds box = boundsOf({ShapeKind::Box, size * 0.5f}, frame);
    const Vec3 room = m_plan.room();
    box.low = highest(box.low, {0.12f, 0, 0.12f});
    box.high = lowest(box.high, {room.x - 0.12f, 1, room.z - 0.12f});
    Vec3 extent = box.size();
    if (extent.x < 0.8f || extent.z < 0.8f)
        return;
    if (round)
        extent.x = extent.z = std::min(extent.x, extent.z);
    const Vec3 center = box.center();
    // Two rugs may overlap; then the later one lies on top.
    const float thickness = size.y + 0.002f * static_cast<float>(m_scene.furniture.size());
    buildRug(shop({{center.x, 0, center.z}}, Label::Floor), {extent.x, thickness, extent.z});
}

} // namespace concertina::rooms
