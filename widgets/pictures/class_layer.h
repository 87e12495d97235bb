// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/target.h"
#include "core/values/value_map.h"

#include <QImage>

#include <cstdint>
#include <set>
#include <span>
#include <vector>

namespace concertina {

/// How classes are laid over the picture that they belong to.
struct ClassStyle {
    double opacity = 1;    ///< of the areas; their outlines stay solid
    std::set<int> hidden;  ///< classes through which the picture is seen
    int highlighted = -1;  ///< the others step back
    double leastScore = UsualScore; ///< from which on objects are drawn

    bool operator==(const ClassStyle&) const = default;
};

/// A map of classes over its picture: what is needed to draw it anew with another style in a few
/// milliseconds.
class ClassLayer {
public:
    /// `photo` is drawn at the map's size; black where it is null.
    ClassLayer(const ValueMap& map, std::span<const ClassInfo> classes, const QImage& photo);

    QImage draw(const ClassStyle& style) const;

private:
    int m_height;
    int m_width;
    std::vector<ClassInfo> m_classes;
    std::vector<std::uint16_t> m_indices; ///< `m_classes.size()` where there is none
    std::vector<bool> m_edges;            ///< pixels next to another class
    QImage m_photo;
};

/// Values of a map as true pixels: depth and directions, or classes without their picture.
QImage drawMap(const ValueMap& map, std::span<const ClassInfo> classes, const ValueRange& range);

} // namespace concertina
