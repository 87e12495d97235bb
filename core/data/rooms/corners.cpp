// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/corners.h"

#include "core/data/rooms/extent.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace concertina::rooms {

namespace {

constexpr int CornerCount = 8; ///< by bits: right, top, back

/// The box around a piece in its own frame.
Bounds ownBounds(const Scene& scene, const Piece& piece) {
    Bounds bounds;
    for (const Part& part : scene.parts)
        if (part.object == piece.object) {
            const Frame inner{
                piece.frame.pointIn(part.frame.origin), piece.frame.directionIn(part.frame.x),
                piece.frame.directionIn(part.frame.y), piece.frame.directionIn(part.frame.z)};
            bounds.add(boundsOf(part.shape, inner));
        }
    return bounds;
}

Keypoint seenFrom(const View& view, Vec3 corner, const GeometryPlanes& planes, int height,
                  int width) {
    // Rays through pixels' middles meet an edge beside its corner.
    constexpr float Near = 0.05f, Tolerance = 0.03f;
    const Vec3 to = corner - view.position;
    const float depth = dot(to, view.forward);
    if (depth < Near)
        return {};
    const float x = (0.5f + View::FocalX * dot(to, view.right) / depth) * static_cast<float>(width);
    const float y = (0.5f + View::FocalY * dot(to, view.down) / depth) * static_cast<float>(height);
    if (!(x >= 0 && x < static_cast<float>(width) && y >= 0 && y < static_cast<float>(height)))
        return {};
    const auto pixel =
        static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x);
    const bool isHidden = planes.depth[pixel] < depth * (1 - Tolerance) - Tolerance;
    return {static_cast<double>(x), static_cast<double>(y),
            isHidden ? Keypoint::State::Hidden : Keypoint::State::Seen};
}

/// The direction of the upright side of a box that shows most to a camera, all in the box's frame.
Vec3 frontOf(const Bounds& box, Vec3 camera) {
    const Vec3 from = camera - box.center(), size = box.size();
    // What a side shows grows with its length and with how far the camera is before it.
    const float xSide = size.z * (std::abs(from.x) - size.x / 2);
    const float zSide = size.x * (std::abs(from.z) - size.z / 2);
    return xSide > zSide ? Vec3{std::copysign(1.0f, from.x), 0, 0}
                         : Vec3{0, 0, std::copysign(1.0f, from.z)};
}

/// The corners of a box, in its frame, as one sees them who looks at its front.
std::array<Vec3, CornerCount> cornersOf(const Bounds& box, Vec3 front) {
    constexpr Vec3 up{0, 1, 0};
    const Vec3 right = cross(front, up);
    std::array<Vec3, CornerCount> corners;
    for (std::size_t i = 0; i < corners.size(); ++i) {
        const Vec3 way = ((i & 1U) != 0 ? right : -right) + ((i & 2U) != 0 ? up : -up)
                         + ((i & 4U) != 0 ? -front : front);
        corners[i] = box.center() + way * box.size() * 0.5f;
    }
    return corners;
}

} // namespace

std::vector<ClassInfo> cornerNames() {
    constexpr std::array<Rgb, CornerCount> Colors{{{230, 25, 75},
                                                   {245, 130, 49},
                                                   {255, 190, 212},
                                                   {255, 225, 25},
                                                   {0, 60, 200},
                                                   {0, 128, 128},
                                                   {145, 100, 230},
                                                   {70, 240, 240}}};
    std::vector<ClassInfo> names;
    for (int corner = 0; corner < CornerCount; ++corner) {
        ClassInfo& info =
            names.emplace_back(ClassInfo{std::string((corner & 1) != 0 ? "right" : "left")
                                             + ((corner & 4) != 0 ? " back" : " front")
                                             + ((corner & 2) != 0 ? " top" : " bottom"),
                                         Colors[static_cast<std::size_t>(corner)]});
        for (const int axis : {1, 2, 4})
            if ((corner & axis) == 0)
                info.joined.push_back(corner | axis);
    }
    return names;
}

std::vector<ImageObject> furnitureCorners(const Scene& scene, const GeometryPlanes& planes,
                                          int height, int width) {
    std::vector<ImageObject> found;
    for (const Piece& piece : scene.furniture) {
        if (piece.label == Label::Lamp)
            continue;
        SeenExtent extent;
        std::size_t pixel = 0;
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x, ++pixel)
                if (planes.objects[pixel] == piece.object)
                    extent.add(x, y);
        if (!extent.isEnough(planes.objects.size()))
            continue;
        ImageObject object{.box = extent.box(), .area = static_cast<double>(extent.pixels)};
        const Bounds own = ownBounds(scene, piece);
        const Vec3 front = frontOf(own, piece.frame.pointIn(scene.view.position));
        for (const Vec3& corner : cornersOf(own, front))
            object.points.push_back(
                seenFrom(scene.view, piece.frame.pointOut(corner), planes, height, width));
        found.push_back(std::move(object));
    }
    return found;
}

} // namespace concertina::rooms
