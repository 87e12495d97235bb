// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/workshop.h"

namespace concertina::rooms {

// Pieces of furniture. Each stands about the origin of its workshop's frame, its back to −z and
// its front to +z, within `size` (width, height, depth in metres), which the layout has chosen
// and keeps free. The workshop's random sequence decides everything else, so that two copies of
// a workshop make two equal chairs.

enum class LegStyle { Tapered, Square, Metal };

/// One seat for about every 0.75 m of width.
void buildSofa(Workshop shop, Vec3 size);
void buildChair(Workshop shop, Vec3 size);
void buildOfficeChair(Workshop shop, Vec3 size);
void buildStool(Workshop shop, Vec3 size);

/// `size.y` is the height of the headboard.
void buildBed(Workshop shop, Vec3 size);

void buildTable(Workshop shop, Vec3 size, bool round);
void buildDesk(Workshop shop, Vec3 size);
void buildCoffeeTable(Workshop shop, Vec3 size);

/// Drawers, doors or both; wardrobes, sideboards and bedside tables alike.
void buildCabinet(Workshop shop, Vec3 size);

/// With books and a few other things.
void buildShelf(Workshop shop, Vec3 size);
/// Books side by side on a board whose middle is `foot`, `width` long.
void standBooks(Workshop shop, Vec3 foot, float width, float depth, float height);
/// A few lying books.
void stackBooks(Workshop shop, Vec3 foot);

// Lamps give light where the hour asks for it.
void buildFloorLamp(Workshop shop, float height);
void buildTableLamp(Workshop shop, Vec3 foot);
void buildDeskLamp(Workshop shop, Vec3 foot);
/// Hangs `drop` down from the ceiling, which is at `top`; about 0: a dish at the ceiling.
void buildCeilingLamp(Workshop shop, Vec3 top, float drop);

/// In a pot on `foot`; no leaf gets further from the middle than `reach`.
void buildPlant(Workshop shop, Vec3 foot, float height, float reach);
void buildVase(Workshop shop, Vec3 foot, float height);

/// Framed, on the plane z = 0, about the origin.
void buildPicture(Workshop shop, float width, float height);
/// About the origin; `size.x` == `size.z` makes it round.
void buildRug(Workshop shop, Vec3 size);

} // namespace concertina::rooms
