// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/coco_index.h"
#include "tests/fuzz/fuzz_target.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <string>

namespace {

using namespace concertina;

constexpr std::int64_t mostPixels = 1'000'000; // masks of larger images only take longer

void readObjects(const CocoIndex& index, std::size_t image) {
    const auto objects = index.objectsOf(image);
    if (!objects && objects.error().path.empty())
        std::abort();
    const auto categories = static_cast<int>(index.categories().size());
    if (objects)
        for (const ImageObject& object : *objects)
            if (object.label < 0 || object.label >= categories || !(object.box.area() > 0)
                || !std::isfinite(object.area))
                std::abort();
    const CocoImage& facts = index.images()[image];
    if (std::int64_t{facts.height} * facts.width > mostPixels)
        return;
    for (const CocoAnnotation& annotation : index.annotations(image)) {
        const auto mask = index.maskOf(image, annotation);
        if (mask ? mask->height != facts.height || mask->width != facts.width
                 : mask.error().path.empty())
            std::abort();
    }
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
    if (file < 0 || ::write(file, data, size) != static_cast<ssize_t>(size))
        std::abort();
    const std::string path = "/proc/self/fd/" + std::to_string(file);
    for (const auto kind : {CocoIndex::Kind::Objects, CocoIndex::Kind::Panoptic}) {
        const auto index = CocoIndex::open(path, kind);
        if (!index) {
            if (index.error().empty() || index.error().front().path.empty())
                std::abort();
            continue;
        }
        for (std::size_t i = 0; i < (*index)->images().size(); ++i) {
            if ((*index)->imageOf((*index)->images()[i].id) != i)
                std::abort();
            if (kind == CocoIndex::Kind::Objects)
                readObjects(**index, i);
            else
                (void)(*index)->segmentsOf(i);
        }
    }
    ::close(file);
    return 0;
}
