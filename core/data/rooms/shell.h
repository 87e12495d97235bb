// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/plan.h"
#include "core/data/rooms/workshop.h"

namespace concertina::rooms {

/// How thick the walls are, and thereby how deep windows lie.
inline constexpr float WallThickness = 0.24f;

/// Chooses doors and windows: at least one window, mostly one that is seen.
void chooseOpenings(FloorPlan& plan, Random random);

/// Builds floor, ceiling, walls with their openings, skirting and panels. The workshop's frame
/// is the scene's.
void buildShell(Workshop shop, const FloorPlan& plan);

/// Window or door in an opening of `width` × `height`; the frame's origin is the middle of its
/// lower edge on the wall, z points into the room.
void buildWindow(Workshop shop, float width, float height, const Opening& opening);
void buildDoor(Workshop shop, float width, float height);

} // namespace concertina::rooms
