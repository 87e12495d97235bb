// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/finishes.h"
#include "core/data/rooms/random.h"
#include "core/data/rooms/scene.h"

namespace concertina::rooms {

/// Where one object is put together: adds parts to a scene, given in the object's own frame
/// (x along its width, y up from the floor, z to its front), under its label. A value; copies
/// for a part of the object or for a thing that stands on it share the scene.
class Workshop {
public:
    Workshop(Scene& scene, const Finishes& finishes, const LampLight& lamps, const Frame& frame,
             Label label, Random random);

    Workshop at(const Frame& inner) const; ///< for a group that is turned as a whole
    Workshop as(Label label) const;
    Workshop another() const; ///< for an object of its own that is made in the same way

    // Sizes are whole widths, heights and depths.
    Part& box(Vec3 center, Vec3 size, int material);
    Part& rounded(Vec3 center, Vec3 size, float radius, int material);
    Part& cushion(Vec3 center, Vec3 size, int material);
    Part& ellipsoid(Vec3 center, Vec3 size, int material);
    Part& drape(Vec3 center, Vec3 size, float wave, int material);
    Part& column(Vec3 foot, float height, float radius, float topRadius, int material);
    Part& tube(Vec3 foot, float height, float radius, float topRadius, int material);
    Part& rod(Vec3 from, Vec3 to, float radius, float endRadius, int material);

    void add(Light light); ///< its place in the object's frame
    int add(const Material& material) { return m_scene->add(material); }
    const Material& material(int index) const {
        return m_scene->materials[static_cast<std::size_t>(index)];
    }

    const Finishes& finishes() const { return *m_finishes; }
    const LampLight& lamps() const { return *m_lamps; }
    Random& random() { return m_random; }

private:
    Part& put(const Shape& shape, const Frame& inner, int material);

    Scene* m_scene;
    const Finishes* m_finishes;
    const LampLight* m_lamps;
    Frame m_frame;
    Label m_label;
    std::int16_t m_object;
    Random m_random;
    std::uint32_t m_seed;
};

} // namespace concertina::rooms
