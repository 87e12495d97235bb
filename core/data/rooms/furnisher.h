// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/rooms/furniture.h"
#include "core/data/rooms/plan.h"

namespace concertina::rooms {

/// Furnishes a room: chooses pieces and their sizes, finds places for them in the plan, and puts
/// small things on and beside them. What finds no place is left out.
class Furnisher {
public:
    Furnisher(Scene& scene, const Finishes& finishes, const LampLight& lamps, FloorPlan& plan,
              Random random)
        : m_scene(scene), m_finishes(finishes), m_lamps(lamps), m_plan(plan), m_random(random) {}

    /// Returns whether the piece that makes the room what it is found a place.
    bool furnish(RoomKind kind);

private:
    // Groups (furnisher.cpp): each returns whether its main piece found a place.
    bool addBed();
    bool addSofaGroup();
    bool addDiningGroup();
    bool addDesk();
    bool addCabinet(bool tall);
    bool addShelf();
    bool addArmchair();
    void addSpareChair();
    void fillWalls();
    void addBedside(const Site& bed, float side);
    void addSofaSide(const Site& sofa, float side);
    void addCoffeeTable(const Site& sofa);
    void addChairs(const Site& table, bool round);

    // What makes a room lived in (dressing.cpp).
    void addFloorLamp();
    void addCeilingLamp(Vec3 over, float free);
    void addPlant();
    void addPictures();
    void addWallShelf();
    void hangOver(const Site& site, float width);
    bool hang(int wall, float along, float bottom, float width, float height);
    void dressTop(const Site& site, float top, bool lamp);
    void addRug(const Frame& frame, Vec3 size, bool round);

    Workshop shop(const Frame& frame, Label label);
    /// Runs `build` at a site, takes its place and remembers it as a piece.
    template <class Build>
    void stand(const Site& site, Label label, Build build);
    /// The parts from `first` on are a piece of furniture that stands in this frame.
    void remember(std::size_t first, const Frame& frame, Label label);

    Scene& m_scene;
    const Finishes& m_finishes;
    const LampLight& m_lamps;
    FloorPlan& m_plan;
    Random m_random;
};

template <class Build>
void Furnisher::stand(const Site& site, Label label, Build build) {
    const std::size_t first = m_scene.parts.size();
    build(shop(site.frame, label), site.size);
    remember(first, site.frame, label);
    m_plan.take(site.frame, site.size);
}

} // namespace concertina::rooms
