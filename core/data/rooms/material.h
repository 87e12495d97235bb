// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/vector.h"

#include <array>
#include <cstdint>

namespace concertina::rooms {

struct Sky;

enum class Pattern : std::uint8_t {
    Plain,  ///< with the faint unevenness of anything painted
    Wood,
    Marble,
    Metal,
    Planks, ///< floor boards, `scale` wide
    Parquet, ///< in herringbone
    Tiles,   ///< squares of `scale`; the second color alternates, the third is the grout
    Carpet,
    Brick,   ///< the third color is the mortar
    Stripes, ///< along the grain, `scale` apart
    Checks,
    Motif, ///< a damask: ornaments of the second color
    Weave, ///< cloth
    Rug,   ///< one composition that fills the part
    Art,   ///< the same; painted, for picture frames
    Spine, ///< backs of books, a color a part
    Leaf,
    Wicker,
    Shade, ///< glows as if a lamp were in the middle
    Pane,  ///< a window's glass: the sky behind it
};

/// What a part is made of. Colors are linear.
struct Material {
    Pattern pattern = Pattern::Plain;
    std::array<Color, 4> colors{};
    float scale = 1;      ///< metres
    float gloss = 0;      ///< share of the light that is reflected straight on
    float roughness = 1;  ///< how much that reflection is spread
    float relief = 0;     ///< how strongly the pattern's ups and downs catch the light
    Color emission;
    std::uint32_t seed = 0;
};

/// A point on a part as its texture needs it.
struct TexturePoint {
    Vec3 local;          ///< from the part's center, in its frame
    Vec3 object;         ///< the same from its object's origin
    Vec3 half;           ///< the part's extents
    Vec3 normal;         ///< in its frame
    int grain = 0;       ///< axis
    float footprint = 0; ///< width of what one ray stands for, in metres
    std::uint32_t seed = 0;
    Vec3 direction;      ///< of the ray, in the scene's frame
};

/// What light does at a point.
struct Surface {
    Color albedo;
    Color emission;
    float gloss = 0;
    float roughness = 1;
    Vec3 tilt; ///< added to the normal before shading, in the part's frame; geometry stays flat
};

Surface surfaceAt(const Material& material, const TexturePoint& point, const Sky& sky);

/// Coordinates on the face of a part that its normal points out of: along the grain and across.
struct FacePoint {
    float along = 0;
    float across = 0;
};
FacePoint facePoint(Vec3 point, Vec3 normal, int grain);

// The larger families of patterns, each in a file of its own.
void shadeCovering(const Material& material, const TexturePoint& point, FacePoint at,
                   Surface& surface); ///< covering.cpp: what lies on floors and walls
Color rugColor(const Material& material, const TexturePoint& point);   ///< rug.cpp
Color artColor(const Material& material, float u, float v, float footprint); ///< art.cpp
Color outlookColor(const Sky& sky, Vec3 direction);                    ///< outlook.cpp

} // namespace concertina::rooms
