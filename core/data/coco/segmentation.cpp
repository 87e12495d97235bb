// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/segmentation.h"

#include "core/data/coco/polygon_mask.h"
#include "core/values/json.h"
#include "core/values/text.h"

#include <optional>

namespace concertina {

namespace {

Problem formProblem(std::string found) {
    return {"mask.form", "", std::move(found),
            "polygons, lists of x and y, or an object with \"size\" and \"counts\"", ""};
}

/// None where an item is no number, or no whole one where that is asked for.
template <class Number>
std::optional<std::vector<Number>> numbersIn(const Json& list) {
    std::vector<Number> numbers;
    for (const Json& item : list) {
        if (std::is_integral_v<Number> ? !item.is_number_integer() : !item.is_number())
            return std::nullopt;
        numbers.push_back(item.get<Number>());
    }
    return numbers;
}

Expected<RunMask> maskOfPolygons(const Json& polygons, int height, int width) {
    if (polygons.empty())
        return failure({"mask.empty", "", "no polygon", "at least one", ""});
    std::vector<RunMask> parts;
    for (const Json& polygon : polygons) {
        if (!polygon.is_array())
            return failure(formProblem("a polygon that is no list"));
        const auto corners = numbersIn<double>(polygon);
        if (!corners)
            return failure(formProblem("a polygon with what is no number"));
        auto part = maskOfPolygon(height, width, *corners);
        if (!part)
            return failure(part.error());
        parts.push_back(std::move(*part));
    }
    return unionOf(parts);
}

Expected<RunMask> maskOfObject(const Json& object, int height, int width) {
    const auto size = object.find("size");
    const auto counts = object.find("counts");
    if (size == object.end() || counts == object.end() || !size->is_array() || size->size() != 2)
        return failure(formProblem("an object without one of them"));
    const auto sides = numbersIn<std::int64_t>(*size);
    if (!sides)
        return failure(formProblem("a size that is no two whole numbers"));
    if ((*sides)[0] != height || (*sides)[1] != width)
        return failure(
            {"mask.size", "",
             "a mask of " + std::to_string((*sides)[1]) + " × " + std::to_string((*sides)[0]),
             "the image's " + std::to_string(width) + " × " + std::to_string(height),
             "\"size\" is height and width"});
    if (counts->is_string())
        return maskOfText(height, width, counts->get_ref<const std::string&>());
    if (!counts->is_array())
        return failure(formProblem("\"counts\" that are neither a list nor a text"));
    const auto runs = numbersIn<std::int64_t>(*counts);
    if (!runs)
        return failure(formProblem("\"counts\" with what is no whole number"));
    return maskOfRuns(height, width, *runs);
}

} // namespace

Expected<RunMask> maskOfSegmentation(std::string_view text, int height, int width) {
    constexpr std::size_t levels = 3; // that it has, and one more
    const auto json = readJson(text, {.depth = levels, .members = 10});
    if (!json)
        return failure(formProblem(json.error().found));
    if (json->is_array())
        return maskOfPolygons(*json, height, width);
    if (json->is_object())
        return maskOfObject(*json, height, width);
    return failure(formProblem("\"" + shortened(jsonText(*json), 40) + "\""));
}

} // namespace concertina
