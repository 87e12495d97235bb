// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/coco_index.h"

#include "core/data/coco/segmentation.h"
#include "core/values/json.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

/// Of a sorted list; none where it has no such id.
template <class Item>
std::optional<std::size_t> placeOf(const std::vector<Item>& items, std::int64_t id) {
    const auto found = std::ranges::lower_bound(items, id, {}, &Item::id);
    if (found == items.end() || found->id != id)
        return std::nullopt;
    return static_cast<std::size_t>(found - items.begin());
}

} // namespace

std::optional<std::size_t> CocoIndex::imageOf(std::int64_t id) const {
    return placeOf(m_images, id);
}

std::optional<int> CocoIndex::categoryOf(std::int64_t id) const {
    const auto place = placeOf(m_categories, id);
    return place ? std::optional(static_cast<int>(*place)) : std::nullopt;
}

std::span<const CocoAnnotation> CocoIndex::annotations(std::size_t image) const {
    return std::span(m_annotations).subspan(m_firsts[image], m_firsts[image + 1] - m_firsts[image]);
}

Problem CocoIndex::at(Problem problem, const std::string& what) const {
    if (problem.path.empty())
        problem.path = path().string() + ": " + what;
    return problem;
}

Expected<RunMask> CocoIndex::maskOf(std::size_t image, const CocoAnnotation& annotation) const {
    const std::string what = "annotation " + std::to_string(annotation.id);
    if (annotation.segmentation.bytes == 0)
        return failure(at({"mask.empty", "", "no \"segmentation\", or an empty one",
                           "a mask, as other annotations have one", ""},
                          what));
    const auto text = m_file->text(annotation.segmentation);
    if (!text)
        return failure(text.error());
    auto mask = maskOfSegmentation(*text, m_images[image].height, m_images[image].width);
    if (!mask)
        return failure(at(mask.error(), what));
    return mask;
}

Expected<std::vector<Keypoint>> CocoIndex::pointsOf(const CocoAnnotation& annotation) const {
    const auto text = m_file->text(annotation.points);
    if (!text)
        return failure(text.error());
    const std::size_t count =
        m_categories[static_cast<std::size_t>(annotation.category)].points.size();
    const auto refused = [&](std::string found) {
        return failure(at({"coco.points", "", std::move(found),
                           "x, y and 0, 1 or 2 (seen) of each of the category's "
                               + std::to_string(count) + " keypoints",
                           ""},
                          "annotation " + std::to_string(annotation.id)));
    };
    const auto json = readJson(*text, {.depth = 1});
    if (!json || !json->is_array())
        return refused("\"" + shortened(validUtf8(*text), 60) + "\"");
    if (json->size() != 3 * count)
        return refused(std::to_string(json->size()) + " numbers");
    std::vector<Keypoint> points;
    for (std::size_t i = 0; i < json->size(); i += 3) {
        const Json& state = (*json)[i + 2];
        if (!(*json)[i].is_number() || !(*json)[i + 1].is_number() || !state.is_number_integer()
            || state.get<int>() < 0 || state.get<int>() > 2)
            return refused(jsonText((*json)[i]) + ", " + jsonText((*json)[i + 1]) + ", "
                           + jsonText(state));
        points.push_back({(*json)[i].get<double>(), (*json)[i + 1].get<double>(),
                          static_cast<Keypoint::State>(state.get<int>())});
    }
    return points;
}

Expected<std::vector<ImageObject>> CocoIndex::objectsOf(std::size_t image) const {
    std::vector<ImageObject> objects;
    for (const CocoAnnotation& annotation : annotations(image)) {
        if (!annotation.hasBox)
            continue;
        ImageObject object{.label = annotation.category,
                           .box = annotation.box,
                           .area = annotation.area,
                           .isCrowd = annotation.isCrowd};
        if (annotation.points.bytes > 0) {
            auto points = pointsOf(annotation);
            if (!points)
                return failure(points.error());
            object.points = std::move(*points);
        }
        objects.push_back(std::move(object));
    }
    return objects;
}

const std::string& CocoIndex::pictureOf(std::size_t image) const {
    return m_pictures[image];
}

Expected<std::vector<CocoSegment>> CocoIndex::segmentsOf(std::size_t image) const {
    std::vector<CocoSegment> segments;
    for (const CocoAnnotation& annotation : annotations(image)) {
        const auto text = m_file->text(annotation.segmentation);
        if (!text)
            return failure(text.error());
        const auto refused = [&](std::string found) {
            return failure(
                at({"coco.segments", "", std::move(found),
                    "regions, each with \"id\" and the \"category_id\" of a category", ""},
                   "image " + std::to_string(m_images[image].id)));
        };
        const auto json = readJson(*text, {.depth = 5});
        if (!json || !json->is_array())
            return refused(json ? "no list" : json.error().found);
        for (const Json& segment : *json) {
            const auto integer = [&](const char* key) -> std::optional<std::int64_t> {
                if (!segment.is_object())
                    return std::nullopt;
                const auto member = segment.find(key);
                return member != segment.end() && member->is_number_integer()
                           ? std::optional(member->get<std::int64_t>())
                           : std::nullopt;
            };
            const auto id = integer("id");
            const auto categoryId = integer("category_id");
            const auto category = categoryId ? categoryOf(*categoryId) : std::nullopt;
            if (!id || !category)
                return refused(shortened(jsonText(segment), 80));
            segments.push_back({*id, *category});
        }
    }
    std::ranges::sort(segments, {}, &CocoSegment::id);
    const auto twice = std::ranges::adjacent_find(segments, {}, &CocoSegment::id);
    if (twice != segments.end())
        return failure(at({"coco.segments", "", "region " + std::to_string(twice->id) + " twice",
                           "each region once", ""},
                          "image " + std::to_string(m_images[image].id)));
    return segments;
}

} // namespace concertina
