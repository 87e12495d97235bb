// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/value_picture.h"

#include "core/data/image_files.h"

#include <algorithm>
#include <cmath>
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

} // namespace

Image pictureOf(const ValueMap& map, std::span<const ClassInfo> classes, const ValueRange& range,
                int height, int width) {
    if (map.kind->isPlane())
        return draw(map, classes, range);
    const int shorter = std::max(1, std::min(height, width));
    const int zoom = (LeastSide + shorter - 1) / shorter;
    height *= zoom;
    width *= zoom;
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
