// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/random.h"
#include "core/data/rooms/scene.h"

#include <array>

namespace concertina::rooms {

/// The materials of one room, chosen to go together; indices into the scene's materials.
struct Finishes {
    int wall = 0;
    int accentWall = 0;
    int ceiling = 0;
    int floor = 0;
    int trim = 0;  ///< skirting, frames of doors and windows
    int panel = 0; ///< the lower half of panelled walls
    int door = 0;
    int wood = 0;
    int darkWood = 0;
    int lacquer = 0; ///< pale fronts
    int paint = 0;   ///< loud: chairs, lamps
    int metal = 0;    ///< handles, legs, lamp poles
    int ceramic = 0;  ///< pots, vases, lamp feet
    int stone = 0;
    std::array<int, 2> sofas{};
    std::array<int, 2> chairs{};
    std::array<int, 2> covers{};  ///< of beds
    std::array<int, 4> accents{}; ///< cushions and blankets
    int linen = 0;    ///< sheets and pillows
    int curtain = 0;
    int books = 0;
    int leaf = 0;
    int wicker = 0;
    int soil = 0;
    int pane = 0;
    int paper = 0;
    int dark = 0;     ///< gaps and insides
    std::array<Color, 4> palette{}; ///< for rugs and pictures
};

/// What the lamps give: the mood of the hour.
struct LampLight {
    Color color{1, 1, 1};
    float level = 0; ///< intensity of a floor lamp; 0: all lamps are off
};

Finishes chooseFinishes(Scene& scene, Random random);

} // namespace concertina::rooms
