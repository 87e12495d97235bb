// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/furniture.h"

namespace concertina::rooms {

namespace {

struct Front {
    float x = 0, y = 0; ///< its middle
    float width = 0, height = 0;
    bool drawer = false;
    float handleSide = 0; ///< −1, 1: where a door opens
};

struct CabinetForm {
    int body = 0;
    int front = 0;
    bool panelled = false;
    bool knobs = false;
};

void addFront(Workshop& shop, const Front& front, float z, const CabinetForm& form) {
    const int metal = shop.finishes().metal;
    shop.rounded({front.x, front.y, z}, {front.width - 0.008f, front.height - 0.008f, 0.02f}, 0.004f,
                 form.front);
    if (form.panelled && front.width > 0.2f && front.height > 0.2f) {
        // A raised rim, as on framed doors.
        const float rim = 0.055f;
        const float w = front.width - 0.02f, h = front.height - 0.02f;
        for (const float side : {-1.0f, 1.0f}) {
            shop.box({front.x + side * (w - rim) * 0.5f, front.y, z + 0.014f}, {rim, h, 0.01f},
                     form.front);
            shop.box({front.x, front.y + side * (h - rim) * 0.5f, z + 0.014f},
                     {w - 2 * rim, rim, 0.01f}, form.front);
        }
    }
    const float reach = z + 0.03f;
    if (front.drawer) {
        if (form.knobs)
            for (const float side : {-0.25f, 0.25f})
                shop.ellipsoid({front.x + side * front.width, front.y, reach},
                               {0.032f, 0.032f, 0.028f}, metal);
        else
            shop.box({front.x, front.y, reach - 0.003f}, {front.width * 0.34f, 0.014f, 0.02f},
                     metal);
        return;
    }
    const float x = front.x + front.handleSide * (front.width * 0.5f - 0.045f);
    if (form.knobs)
        shop.ellipsoid({x, front.y, reach}, {0.034f, 0.034f, 0.03f}, metal);
    else
        shop.box({x, front.y, reach - 0.003f}, {0.014f, std::min(0.3f, front.height * 0.3f), 0.02f},
                 metal);
}

/// Columns of fronts: wide low pieces get doors and drawers, tall ones long doors.
void addFronts(Workshop& shop, Vec3 size, float bottom, const CabinetForm& form) {
    Random& random = shop.random();
    const float height = size.y - bottom - 0.05f;
    const float inner = size.x - 0.04f;
    const int columns = std::max(1, static_cast<int>(inner / (size.y > 1.3f ? 0.5f : 0.6f) + 0.4f));
    const float width = inner / static_cast<float>(columns);
    const float z = size.z * 0.5f - 0.015f;
    const bool chest = size.y <= 1.3f && size.y > 0.62f && random.chance(0.5f);
    for (int column = 0; column < columns; ++column) {
        Front front;
        front.x = (static_cast<float>(column) + 0.5f) * width - inner * 0.5f;
        front.width = width;
        front.handleSide = columns == 1 || column % 2 == 1 ? -1.0f : 1.0f;
        front.drawer = chest || (size.y <= 1.3f && (width > 0.8f || random.chance(0.35f)));
        const int rows = front.drawer ? std::max(2, static_cast<int>(height / 0.24f + 0.3f)) : 1;
        const float foot = size.y > 1.3f && random.chance(0.25f) ? 0.3f : 0.0f;
        if (foot > 0)
            addFront(shop, {front.x, bottom + 0.02f + foot * 0.5f, width, foot, true}, z, form);
        front.height = (height - foot) / static_cast<float>(rows);
        for (int row = 0; row < rows; ++row) {
            front.y = bottom + 0.02f + foot + (static_cast<float>(row) + 0.5f) * front.height;
            addFront(shop, front, z, form);
        }
    }
}

} // namespace

void buildCabinet(Workshop shop, Vec3 size) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    CabinetForm form;
    const std::array<int, 4> bodies{finishes.darkWood, finishes.darkWood, finishes.darkWood,
                                    finishes.lacquer};
    form.body = random.pick(bodies);
    form.front = random.chance(0.25f) ? finishes.lacquer : form.body;
    form.panelled = random.chance(0.45f);
    form.knobs = random.chance(0.5f);
    const bool legs = size.y < 1.3f && random.chance(0.65f);
    const float bottom = legs ? random.between(0.1f, 0.17f) : 0.06f;
    const float depth = size.z - 0.03f;
    shop.box({0, (bottom + size.y - 0.03f) * 0.5f, -0.015f}, {size.x, size.y - 0.03f - bottom, depth - 0.015f},
             form.body);
    shop.rounded({0, size.y - 0.015f, 0}, {size.x + 0.01f, 0.03f, size.z}, 0.006f, form.body);
    if (legs)
        for (const float side : {-1.0f, 1.0f})
            for (const float end : {-1.0f, 1.0f})
                shop.rod({side * (size.x * 0.5f - 0.04f), 0, end * (size.z * 0.5f - 0.05f)},
                         {side * (size.x * 0.5f - 0.07f), bottom, end * (size.z * 0.5f - 0.07f)},
                         0.012f, 0.022f, finishes.darkWood);
    else
        shop.box({0, bottom * 0.5f, -0.02f}, {size.x - 0.02f, bottom, size.z - 0.08f},
                 finishes.dark);
    addFronts(shop, size, bottom, form);
}

} // namespace concertina::rooms
