// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/segmentation.h"
#include "tests/fuzz/fuzz_target.h"

#include <cstdlib>
#include <numeric>
#include <string_view>

namespace {

using namespace concertina;

/// What was read has as many pixels as its image, and can be written and read again.
void check(const Expected<RunMask>& mask) {
    if (!mask) {
        if (mask.error().found.empty())
            std::abort();
        return;
    }
    const auto pixels = std::accumulate(mask->runs.begin(), mask->runs.end(), std::int64_t{0});
    const Box box = mask->box();
    if (pixels != std::int64_t{mask->height} * mask->width || mask->area() > pixels || box.x < 0
        || box.y < 0 || box.x + box.width > mask->width || box.y + box.height > mask->height
        || (mask->area() > 0) != (box.area() > 0))
        std::abort();
    const auto again = maskOfText(mask->height, mask->width, compressedText(*mask));
    if (!again || *again != *mask)
        std::abort();
    std::int64_t painted = 0;
    mask->forEachPiece([&](int x, int first, int last) {
        if (x < 0 || x >= mask->width || first < 0 || last < first || last >= mask->height)
            std::abort();
        painted += last - first + 1;
    });
    if (painted != mask->area())
        std::abort();
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check(maskOfSegmentation(text, 37, 53));
    check(maskOfText(37, 53, text)); // as the compressed text itself
    check(maskOfText(1, 7, text));
    return 0;
}
