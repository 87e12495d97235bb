// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/npy.h"
#include "core/data/npy_planes.h"
#include "tests/fuzz/fuzz_target.h"

#include <array>
#include <cstdlib>
#include <span>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace concertina;
    const auto file = std::as_bytes(std::span(data, size));
    const auto array = readNpy(file);
    if (array
        && (array->data.size() > size
            || npyValues(*array, 0, array->size()).size() * bytesOf(array->type)
                   != array->data.size()))
        std::abort(); // data outside the file, or of another size than its shape
    if (const auto image = npyImage(file, "a.npy");
        image && image->bytes.size() != std::size_t(image->height) * image->width * 3)
        std::abort();
    static const std::array<TargetInfo, 4> targets{
        {{.name = "c", .encoding = Encoding::Index8, .ignore = 255},
         {.name = "w", .encoding = Encoding::Index16},
         {.name = "d", .kind = &depthTarget(), .encoding = Encoding::Float32},
         {.name = "n", .kind = &normalsTarget(), .encoding = Encoding::Rgb16}}};
    for (const TargetInfo& target : targets)
        if (const auto plane = npyPlane(file, "a.npy", target);
            plane
            && plane->bytes.size()
                   != std::size_t(plane->height) * plane->width * bytesPerPixel(plane->encoding))
            std::abort();
    return 0;
}
