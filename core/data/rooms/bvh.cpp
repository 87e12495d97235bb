// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/bvh.h"

#include <cassert>

namespace concertina::rooms {

namespace {

constexpr int Bins = 8;
constexpr int LeafSize = 2;
constexpr std::size_t Depth = 96; // of the stack; scenes of 1,000 parts need about 20

struct Split {
    int axis = 0;
    float at = 0;
    float cost = std::numeric_limits<float>::max();
};

/// The cheapest plane between bins of the parts' centers along one axis.
Split bestSplit(std::span<const Part> parts, const Bounds& centers, int axis) {
    struct Bin {
        Bounds bounds;
        int count = 0;
    };
    std::array<Bin, Bins> bins;
    const float low = centers.low[axis];
    const float width = centers.high[axis] - low;
    const float scale = static_cast<float>(Bins) / width;
    for (const Part& part : parts) {
        const int bin = static_cast<int>((part.bounds.center()[axis] - low) * scale);
        Bin& into = bins[static_cast<std::size_t>(std::clamp(bin, 0, Bins - 1))];
        into.bounds.add(part.bounds);
        ++into.count;
    }
    std::array<float, Bins> right{};
    Bounds box;
    int count = 0;
    for (std::size_t i = Bins - 1; i > 0; --i) {
        box.add(bins[i].bounds);
        count += bins[i].count;
        right[i] = count == 0 ? 0 : box.area() * static_cast<float>(count);
    }
    Split best{axis};
    box = {};
    count = 0;
    for (std::size_t i = 0; i + 1 < Bins; ++i) {
        box.add(bins[i].bounds);
        count += bins[i].count;
        if (count == 0 || count == static_cast<int>(parts.size()))
            continue;
        const float cost = box.area() * static_cast<float>(count) + right[i + 1];
        if (cost < best.cost)
            best = {axis, low + width * static_cast<float>(i + 1) / static_cast<float>(Bins), cost};
    }
    return best;
}

bool intersect(const Part& part, const Ray& ray, Vec3 inverse, float& distance, Vec3& normal) {
    if (part.aligned) {
        float enter = 0, leave = distance;
        int axis = 0;
        if (!slabs(part.bounds.low, part.bounds.high, ray.origin, inverse, enter, leave, axis)
            || enter <= 0)
            return false;
        distance = enter;
        const float side = ray.direction[axis] > 0 ? -1.0f : 1.0f;
        normal = part.frame.directionIn(
            {axis == 0 ? side : 0, axis == 1 ? side : 0, axis == 2 ? side : 0});
        return true;
    }
    const Ray inside{part.frame.pointIn(ray.origin), part.frame.directionIn(ray.direction)};
    return intersect(part.shape, inside, distance, normal);
}

} // namespace

/// The planes through which the ray comes in and goes out, by the signs of its direction.
struct Bvh::Probe {
    Vec3 origin;
    Vec3 inverse;
    std::array<std::size_t, 3> in{};
    std::array<std::size_t, 3> out{};

    explicit Probe(const Ray& ray) : origin(ray.origin), inverse(inverseOf(ray.direction)) {
        for (std::size_t axis = 0; axis < 3; ++axis) {
            const bool forward = inverse[static_cast<int>(axis)] > 0;
            in[axis] = forward ? axis : axis + 3;
            out[axis] = forward ? axis + 3 : axis;
        }
    }

    /// Where the ray comes into each child's box and out of it; it misses those where `enter` is
    /// not below `leave`.
    void meet(const Node& node, float farthest, Lanes& enter, Lanes& leave) const {
        const auto larger = [](Lanes a, Lanes b) { return a > b ? a : b; };
        const auto smaller = [](Lanes a, Lanes b) { return a < b ? a : b; };
        const Lanes inX = (node.planes[in[0]] - origin.x) * inverse.x;
        const Lanes inY = (node.planes[in[1]] - origin.y) * inverse.y;
        const Lanes inZ = (node.planes[in[2]] - origin.z) * inverse.z;
        const Lanes outX = (node.planes[out[0]] - origin.x) * inverse.x;
        const Lanes outY = (node.planes[out[1]] - origin.y) * inverse.y;
        const Lanes outZ = (node.planes[out[2]] - origin.z) * inverse.z;
        enter = larger(larger(inX, inY), larger(inZ, Lanes{}));
        leave = smaller(smaller(outX, outY), smaller(outZ, Lanes{} + farthest));
    }
};

Bvh::Bvh(std::vector<Part>& parts) {
    m_nodes.reserve(parts.size());
    build(parts, {0, static_cast<int>(parts.size())});
}

/// Sorts the parts of a range into two; in the middle where no plane parts them.
int Bvh::halve(std::vector<Part>& parts, Range range) {
    const std::span<Part> all(parts.data() + range.begin, static_cast<std::size_t>(range.size()));
    Bounds centers;
    for (const Part& part : all)
        centers.add(part.bounds.center());
    Split best;
    for (int axis = 0; axis < 3; ++axis)
        if (centers.size()[axis] > 1e-4f)
            if (const Split split = bestSplit(all, centers, axis); split.cost < best.cost)
                best = split;
    const auto middle = std::partition(all.begin(), all.end(), [&](const Part& part) {
        return part.bounds.center()[best.axis] < best.at;
    });
    const int split = range.begin + static_cast<int>(middle - all.begin());
    return split != range.begin && split != range.end ? split : range.begin + range.size() / 2;
}

int Bvh::build(std::vector<Part>& parts, Range range) {
    std::array<Range, Wide> children{};
    std::size_t count = 0;
    const auto split = [&](Range whole, auto&& take) {
        if (whole.size() <= LeafSize)
            return take(whole);
        const int middle = halve(parts, whole);
        take({whole.begin, middle});
        take({middle, whole.end});
    };
    split(range, [&](Range half) {
        split(half, [&](Range quarter) { children[count++] = quarter; });
    });
    const std::size_t index = m_nodes.size();
    m_nodes.emplace_back();
    for (std::size_t i = 0; i < Wide; ++i) {
        const Range child = children[i];
        Bounds bounds;
        for (int part = child.begin; part < child.end; ++part)
            bounds.add(parts[static_cast<std::size_t>(part)].bounds);
        for (std::size_t axis = 0; axis < 3; ++axis) {
            m_nodes[index].planes[axis][i] = bounds.low[static_cast<int>(axis)];
            m_nodes[index].planes[axis + 3][i] = bounds.high[static_cast<int>(axis)];
        }
        const bool leaf = child.size() <= LeafSize;
        const int link = leaf ? child.begin * 4 + child.size() : build(parts, child) * 4;
        m_nodes[index].children[i] = link;
    }
    return static_cast<int>(index);
}

Hit Bvh::closest(std::span<const Part> parts, const Ray& ray) const {
    Hit hit;
    const Probe probe(ray);
    std::array<float, Depth> enters;
    std::array<std::int32_t, Depth> children;
    std::size_t depth = 1;
    enters[0] = 0;
    children[0] = 0;
    while (depth > 0) {
        const int child = children[--depth];
        if (enters[depth] > hit.distance)
            continue;
        const int index = child >> 2;
        if (const int count = child & 3; count > 0) {
            for (int i = index; i < index + count; ++i)
                if (intersect(parts[static_cast<std::size_t>(i)], ray, probe.inverse, hit.distance,
                              hit.normal))
                    hit.part = i;
            continue;
        }
        const Node& node = m_nodes[static_cast<std::size_t>(index)];
        Lanes enter, leave;
        probe.meet(node, hit.distance, enter, leave);
        const std::size_t first = depth;
        assert(depth + Wide <= Depth);
        for (std::size_t i = 0; i < Wide; ++i) {
            if (enter[i] > leave[i])
                continue;
            // The nearest comes off the stack first.
            std::size_t place = depth++;
            for (; place > first && enters[place - 1] < enter[i]; --place) {
                enters[place] = enters[place - 1];
                children[place] = children[place - 1];
            }
            enters[place] = enter[i];
            children[place] = node.children[i];
        }
    }
    return hit;
}

bool Bvh::blocked(std::span<const Part> parts, const Ray& ray, float distance,
                  Shadow shadow) const {
    const Probe probe(ray);
    std::array<std::int32_t, Depth> children;
    std::size_t depth = 1;
    children[0] = 0;
    while (depth > 0) {
        const Node& node = m_nodes[static_cast<std::size_t>(children[--depth] >> 2)];
        Lanes enter, leave;
        probe.meet(node, distance, enter, leave);
        assert(depth + Wide <= Depth);
        for (std::size_t i = 0; i < Wide; ++i) {
            if (enter[i] > leave[i])
                continue;
            const int child = node.children[i];
            const int count = child & 3;
            if (count == 0)
                children[depth++] = child;
            for (int k = child >> 2; k < (child >> 2) + count; ++k) {
                const Part& part = parts[static_cast<std::size_t>(k)];
                float nearest = distance;
                Vec3 normal;
                if (part.shadow >= shadow && intersect(part, ray, probe.inverse, nearest, normal))
                    return true;
            }
        }
    }
    return false;
}

} // namespace concertina::rooms
