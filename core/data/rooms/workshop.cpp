// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/workshop.h"

namespace concertina::rooms {

namespace {

/// Whether each axis lies along one of the scene's.
bool isAligned(const Frame& frame) {
    const auto along = [](Vec3 axis) {
        const Vec3 size = absolute(axis);
        return std::max(size.x, std::max(size.y, size.z)) > 1 - 1e-6f;
    };
    return along(frame.x) && along(frame.y) && along(frame.z);
}

} // namespace

Workshop::Workshop(Scene& scene, const Finishes& finishes, const LampLight& lamps,
                   const Frame& frame, Label label, Random random)
    : m_scene(&scene),
      m_finishes(&finishes),
      m_lamps(&lamps),
      m_frame(frame),
      m_label(label),
      m_object(scene.objects++),
      m_random(random),
      m_seed(m_random.seed()) {}

Workshop Workshop::at(const Frame& inner) const {
    Workshop turned = *this;
    turned.m_frame = m_frame * inner;
    return turned;
}

Workshop Workshop::as(Label label) const {
    Workshop other = *this;
    other.m_label = label;
    return other;
}

Workshop Workshop::another() const {
    Workshop other = *this;
    other.m_object = m_scene->objects++;
    return other;
}

Part& Workshop::put(const Shape& shape, const Frame& inner, int material) {
    const Frame frame = m_frame * inner;
    Part part{shape, frame, boundsOf(shape, frame), inner.origin};
    part.seed = latticeHash(static_cast<int>(m_scene->parts.size()), 5, m_seed);
    part.material = static_cast<std::int16_t>(material);
    part.object = m_object;
    part.label = m_label;
    part.aligned = shape.kind == ShapeKind::Box && isAligned(frame);
    part.grain = static_cast<std::uint8_t>(longestAxis(shape.half));
    m_scene->parts.push_back(part);
    return m_scene->parts.back();
}

Part& Workshop::box(Vec3 center, Vec3 size, int material) {
    return put({ShapeKind::Box, size * 0.5f}, {center}, material);
}

Part& Workshop::rounded(Vec3 center, Vec3 size, float radius, int material) {
    const float thinnest = std::min(size.x, std::min(size.y, size.z)) * 0.5f;
    return put({ShapeKind::Rounded, size * 0.5f, std::min(radius, thinnest * 0.98f)}, {center},
               material);
}

Part& Workshop::cushion(Vec3 center, Vec3 size, int material) {
    return put({ShapeKind::Cushion, size * 0.5f}, {center}, material);
}

Part& Workshop::ellipsoid(Vec3 center, Vec3 size, int material) {
    return put({ShapeKind::Ellipsoid, size * 0.5f}, {center}, material);
}

Part& Workshop::drape(Vec3 center, Vec3 size, float wave, int material) {
    return put({ShapeKind::Drape, size * 0.5f, wave}, {center}, material);
}

Part& Workshop::column(Vec3 foot, float height, float radius, float topRadius, int material) {
    const float widest = std::max(radius, topRadius);
    return put({ShapeKind::Frustum, {widest, height * 0.5f, widest}, radius, topRadius},
               {foot + Vec3{0, height * 0.5f, 0}}, material);
}

Part& Workshop::tube(Vec3 foot, float height, float radius, float topRadius, int material) {
    Part& part = column(foot, height, radius, topRadius, material);
    part.shape.kind = ShapeKind::Tube;
    return part;
}

Part& Workshop::rod(Vec3 from, Vec3 to, float radius, float endRadius, int material) {
    const float widest = std::max(radius, endRadius);
    const Vec3 up = normalized(to - from);
    const Vec3 side = normalized(std::abs(up.y) < 0.9f ? cross(up, {0, 1, 0})
                                                       : cross(up, {0, 0, 1}));
    const Frame inner{(from + to) * 0.5f, side, up, cross(side, up)};
    return put({ShapeKind::Frustum, {widest, length(to - from) * 0.5f, widest}, radius, endRadius},
               inner, material);
}

void Workshop::add(Light light) {
    light.position = m_frame.pointOut(light.position);
    light.u = m_frame.directionOut(light.u);
    light.v = m_frame.directionOut(light.v);
    light.direction = m_frame.directionOut(light.direction);
    m_scene->lights.push_back(light);
}

} // namespace concertina::rooms
