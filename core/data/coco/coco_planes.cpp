// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/coco_planes.h"

#include "core/data/image_files.h"

#include <algorithm>
#include <cstring>

namespace concertina {

namespace {

/// Classes of an image's pixels while they are painted.
class ClassPainting {
public:
    ClassPainting(const CocoImage& image, std::size_t classes, int fill)
        : m_encoding(encodingFor(classes)),
          m_height(image.height),
          m_width(image.width),
          m_classes(static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width),
                    static_cast<std::uint16_t>(fill)) {}

    void set(std::size_t pixel, int index) { m_classes[pixel] = static_cast<std::uint16_t>(index); }

    void paint(const RunMask& mask, int index) {
        mask.forEachPiece([&](int x, int first, int last) {
            for (int y = first; y <= last; ++y)
                set(static_cast<std::size_t>(y) * static_cast<std::size_t>(m_width)
                        + static_cast<std::size_t>(x),
                    index);
        });
    }

    TargetPlane plane() const {
        TargetPlane plane{m_encoding, m_height, m_width, {}};
        if (m_encoding == Encoding::Index8) {
            plane.bytes.resize(m_classes.size());
            std::ranges::transform(m_classes, plane.bytes.begin(), [](std::uint16_t index) {
                return static_cast<std::uint8_t>(index);
            });
        } else {
            plane.bytes.resize(2 * m_classes.size());
            std::memcpy(plane.bytes.data(), m_classes.data(), plane.bytes.size());
        }
        return plane;
    }

private:
    Encoding m_encoding;
    int m_height, m_width;
    std::vector<std::uint16_t> m_classes;
};

} // namespace

Encoding encodingFor(std::size_t classes) {
    return classes <= MostByteClasses ? Encoding::Index8 : Encoding::Index16;
}

int noneIndex(Encoding encoding) {
    return encoding == Encoding::Index8 ? 255 : 65'535;
}

Expected<TargetPlane> thingsPlane(const CocoIndex& index, std::size_t image) {
    const std::size_t classes = index.categories().size() + 1;
    std::vector<const CocoAnnotation*> order;
    for (const CocoAnnotation& annotation : index.annotations(image))
        order.push_back(&annotation);
    std::ranges::stable_sort(order, [](const CocoAnnotation* a, const CocoAnnotation* b) {
        return a->isCrowd != b->isCrowd ? a->isCrowd : a->area > b->area;
    });
    ClassPainting painting(index.images()[image], classes, 0);
    const int none = noneIndex(encodingFor(classes));
    for (const CocoAnnotation* annotation : order) {
        const auto mask = index.maskOf(image, *annotation);
        if (!mask)
            return failure(mask.error());
        painting.paint(*mask, annotation->isCrowd ? none : annotation->category + 1);
    }
    return painting.plane();
}

TargetPlane presencePlane(const CocoIndex& index, std::size_t image) {
    TargetPlane plane{Encoding::Index8, 1, static_cast<int>(index.categories().size()),
                      std::vector<std::uint8_t>(index.categories().size())};
    for (const CocoAnnotation& annotation : index.annotations(image))
        plane.bytes[static_cast<std::size_t>(annotation.category)] = 1;
    return plane;
}

Expected<TargetPlane> panopticPlane(const CocoIndex& index, std::size_t image,
                                    std::span<const std::byte> file,
                                    const std::filesystem::path& path) {
    const auto colors = decodePlane(file, path, Encoding::Rgb8);
    if (!colors)
        return failure(colors.error());
    const CocoImage& facts = index.images()[image];
    if (colors->height != facts.height || colors->width != facts.width)
        return failure({"dataset.size", path.string(),
                        std::to_string(colors->width) + " × " + std::to_string(colors->height),
                        std::to_string(facts.width) + " × " + std::to_string(facts.height)
                            + ", as the annotations have it",
                        ""});
    const auto segments = index.segmentsOf(image);
    if (!segments)
        return failure(segments.error());
    const std::size_t classes = index.categories().size();
    ClassPainting painting(facts, classes, noneIndex(encodingFor(classes)));
    const CocoSegment* last = nullptr; // neighbours are mostly of one region
    for (std::size_t pixel = 0; 3 * pixel < colors->bytes.size(); ++pixel) {
        const std::uint8_t* color = &colors->bytes[3 * pixel];
        const std::int64_t id = color[0] + 256 * color[1] + 65'536 * color[2];
        if (id == 0)
            continue;
        if (last == nullptr || last->id != id) {
            const auto found = std::ranges::lower_bound(*segments, id, {}, &CocoSegment::id);
            if (found == segments->end() || found->id != id)
                return failure({"coco.segments", path.string(),
                                "a pixel of region " + std::to_string(id),
                                "the regions that " + index.path().string() + " lists", ""});
            last = &*found;
        }
        painting.set(pixel, last->category);
    }
    return painting.plane();
}

} // namespace concertina
