// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/shape.h"

#include <cstdint>

namespace concertina::rooms {

/// The classes of the segmentation, in index order (rooms_dataset.cpp has names and colours).
enum class Label : std::uint8_t {
    Wall,
    Floor,
    Ceiling,
    Window,
    Door,
    Picture,
    Lamp,
    Plant,
    Books,
    Cabinet,
    Bed,
    Sofa,
    Table,
    Chair,
};
inline constexpr int LabelCount = 14;

/// Which light a part keeps out.
enum class Shadow : std::uint8_t {
    None, ///< panes and lamp shades: the lights behind them are sampled by themselves
    Sun,  ///< bars of windows: the sun alone, since one ray stands for all of a window's sky
    Full,
};

/// One shape of a scene, of one material.
struct Part {
    Shape shape;
    Frame frame;
    Bounds bounds;
    Vec3 shift;                 ///< where in its object it lies, so that textures run on
    std::uint32_t seed = 0;     ///< varies its texture
    std::int16_t material = 0;
    std::int16_t object = 0; ///< those of one object have one number
    Label label = Label::Wall;
    bool aligned = false;       ///< a box along the scene's axes: `bounds` is all of it
    Shadow shadow = Shadow::Full;
    std::uint8_t grain = 0;     ///< the axis along which wood grows and fabric runs
};

} // namespace concertina::rooms
