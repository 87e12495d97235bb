// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/value_picture.h"

#include "core/data/image_files.h"
#include "core/values/object_map.h"

#include <algorithm>
#include <cmath>
#include <ranges>
#include <string>

namespace concertina {

namespace {

constexpr int LeastSide = 192;
constexpr int ListLine = 18;
constexpr int ListGap = 4;
constexpr int LetterWidth = 7; ///< of `drawText`, about
constexpr std::uint8_t ListGround = 28;

void fillBar(Image& image, int top, int bottom, int left, int right, const Rgb& color) {
    for (int y = std::max(top, 0); y < std::min(bottom, image.height); ++y)
        for (int x = std::max(left, 0); x < std::min(right, image.width); ++x)
            std::ranges::copy(color, image.pixel(y, x));
}

/// The keypoints of an object and the lines that join them.
void drawPoints(Image& image, const ImageObject& object, std::span<const ClassInfo> points) {
    constexpr int Radius = 2;
    const auto isKnown = [&](std::size_t i) {
        return i < object.points.size() && object.points[i].state != Keypoint::State::Unknown;
    };
    for (std::size_t i = 0; i < points.size(); ++i)
        for (const int joined : points[i].joined)
            if (const auto j = static_cast<std::size_t>(joined); isKnown(i) && isKnown(j))
                drawLine(image, object.points[i].x * image.width, object.points[i].y * image.height,
                         object.points[j].x * image.width, object.points[j].y * image.height,
                         points[j].color);
    for (std::size_t i = 0; i < points.size(); ++i)
        if (isKnown(i)) {
            const int x = static_cast<int>(std::lround(object.points[i].x * image.width));
            const int y = static_cast<int>(std::lround(object.points[i].y * image.height));
            fillBar(image, y - Radius, y + Radius, x - Radius, x + Radius, points[i].color);
        }
}

/// Boxes of the objects that count, or their keypoints, the best last and so on top.
void drawObjects(Image& image, const ValueMap& map, std::span<const ClassInfo> classes) {
    constexpr int Line = 2;
    const auto counted = countedObjects(map, classes.size());
    for (const ImageObject* object : std::views::reverse(counted)) {
        if (map.kind->namesPoints()) {
            drawPoints(image, *object, classes);
            continue;
        }
        const ClassInfo& info = classes[static_cast<std::size_t>(object->label)];
        const Box box = object->box.scaled(image.width, image.height);
        const int left = static_cast<int>(std::lround(box.x));
        const int top = static_cast<int>(std::lround(box.y));
        const int right = static_cast<int>(std::lround(box.x + box.width));
        const int bottom = static_cast<int>(std::lround(box.y + box.height));
        const Rgb& color = info.color;
        fillBar(image, top, top + Line, left, right, color);
        fillBar(image, bottom - Line, bottom, left, right, color);
        fillBar(image, top, bottom, left, left + Line, color);
        fillBar(image, top, bottom, right - Line, right, color);
        drawText(image, std::max(left, 0) + Line + 1, std::max(top, 0) + ListLine - 6, info.name);
    }
}

} // namespace

Image pictureOf(const ValueMap& map, std::span<const ClassInfo> classes, const ValueRange& range,
                const Image& beside) {
    if (map.kind->isPlane())
        return draw(map, classes, range);
    const int shorter = std::max(1, std::min(beside.height, beside.width));
    const int zoom = (LeastSide + shorter - 1) / shorter;
    const int height = beside.height * zoom;
    const int width = beside.width * zoom;
    if (map.kind->form() == ValueForm::Objects) {
        Image image = resized(beside, height, width);
        drawObjects(image, map, classes);
        return image;
    }
    Image image = blankImage(height, width, ListGround);
    int top = ListGap;
    for (const ValueRow& row : map.kind->rows(map, classes)) {
        if (top + ListLine > height)
            break;
        const int bar = static_cast<int>(std::lround(row.share * (width - 2 * ListGap)));
        fillBar(image, top + ListLine - 3, top + ListLine - 1, ListGap, ListGap + bar, row.color);
        const auto letters =
            static_cast<std::size_t>(std::max(1, (width - 2 * ListGap) / LetterWidth));
        const std::string name = row.name.substr(0, letters - std::min(letters, row.text.size() + 1));
        drawText(image, ListGap, top + ListLine - 6, name);
        drawText(image, width - ListGap - LetterWidth * static_cast<int>(row.text.size()),
                 top + ListLine - 6, row.text == "–" ? "-" : row.text);
        top += ListLine;
    }
    return image;
}

} // namespace concertina
