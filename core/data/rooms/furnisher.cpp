// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/furnisher.h"

namespace concertina::rooms {

namespace {

constexpr Frame facing(Vec3 origin, Vec3 z) {
    return {origin, cross({0, 1, 0}, z), {0, 1, 0}, z};
}

} // namespace

Workshop Furnisher::shop(const Frame& frame, Label label) {
    return {m_scene, m_finishes, m_lamps, frame, label, m_random.fork(m_random.bits())};
}

void Furnisher::remember(std::size_t first, const Frame& frame, Label label) {
    // A piece's own parts come before those of things on it.
    Piece piece{{}, frame, m_scene.parts[first].object, label};
    for (std::size_t i = first; i < m_scene.parts.size(); ++i)
        piece.box.add(m_scene.parts[i].bounds);
    m_scene.furniture.push_back(piece);
}

bool Furnisher::furnish(RoomKind kind) {
    bool placed = false;
    switch (kind) {
    case RoomKind::Bedroom:
        placed = addBed();
        addCabinet(m_random.chance(0.6f));
        if (m_random.chance(0.6f))
            addDesk();
        addShelf();
        addArmchair();
        break;
    case RoomKind::Living:
        placed = addSofaGroup();
        addShelf();
        addArmchair();
        addCabinet(m_random.chance(0.3f));
        if (m_random.chance(0.5f))
            addDesk();
        break;
    case RoomKind::Dining:
        placed = addDiningGroup();
        addCabinet(m_random.chance(0.35f));
        addShelf();
        addCabinet(false);
        if (m_random.chance(0.4f))
            addArmchair();
        break;
    case RoomKind::Study:
        placed = addDesk();
        addShelf();
        addShelf();
        if (m_random.chance(0.6f))
            addSofaGroup();
        addCabinet(m_random.chance(0.4f));
        addArmchair();
        break;
    case RoomKind::Studio:
        placed = addBed();
        if (m_random.chance(0.5f))
            addSofaGroup();
        addDiningGroup();
        addShelf();
        addCabinet(m_random.chance(0.6f));
        break;
    }
    addFloorLamp();
    addPlant();
    addSpareChair();
    fillWalls();
    addPlant();
    addWallShelf();
    addPictures();
    return placed;
}

/// Rooms that are lived in have few empty stretches of wall.
void Furnisher::fillWalls() {
    for (int i = 0; i < 3; ++i) {
        const float choice = m_random.unit();
        if (choice < 0.3f)
            addShelf();
        else if (choice < 0.7f)
            addCabinet(m_random.chance(0.5f));
        else
            addArmchair();
    }
    if (m_random.chance(0.4f))
        addCeilingLamp(m_plan.room() * 0.5f, 0);
}

void Furnisher::addSpareChair() {
    if (m_random.chance(0.4f))
        return;
    const Vec3 size{m_random.between(0.42f, 0.47f), m_random.between(0.8f, 0.95f), 0.46f};
    if (const auto site = m_plan.byWall(m_random, size, 0.2f))
        stand(*site, Label::Chair, buildChair);
}

bool Furnisher::addBed() {
    const bool wide = m_random.chance(0.65f);
    const Vec3 size{wide ? m_random.between(1.4f, 1.85f) : m_random.between(0.9f, 1.1f),
                    m_random.between(0.85f, 1.2f), m_random.between(2.0f, 2.12f)};
    const auto site = m_plan.byWall(m_random, size, 0.3f, !wide && m_random.chance(0.7f));
    if (!site)
        return false;
    stand(*site, Label::Bed, buildBed);
    for (const float side : {-1.0f, 1.0f})
        addBedside(*site, side);
    if (m_random.chance(0.75f))
        hangOver(*site, size.x);
    if (m_random.chance(0.6f)) {
        const Frame under = site->frame * Frame{{0, 0, 0.45f}};
        addRug(under, {size.x + m_random.between(0.8f, 1.4f), 0.008f, m_random.between(1.5f, 2.0f)},
               false);
    }
    const Site bench{site->frame * Frame{{0, 0, size.z * 0.5f + 0.26f}},
                     {size.x * 0.7f, 0.42f, 0.42f}};
    if (m_random.chance(0.25f) && m_plan.fits(bench.frame, bench.size))
        stand(bench, Label::Chair, buildStool);
    return true;
}

void Furnisher::addBedside(const Site& bed, float side) {
    const Vec3 size{m_random.between(0.4f, 0.55f), m_random.between(0.46f, 0.6f), 0.4f};
    const Site site{bed.frame * Frame{{side * (bed.size.x + size.x + 0.14f) * 0.5f, 0,
                                       (size.z - bed.size.z) * 0.5f}},
                    size, bed.wall};
    if (!m_plan.fits(site.frame, size, 0.01f))
        return;
    stand(site, Label::Cabinet, buildCabinet);
    dressTop(site, size.y, m_random.chance(0.85f));
}

bool Furnisher::addSofaGroup() {
    const Vec3 size{m_random.between(1.5f, 2.35f), m_random.between(0.78f, 0.9f),
                    m_random.between(0.84f, 0.96f)};
    const auto site = m_plan.byWall(m_random, size, 0.6f);
    if (!site)
        return false;
    stand(*site, Label::Sofa, buildSofa);
    addCoffeeTable(*site);
    const float first = m_random.chance(0.5f) ? 1.0f : -1.0f;
    addSofaSide(*site, first);
    if (m_random.chance(0.6f))
        addSofaSide(*site, -first);
    if (m_random.chance(0.85f))
        hangOver(*site, size.x);
    return true;
}

/// Beside a sofa: a floor lamp, or a little table with things on it.
void Furnisher::addSofaSide(const Site& sofa, float side) {
    const float x = side * (sofa.size.x * 0.5f + 0.29f);
    const Frame frame = sofa.frame * Frame{{x, 0, -sofa.size.z * 0.5f + 0.27f}};
    if (m_random.chance(0.5f)) {
        const Site site{frame, {0.5f, m_random.between(1.45f, 1.75f), 0.5f}};
        if (m_plan.fits(site.frame, site.size))
            stand(site, Label::Lamp,
                  [](Workshop shop, Vec3 size) { buildFloorLamp(std::move(shop), size.y); });
        return;
    }
    const Site site{frame, {0.46f, 0.52f, 0.46f}};
    if (!m_plan.fits(site.frame, site.size))
        return;
    stand(site, Label::Table, buildCoffeeTable);
    dressTop(site, site.size.y, m_random.chance(0.75f));
}

void Furnisher::addCoffeeTable(const Site& sofa) {
    const bool round = m_random.chance(0.35f);
    const float depth = round ? m_random.between(0.7f, 0.85f) : m_random.between(0.5f, 0.65f);
    const Vec3 size{round ? depth : m_random.between(0.9f, 1.25f), m_random.between(0.36f, 0.45f),
                    depth};
    const float gap = m_random.between(0.32f, 0.45f);
    const Site site{sofa.frame * Frame{{m_random.between(-0.15f, 0.15f), 0,
                                        (sofa.size.z + depth) * 0.5f + gap}},
                    size};
    if (m_random.chance(0.8f)) {
        const bool roundRug = m_random.chance(0.2f);
        addRug(site.frame * Frame{{0, 0, -0.15f}},
               {sofa.size.x + m_random.between(0.1f, 0.7f), 0.01f, m_random.between(1.5f, 2.0f)},
               roundRug);
    }
    if (!m_plan.fits(site.frame, size))
        return;
    stand(site, Label::Table, buildCoffeeTable);
    dressTop(site, size.y, false);
}

bool Furnisher::addDiningGroup() {
    const bool round = m_random.chance(0.35f);
    const float width = round ? m_random.between(0.95f, 1.25f) : m_random.between(1.3f, 1.9f);
    const Vec3 size{width, m_random.between(0.72f, 0.77f),
                    round ? width : m_random.between(0.8f, 0.95f)};
    const auto site = m_plan.inOpen(m_random, size, 0.5f);
    if (!site)
        return false;
    if (m_random.chance(0.5f))
        addRug(site->frame, {size.x + 1.3f, 0.008f, round ? size.x + 1.3f : size.z + 1.4f}, round);
    stand(*site, Label::Table,
          [&](Workshop shop, Vec3 of) { buildTable(std::move(shop), of, round); });
    addChairs(*site, round);
    dressTop(*site, size.y, false);
    addCeilingLamp(site->frame.origin, m_random.between(1.45f, 1.6f));
    return true;
}

/// Equal chairs about a table, some pushed in, some not.
void Furnisher::addChairs(const Site& table, bool round) {
    const Vec3 size{m_random.between(0.42f, 0.47f), m_random.between(0.8f, 0.95f), 0.45f};
    const Workshop model = shop({}, Label::Chair);
    const auto seat = [&](Vec3 toward, float along, float edge) {
        const float out = edge + m_random.between(-0.08f, 0.16f) + 0.1f;
        const Vec3 side = cross({0, 1, 0}, toward);
        const Frame facingTable = table.frame * facing(side * along - toward * out, toward);
        const Frame frame = facingTable * turned({}, m_random.between(-0.2f, 0.2f));
        // The table itself is in the way of a chair that is pushed in; its back is what must fit.
        const Site back{facingTable * Frame{{0, 0, -size.z * 0.5f + 0.02f}},
                        {size.x, size.y, 0.1f}};
        if (!m_plan.fits(back.frame, back.size))
            return;
        const std::size_t first = m_scene.parts.size();
        buildChair(model.at(frame).another(), size);
        remember(first, frame, Label::Chair);
        m_plan.take(facingTable, size);
    };
    if (round) {
        const int count = m_random.count(3, 4);
        const std::array<Vec3, 4> ways{Vec3{0, 0, 1}, {1, 0, 0}, {0, 0, -1}, {-1, 0, 0}};
        for (int i = 0; i < count; ++i)
            seat(ways[static_cast<std::size_t>(i)], 0, table.size.x * 0.5f);
        return;
    }
    const int along = table.size.x > 1.45f ? 2 : 1;
    for (const float side : {-1.0f, 1.0f})
        for (int i = 0; i < along; ++i)
            seat({0, 0, side}, (static_cast<float>(i) - 0.5f * static_cast<float>(along - 1))
                                   * table.size.x * 0.46f, table.size.z * 0.5f);
    if (m_random.chance(0.4f))
        for (const float side : {-1.0f, 1.0f})
            seat({side, 0, 0}, 0, table.size.x * 0.5f);
}

bool Furnisher::addDesk() {
    const Vec3 size{m_random.between(1.05f, 1.5f), m_random.between(0.72f, 0.76f),
                    m_random.between(0.58f, 0.7f)};
    const auto site = m_plan.byWall(m_random, size, 0.65f);
    if (!site)
        return false;
    stand(*site, Label::Table, buildDesk);
    const Frame turnedAway = facing({m_random.between(-0.1f, 0.1f), 0,
                                     size.z * 0.5f + m_random.between(0.12f, 0.34f)}, {0, 0, -1});
    const Site chair{site->frame * turnedAway * turned({}, m_random.between(-0.5f, 0.5f)),
                     {0.47f, m_random.between(0.85f, 1.0f), 0.47f}};
    const bool office = m_random.chance(0.5f);
    stand(chair, Label::Chair, office ? buildOfficeChair : buildChair);
    const Frame corner = site->frame
                         * Frame{{size.x * m_random.between(-0.36f, -0.28f), size.y, -0.08f}};
    if (m_random.chance(0.75f))
        buildDeskLamp(shop(corner, Label::Lamp), {});
    const Frame other = site->frame * Frame{{size.x * 0.3f, size.y, -size.z * 0.2f}};
    const float height = m_random.between(0.22f, 0.36f);
    if (m_random.chance(0.4f))
        stackBooks(shop(other, Label::Books), {});
    else if (m_random.chance(0.5f))
        buildPlant(shop(other, Label::Plant), {}, height, 0.16f);
    if (m_random.chance(0.6f))
        hangOver(*site, size.x);
    return true;
}

bool Furnisher::addCabinet(bool tall) {
    const Vec3 size = tall ? Vec3{m_random.between(0.9f, 1.7f), m_random.between(1.75f, 2.15f),
                                  m_random.between(0.5f, 0.6f)}
                           : Vec3{m_random.between(0.8f, 1.7f), m_random.between(0.55f, 1.05f),
                                  m_random.between(0.38f, 0.48f)};
    const auto site = m_plan.byWall(m_random, size, 0.5f, tall && m_random.chance(0.6f));
    if (!site)
        return false;
    stand(*site, Label::Cabinet, buildCabinet);
    if (tall)
        return true;
    dressTop(*site, size.y, m_random.chance(0.45f));
    if (m_random.chance(0.6f))
        hangOver(*site, size.x);
    return true;
}

bool Furnisher::addShelf() {
    const bool low = m_random.chance(0.25f);
    const Vec3 size{m_random.between(0.75f, 1.7f),
                    low ? m_random.between(0.8f, 1.1f) : m_random.between(1.6f, 2.2f),
                    m_random.between(0.28f, 0.36f)};
    const auto site = m_plan.byWall(m_random, size, 0.4f);
    if (!site)
        return false;
    stand(*site, Label::Books, buildShelf);
    if (low)
        dressTop(*site, size.y, m_random.chance(0.3f));
    return true;
}

/// An armchair across a corner or beside a group, turned towards the middle of the room.
bool Furnisher::addArmchair() {
    const Vec3 size{m_random.between(0.78f, 0.92f), m_random.between(0.78f, 0.92f),
                    m_random.between(0.8f, 0.88f)};
    const float reach = 1.16f; // it is turned: room for its diagonal
    const auto site = m_plan.byWall(m_random, {reach, size.y, reach}, 0.2f);
    if (!site)
        return false;
    const Frame frame = site->frame * turned({}, m_random.between(-0.6f, 0.6f));
    stand({frame, size}, Label::Sofa, buildSofa);
    return true;
}

} // namespace concertina::rooms
