// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/part.h"

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace concertina::rooms {

/// Where a ray meets a scene.
struct Hit {
    float distance = std::numeric_limits<float>::max();
    int part = -1; ///< −1: nowhere
    Vec3 normal;   ///< unit, in the part's frame, on the side that the ray sees
};

/// A bounding volume hierarchy over a scene's parts: a tree of boxes, split in two where the
/// surface area heuristic says (Wald 2007, with bins), twice a level. So a node has four
/// children, whose boxes lie side by side in memory and are tested together.
class Bvh {
public:
    Bvh() = default;

    /// Sorts `parts` into the tree's order; from then on they must stay as they are.
    explicit Bvh(std::vector<Part>& parts);

    Hit closest(std::span<const Part> parts, const Ray& ray) const;

    /// Whether something that shadows this much or more lies nearer than `distance`.
    bool blocked(std::span<const Part> parts, const Ray& ray, float distance,
                 Shadow shadow = Shadow::Full) const;

private:
    static constexpr int Wide = 4;

    /// Four floats that are computed with at once (GCC's and Clang's vector extension).
    using Lanes [[gnu::vector_size(Wide * sizeof(float))]] = float;

    struct Node {
        /// Planes −x, −y, −z, x, y, z of each child; a missing child's can't be met.
        std::array<Lanes, 6> planes;
        std::array<std::int32_t, Wide> children; ///< a node's index · 4, or a leaf's …
                                                 ///< … first part · 4 + how many (1 … 3)
    };

    struct Range {
        int begin = 0;
        int end = 0;

        int size() const { return end - begin; }
    };

    /// A ray as nodes are tested with it.
    struct Probe;

    static int halve(std::vector<Part>& parts, Range range);
    int build(std::vector<Part>& parts, Range range);

    std::vector<Node> m_nodes;
};

} // namespace concertina::rooms
