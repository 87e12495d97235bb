// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/random.h"
#include "core/data/rooms/scene.h"

#include <optional>
#include <vector>

namespace concertina::rooms {

/// The walls, counted as one sees them from the camera's end of the room.
enum Wall { BackWall, LeftWall, RightWall, FrontWall, WallCount };

/// A wall's frame: its origin is a corner on the floor, x runs along it, z points into the room.
Frame wallFrame(Vec3 room, int wall);
float wallLength(Vec3 room, int wall);

/// A hole in a wall, in the wall's frame.
struct Opening {
    int wall = BackWall;
    float from = 0, to = 0;
    float bottom = 0, top = 0;
    bool door = false;
    float curtain = 0; ///< how far curtains that reach the floor stand out to each side

    float middle() const { return (from + to) * 0.5f; }
};

/// Where a piece of furniture may stand.
struct Site {
    Frame frame;
    Vec3 size;
    int wall = -1;   ///< that it leans on
    float along = 0; ///< its middle, in that wall's frame
};

/// What stands and hangs where: finds places that are free, reachable and seen by the camera.
class FloorPlan {
public:
    FloorPlan(Vec3 room, const View& view) : m_room(room), m_view(view) {}

    Vec3 room() const { return m_room; }
    const std::vector<Opening>& openings() const { return m_openings; }

    /// A place for an opening of `width`, in view if `seen`, clear of corners and other openings.
    std::optional<float> placeOpening(Random& random, int wall, float width, bool seen) const;
    void add(const Opening& opening);

    /// With its back to a wall and `front` metres free before it: the one of several random
    /// places that the camera sees best.
    std::optional<Site> byWall(Random& random, Vec3 size, float front, bool corner = false) const;
    /// In the open, facing the camera's way or turned by quarters.
    std::optional<Site> inOpen(Random& random, Vec3 size, float around) const;
    bool fits(const Frame& frame, Vec3 size, float around = 0) const;
    void take(const Frame& frame, Vec3 size);

    /// Whether nothing stands or hangs before this part of a wall; then it may be taken.
    bool isWallFree(int wall, float from, float to, float bottom, float top) const;
    void takeWall(int wall, float from, float to, float bottom, float top);

    /// How well the camera sees a point: 0 not at all … 1.
    float seen(Vec3 point) const;

private:
    struct Rect {
        float left = 0, front = 0, right = 0, back = 0;
    };
    struct Taken {
        Rect area;
        float bottom = 0, top = 0;
    };
    struct WallTaken {
        int wall = 0;
        float from = 0, to = 0, bottom = 0, top = 0;
    };

    static Rect footprint(const Frame& frame, Vec3 size, float around);
    bool keepsView(const Rect& area, float height) const;

    Vec3 m_room;
    View m_view;
    std::vector<Opening> m_openings;
    std::vector<Taken> m_taken;
    std::vector<WallTaken> m_walls;
};

} // namespace concertina::rooms
