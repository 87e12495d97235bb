// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/bvh.h"
#include "core/data/rooms/material.h"
#include "core/data/rooms/part.h"

#include <array>
#include <cstdint>
#include <vector>

namespace concertina::rooms {

/// What is seen through the windows, and how it lights the room.
struct Sky {
    Color zenith;
    Color horizon;
    Color ground;          ///< what lies below the horizon, on average
    Vec3 sunDirection;     ///< towards the sun, unit
    Color sun;             ///< irradiance of a surface that faces it; black: none
    float brightness = 1;  ///< of the view itself, which photographs overexpose
    float clouds = 0;      ///< 0 clear … 1 overcast
    int outlook = 0;       ///< 0 hills, 1 trees, 2 town, 3 sea
    std::uint32_t seed = 0;
};

/// A pane of sky light, a glowing ball, or the sun.
struct Light {
    enum class Kind { Pane, Ball, Sun };

    Kind kind = Kind::Ball;
    Vec3 position;
    Vec3 u, v;         ///< half edges of a pane
    float area = 0;    ///< of a pane
    Vec3 direction;    ///< a pane's into the room; the sun's towards it
    float radius = 0;  ///< of a ball; of the sun as the tangent of its angle
    Color power;       ///< radiance of a pane, intensity of a ball, irradiance of the sun
    Color side{1, 1, 1};     ///< what a shade lets through of a ball's light …
    Color up{1, 1, 1};       ///< … and what leaves above it
    float upCosine = 2;      ///< from which elevation (its sine) up or down it leaves freely
    float downCosine = 2;
};

/// A pinhole camera: its axes in the scene's frame.
struct View {
    Vec3 position;
    Vec3 right{1, 0, 0};
    Vec3 down{0, -1, 0};
    Vec3 forward{0, 0, 1};

    /// Through the image's point (u, v), both from 0 at the left or top edge to 1.
    Ray ray(float u, float v) const {
        const Vec3 d = right * ((u - 0.5f) / FocalX) + down * ((v - 0.5f) / FocalY) + forward;
        return {position, normalized(d)};
    }

    /// Focal lengths in image widths and heights: those of NYU Depth V2's camera.
    static constexpr float FocalX = 0.81f;
    static constexpr float FocalY = 1.08f;
};

/// Light that comes from everywhere: what each of the room's six sides radiates (−x, x, −y, y,
/// −z, z). Stands for all bounces that are not traced.
using Ambient = std::array<Color, 6>;

enum class RoomKind { Bedroom, Living, Dining, Study, Studio };

/// A piece of furniture that stands in the room.
struct Piece {
    Bounds box;  ///< in the scene's frame, around it and what is on it
    Frame frame; ///< its own: x along its width, y up, z to its front
    std::int16_t object = 0;
    Label label = Label::Cabinet;
};

/// A furnished and lit room, seen by a camera: all that a picture of any size is made from.
struct Scene {
    RoomKind kind = RoomKind::Bedroom;
    Vec3 size; ///< of the room; its left front corner on the floor is the origin
    std::vector<Material> materials;
    std::vector<Part> parts;
    std::int16_t objects = 0;      ///< so many numbers of objects are taken
    std::vector<Piece> furniture;
    std::vector<Light> lights;
    Sky sky;
    View view;
    Ambient ambient{};
    Color exposure{1, 1, 1}; ///< with the camera's white balance
    Bvh bvh;

    int add(const Material& material) {
        materials.push_back(material);
        return static_cast<int>(materials.size()) - 1;
    }
    const Material& material(const Part& part) const {
        return materials[static_cast<std::size_t>(part.material)];
    }
};

} // namespace concertina::rooms
