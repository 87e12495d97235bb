// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/plan.h"

namespace concertina::rooms {

namespace {

constexpr float WallGap = 0.03f; // skirting and panels
constexpr int Tries = 14;

} // namespace

Frame wallFrame(Vec3 room, int wall) {
    switch (wall) {
    case BackWall: return {{room.x, 0, room.z}, {-1, 0, 0}, {0, 1, 0}, {0, 0, -1}};
    case LeftWall: return {{0, 0, room.z}, {0, 0, -1}, {0, 1, 0}, {1, 0, 0}};
    case RightWall: return {{room.x, 0, 0}, {0, 0, 1}, {0, 1, 0}, {-1, 0, 0}};
    default: return {};
    }
}

float wallLength(Vec3 room, int wall) {
    return wall == LeftWall || wall == RightWall ? room.z : room.x;
}

FloorPlan::Rect FloorPlan::footprint(const Frame& frame, Vec3 size, float around) {
    const Bounds box = boundsOf({ShapeKind::Box, size * 0.5f}, frame);
    return {box.low.x - around, box.low.z - around, box.high.x + around, box.high.z + around};
}

float FloorPlan::seen(Vec3 point) const {
    const Vec3 to = point - m_view.position;
    const float depth = dot(to, m_view.forward);
    if (depth < 0.6f)
        return 0;
    const float across = std::abs(dot(to, m_view.right)) / depth * View::FocalX * 2; // 1: the edge
    const float near = smoothstep(0.6f, 2.0f, depth) * (1 - 0.4f * smoothstep(3.5f, 6.0f, depth));
    return near * (1 - smoothstep(0.55f, 1.05f, across));
}

/// Tall things stay out of the camera's way, and nothing stands on its toes.
bool FloorPlan::keepsView(const Rect& area, float height) const {
    const Vec3 camera = m_view.position;
    const float x = std::clamp(camera.x, area.left, area.right);
    const float z = std::clamp(camera.z, area.front, area.back);
    const float distance = std::hypot(x - camera.x, z - camera.z);
    const float wanted = height > 1.1f ? 1.6f : height > 0.62f ? 1.2f : 0.85f;
    if (distance >= wanted)
        return true;
    // Out of sight, beside or behind the camera, it may come nearer.
    const Vec3 to = Vec3{(area.left + area.right) * 0.5f, camera.y, (area.front + area.back) * 0.5f}
                    - camera;
    return distance > 0.3f && dot(to, m_view.forward) < 0.25f * length(to);
}

bool FloorPlan::fits(const Frame& frame, Vec3 size, float around) const {
    const Rect bare = footprint(frame, size, -0.002f);
    if (bare.left < 0 || bare.front < 0 || bare.right > m_room.x || bare.back > m_room.z
        || !keepsView(bare, size.y))
        return false;
    const Rect area = footprint(frame, size, around);
    for (const Taken& taken : m_taken)
        if (area.left < taken.area.right && taken.area.left < area.right
            && area.front < taken.area.back && taken.area.front < area.back
            && size.y > taken.bottom && taken.top > 0)
            return false;
    return true;
}

void FloorPlan::take(const Frame& frame, Vec3 size) {
    m_taken.push_back({footprint(frame, size, 0), 0, size.y});
    for (int wall = 0; wall < WallCount; ++wall) {
        const Frame on = wallFrame(m_room, wall);
        const Bounds box = boundsOf({ShapeKind::Box, size * 0.5f}, frame);
        const Vec3 a = on.pointIn(box.low), b = on.pointIn(box.high);
        if (std::min(a.z, b.z) < 0.25f)
            takeWall(wall, std::min(a.x, b.x), std::max(a.x, b.x), 0, size.y);
    }
}

std::optional<float> FloorPlan::placeOpening(Random& random, int wall, float width,
                                             bool mustBeSeen) const {
    constexpr float Corner = 0.35f;
    const float room = wallLength(m_room, wall) - width - 2 * Corner;
    if (room < 0)
        return std::nullopt;
    std::optional<float> best;
    float bestScore = mustBeSeen ? 0.15f : -1.0f;
    for (int i = 0; i < Tries; ++i) {
        const float from = Corner + room * random.unit();
        const Vec3 middle = wallFrame(m_room, wall).pointOut({from + width * 0.5f, 1.4f, 0});
        const float score = (mustBeSeen ? seen(middle) : 0) * random.between(0.6f, 1.0f);
        bool free = true;
        for (const Opening& other : m_openings)
            free &= other.wall != wall || from > other.to + 0.3f + other.curtain
                    || other.from > from + width + 0.3f + other.curtain;
        if (free && score > bestScore) {
            best = from;
            bestScore = score;
        }
    }
    return best;
}

void FloorPlan::add(const Opening& opening) {
    m_openings.push_back(opening);
    const Frame wall = wallFrame(m_room, opening.wall);
    const float width = opening.to - opening.from;
    const float deep = opening.door ? 0.85f : 0.3f;
    const Frame before{wall.pointOut({opening.middle(), 0, deep * 0.5f}), wall.x, wall.y, wall.z};
    m_taken.push_back({footprint(before, {width + 0.1f, 1, deep}, 0), opening.bottom, opening.top});
    if (opening.curtain > 0)
        for (const float side : {-1.0f, 1.0f}) {
            const float x = opening.middle() + side * (width + opening.curtain) * 0.5f;
            const Frame at{wall.pointOut({x, 0, 0.1f}), wall.x, wall.y, wall.z};
            m_taken.push_back({footprint(at, {opening.curtain + 0.1f, 1, 0.2f}, 0), 0, opening.top});
        }
    takeWall(opening.wall, opening.from - opening.curtain - 0.12f,
             opening.to + opening.curtain + 0.12f, opening.bottom - 0.1f, opening.top + 0.15f);
}

std::optional<Site> FloorPlan::byWall(Random& random, Vec3 size, float front, bool corner) const {
    std::optional<Site> best;
    float bestScore = 0.05f;
    for (int i = 0; i < Tries; ++i) {
        const int wall = random.below(3);
        const float room = wallLength(m_room, wall) - size.x - 2 * WallGap;
        if (room < 0)
            continue;
        float from = WallGap + room * random.unit();
        if (corner)
            from = random.chance(0.5f) ? WallGap : WallGap + room;
        const Frame on = wallFrame(m_room, wall);
        const float along = from + size.x * 0.5f;
        const Frame frame{on.pointOut({along, 0, WallGap + size.z * 0.5f}), on.x, on.y, on.z};
        const Vec3 end = on.x * (size.x * 0.3f);
        const float middle = std::min(0.7f, size.y * 0.5f);
        const Vec3 center = frame.origin + Vec3{0, middle, 0};
        const float score = (seen(center) + 0.5f * seen(center + end) + 0.5f * seen(center - end))
                            * random.between(0.5f, 1.0f);
        if (score <= bestScore || !fits(frame, size, 0.03f))
            continue;
        const Frame before{frame.pointOut({0, 0, (size.z + front) * 0.5f}), on.x, on.y, on.z};
        if (front > 0 && !fits(before, {size.x * 0.8f, 0.1f, front}))
            continue;
        best = Site{frame, size, wall, along};
        bestScore = score;
    }
    return best;
}

std::optional<Site> FloorPlan::inOpen(Random& random, Vec3 size, float around) const {
    std::optional<Site> best;
    float bestScore = 0.2f;
    for (int i = 0; i < Tries; ++i) {
        const Frame on = wallFrame(m_room, random.below(2) == 0 ? BackWall : LeftWall);
        const Vec3 origin{m_room.x * random.between(0.1f, 0.9f), 0,
                          m_room.z * random.between(0.25f, 0.9f)};
        const Frame frame{origin, on.x, on.y, on.z};
        const float score = seen(origin + Vec3{0, 0.5f, 0}) * random.between(0.6f, 1.0f);
        if (score <= bestScore || !fits(frame, size, around))
            continue;
        best = Site{frame, size, -1, 0};
        bestScore = score;
    }
    return best;
}

bool FloorPlan::isWallFree(int wall, float from, float to, float bottom, float top) const {
    if (from < 0.1f || to > wallLength(m_room, wall) - 0.1f || top > m_room.y - 0.1f)
        return false;
    for (const WallTaken& taken : m_walls)
        if (taken.wall == wall && from < taken.to && taken.from < to && bottom < taken.top
            && taken.bottom < top)
            return false;
    return true;
}

void FloorPlan::takeWall(int wall, float from, float to, float bottom, float top) {
    m_walls.push_back({wall, from, to, bottom, top});
}

} // namespace concertina::rooms
