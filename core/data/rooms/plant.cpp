// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/furniture.h"

namespace concertina::rooms {

namespace {

/// How far a plant may reach to the sides: walls and shelves stand about it.
struct Room {
    Vec3 foot;
    float reach = 0;

    /// The share of the way from `from` to `to` that stays within.
    float within(Vec3 from, Vec3 to) const {
        const float before = std::hypot(from.x - foot.x, from.z - foot.z);
        const float after = std::hypot(to.x - foot.x, to.z - foot.z);
        return after <= reach ? 1 : clamp01((reach - before) / (after - before));
    }
};

/// A leaf from its stalk's end along `direction`: flat, its upper side turned up; shorter where
/// there is no room for it.
void addLeaf(Workshop& shop, const Room& room, Vec3 from, Vec3 direction, float length,
             float width) {
    const Vec3 along = normalized(direction);
    Vec3 across = cross({0, 1, 0}, along);
    const float size = dot(across, across);
    across = size > 1e-4f ? normalized(across) : Vec3{1, 0, 0};
    const Vec3 up = cross(along, across);
    const float share = room.within(from, from + along * length);
    if (share < 0.3f)
        return;
    const float shown = length * share;
    shop.at({from + along * (shown * 0.5f), across, up, along})
        .ellipsoid({}, {width * share, std::max(0.006f, width * 0.1f), shown},
                   shop.finishes().leaf);
}

Vec3 outward(Random& random, float angle, float rise) {
    const float wander = random.between(-0.25f, 0.25f);
    return {std::sin(angle + wander) * std::cos(rise), std::sin(rise),
            std::cos(angle + wander) * std::cos(rise)};
}

/// Broad leaves about one or two stems, as a rubber tree has them.
void addTree(Workshop& shop, const Room& room, Vec3 foot, float height) {
    Random& random = shop.random();
    const int leaves = 18 + static_cast<int>(height * 16);
    const Vec3 top = foot + Vec3{random.between(-0.06f, 0.06f), height * 0.92f,
                                 random.between(-0.06f, 0.06f)};
    shop.rod(foot, top, 0.012f, 0.006f, shop.finishes().darkWood);
    for (int i = 0; i < leaves; ++i) {
        const float at = mix(0.22f, 1.0f, (static_cast<float>(i) + 0.5f) / static_cast<float>(leaves));
        const float rise = mix(-0.15f, 1.05f, at * at) + random.between(-0.2f, 0.2f);
        const float length = height * random.between(0.24f, 0.34f) * (1.1f - 0.4f * at);
        const Vec3 direction = outward(random, static_cast<float>(i) * 2.4f, rise);
        addLeaf(shop, room, mix(foot, top, at) + direction * 0.02f, direction, length, length * 0.6f);
    }
}

/// Stiff blades that stand up from the pot.
void addSwords(Workshop& shop, const Room& room, Vec3 foot, float height, float spread) {
    Random& random = shop.random();
    const int blades = random.count(10, 16);
    for (int i = 0; i < blades; ++i) {
        const float angle = static_cast<float>(i) * 2.4f;
        const float off = spread * std::sqrt(static_cast<float>(i) / static_cast<float>(blades));
        const Vec3 from = foot + Vec3{std::sin(angle) * off, 0, std::cos(angle) * off};
        const float rise = 1.5f - 0.3f * off / spread + random.between(-0.06f, 0.06f);
        const float length = height * random.between(0.7f, 1.0f);
        addLeaf(shop, room, from, outward(random, angle, rise), length,
                std::min(0.1f, height * 0.14f));
    }
}

/// Fronds that rise and then bend down: chains of leaves.
void addPalm(Workshop& shop, const Room& room, Vec3 foot, float height) {
    Random& random = shop.random();
    const int fronds = random.count(7, 11);
    for (int i = 0; i < fronds; ++i) {
        const float angle = static_cast<float>(i) * 2.4f;
        float rise = random.between(0.95f, 1.4f);
        const float drop = random.between(0.3f, 0.5f);
        Vec3 at = foot;
        for (int piece = 0; piece < 4; ++piece) {
            const Vec3 direction = outward(random, angle, rise);
            const float full = height * (piece == 0 ? 0.55f : 0.22f);
            const float length = full * room.within(at, at + direction * full);
            if (piece == 0)
                shop.rod(at, at + direction * length, 0.006f, 0.004f, shop.finishes().leaf);
            else
                for (const float side : {-0.55f, 0.0f, 0.55f})
                    addLeaf(shop, room, at, outward(random, angle + side, rise - 0.1f), length * 1.25f,
                            length * 0.34f);
            at += direction * (length * 0.82f);
            rise -= drop;
        }
    }
}

void addPot(Workshop& shop, Vec3 foot, float height, float radius) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const std::array<int, 4> pots{finishes.ceramic, finishes.ceramic, finishes.wicker,
                                  finishes.lacquer};
    const float narrow = radius * random.between(0.68f, 0.9f);
    shop.column(foot, height, narrow, radius, random.pick(pots));
    shop.column(foot + Vec3{0, height, 0}, 0.004f, radius * 0.9f, radius * 0.9f, finishes.soil);
}

} // namespace

void buildPlant(Workshop shop, Vec3 foot, float height, float reach) {
    Random& random = shop.random();
    const float pot = height * random.between(0.2f, 0.3f);
    const float radius = std::min(pot * random.between(0.5f, 0.62f), reach * 0.9f);
    const Room room{foot, reach};
    addPot(shop, foot, pot, radius);
    const Vec3 soil = foot + Vec3{0, pot, 0};
    const float rest = height - pot;
    const float choice = random.unit();
    if (choice < 0.45f)
        addTree(shop, room, soil, rest);
    else if (choice < 0.7f)
        addSwords(shop, room, soil, rest, radius * 0.6f);
    else
        addPalm(shop, room, soil, rest * 0.85f);
}

void buildVase(Workshop shop, Vec3 foot, float height) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const float body = height * 0.45f;
    shop.ellipsoid(foot + Vec3{0, body * 0.5f, 0}, {body * 0.75f, body, body * 0.75f},
                   finishes.ceramic);
    shop.column(foot + Vec3{0, body * 0.85f, 0}, body * 0.25f, body * 0.16f, body * 0.2f,
                finishes.ceramic);
    const int bloom = finishes.accents[static_cast<std::size_t>(random.below(4))];
    const int stems = random.count(4, 7);
    const Room room{foot, height * 0.4f};
    for (int i = 0; i < stems; ++i) {
        const Vec3 mouth = foot + Vec3{0, body, 0};
        const Vec3 direction = outward(random, static_cast<float>(i) * 2.4f, random.between(1.0f, 1.45f));
        const Vec3 tip = mouth + direction * (height - body) * random.between(0.75f, 1.0f);
        shop.rod(mouth, tip, 0.003f, 0.002f, finishes.leaf);
        addLeaf(shop, room, mix(mouth, tip, 0.5f), outward(random, static_cast<float>(i) * 2.4f + 1, 0.6f),
                height * 0.22f, height * 0.08f);
        shop.ellipsoid(tip, {height * 0.14f, height * 0.11f, height * 0.14f}, bloom);
    }
}

} // namespace concertina::rooms
