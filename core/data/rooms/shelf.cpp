// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/furniture.h"

namespace concertina::rooms {

namespace {

void addBasket(Workshop& shop, Vec3 foot, float width, float depth, float height) {
    shop.rounded({foot.x, foot.y + height * 0.5f, foot.z}, {width, height, depth}, 0.02f,
                 shop.finishes().wicker);
}

/// One compartment: mostly books; now and then a basket, a plant or a vase with room about it.
void fillCompartment(Workshop& shop, Vec3 foot, float width, float depth, float height) {
    Random& random = shop.random();
    const float choice = random.unit();
    if (choice < 0.62f || height < 0.2f) {
        const float filled = random.chance(0.55f) ? width : width * random.between(0.55f, 0.85f);
        const float side = random.chance(0.5f) ? -1.0f : 1.0f;
        standBooks(shop, foot + Vec3{side * (width - filled) * 0.5f, 0, 0}, filled, depth, height);
        if (width - filled > 0.14f && random.chance(0.6f))
            buildVase(shop.as(Label::Plant).another(), foot + Vec3{-side * filled * 0.5f, 0, 0},
                      height * 0.75f);
        return;
    }
    if (choice < 0.74f) {
        addBasket(shop, foot, width * 0.86f, depth * 0.85f, std::min(0.2f, height * 0.7f));
        return;
    }
    if (choice < 0.87f)
        stackBooks(shop, foot + Vec3{-width * 0.22f, 0, 0});
    buildPlant(shop.as(Label::Plant).another(), foot + Vec3{width * 0.2f, 0, 0}, height * 0.88f,
               std::min(width * 0.28f, depth * 0.55f));
}

} // namespace

void standBooks(Workshop shop, Vec3 foot, float width, float depth, float height) {
    Random& random = shop.random();
    const int books = shop.finishes().books;
    const float tallest = std::min(height - 0.025f, 0.32f);
    float x = -width * 0.5f;
    const float end = width * 0.5f;
    float typical = random.between(0.72f, 0.95f);
    while (x < end - 0.02f) {
        const float thick = std::min(random.between(0.018f, 0.05f), end - x);
        if (random.chance(0.12f))
            typical = random.between(0.68f, 0.97f);
        const float tall = tallest * std::min(1.0f, typical * random.between(0.93f, 1.05f));
        const float deep = std::min(depth - 0.05f, tall * 0.78f);
        const float in = random.between(0.012f, 0.03f);
        shop.box({foot.x + x + thick * 0.5f, foot.y + tall * 0.5f,
                  foot.z + depth * 0.5f - in - deep * 0.5f},
                 {thick - 0.0012f, tall, deep}, books);
        x += thick;
        if (random.chance(0.05f))
            x += random.between(0.02f, 0.07f);
    }
}

void stackBooks(Workshop shop, Vec3 foot) {
    Random& random = shop.random();
    const int count = random.count(2, 4);
    float y = foot.y;
    for (int i = 0; i < count; ++i) {
        const float thick = random.between(0.02f, 0.04f);
        Workshop turnedShop = shop.at(
            turned({foot.x, y + thick * 0.5f, foot.z}, random.between(-0.25f, 0.25f), Pi / 2));
        turnedShop.box({}, {random.between(0.15f, 0.2f), random.between(0.2f, 0.25f), thick},
                       shop.finishes().books);
        y += thick;
    }
}

void buildShelf(Workshop shop, Vec3 size) {
    const Finishes& finishes = shop.finishes();
    Random& random = shop.random();
    const std::array<int, 4> bodies{finishes.wood, finishes.darkWood, finishes.lacquer,
                                    finishes.trim};
    const int body = random.pick(bodies);
    const float board = 0.025f;
    const int rows = std::max(2, static_cast<int>(size.y / 0.36f));
    const int columns = std::max(1, static_cast<int>(size.x / 0.75f + 0.3f));
    const float bottom = 0.07f;
    const float pitch = (size.y - bottom - board) / static_cast<float>(rows);
    const float width = (size.x - board) / static_cast<float>(columns);
    for (int column = 0; column <= columns; ++column)
        shop.box({static_cast<float>(column) * width - (size.x - board) * 0.5f, size.y * 0.5f, 0},
                 {board, size.y, size.z}, body);
    shop.box({0, size.y * 0.5f, -size.z * 0.5f + 0.005f}, {size.x - 0.01f, size.y - 0.01f, 0.01f},
             body);
    shop.box({0, bottom * 0.5f, 0}, {size.x - board, bottom, size.z - 0.04f}, body);
    for (int row = 0; row <= rows; ++row)
        shop.box({0, bottom + static_cast<float>(row) * pitch + board * 0.5f, 0},
                 {size.x - board, board, size.z - 0.004f}, body);
    for (int row = 0; row < rows; ++row)
        for (int column = 0; column < columns; ++column) {
            const float x = (static_cast<float>(column) + 0.5f) * width - (size.x - board) * 0.5f;
            const float y = bottom + static_cast<float>(row) * pitch + board;
            fillCompartment(shop, {x, y, 0.005f}, width - board - 0.01f, size.z - 0.03f,
                            pitch - board);
        }
}

} // namespace concertina::rooms
