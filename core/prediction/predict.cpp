// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prediction/predict.h"

#include "core/data/image_files.h"
#include "core/data/value_picture.h"
#include "core/prediction/picture_source.h"
#include "core/prediction/predictor.h"
#include "core/tensor/tensor_file.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "core/values/file_place.h"
#include "core/values/object_map.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

namespace concertina {

namespace {

namespace fs = std::filesystem;

Expected<void> writeMillimetres(const fs::path& path, const ValueMap& map) {
    std::vector<std::uint16_t> plane;
    for (const float metres : map.values)
        plane.push_back(static_cast<std::uint16_t>(
            std::isfinite(metres)
                ? std::clamp(std::round(static_cast<double>(metres) * 1000), 0.0, 65535.0)
                : 0.0));
    return writePng16(path, map.height, map.width, plane);
}

Expected<void> writeIndices(const fs::path& path, const ValueMap& map, std::size_t classes) {
    if (classes > 256) {
        std::vector<std::uint16_t> plane;
        for (const float index : map.values)
            plane.push_back(static_cast<std::uint16_t>(index));
        return writePng16(path, map.height, map.width, plane);
    }
    Image plane{map.height, map.width, 1, {}};
    for (const float index : map.values)
        plane.bytes.push_back(static_cast<std::uint8_t>(index));
    return writePng(path, plane);
}

/// {"left_eye": {"x": 12.5, "y": 40, "seen": true}, …}
Json pointsJson(const ImageObject& object, const TargetInfo& target, const Image& picture) {
    Json points = Json::object();
    for (std::size_t i = 0; i < std::min(object.points.size(), target.classes.size()); ++i) {
        const Keypoint& point = object.points[i];
        points[target.classes[i].name] = {{"x", point.x * picture.width},
                                          {"y", point.y * picture.height},
                                          {"seen", point.state == Keypoint::State::Seen}};
    }
    return points;
}

/// Objects that count, the best first; boxes are left, top, width and height in pixels of the
/// picture.
Json objectsJson(const ValueMap& map, const TargetInfo& target, const Image& picture) {
    Json objects = Json::array();
    for (const ImageObject* object : countedObjects(map, target.classes.size())) {
        const Box box = object->box.scaled(picture.width, picture.height);
        Json item = {{"score", object->score}, {"box", {box.x, box.y, box.width, box.height}}};
        if (target.kind->namesPoints())
            item["points"] = pointsJson(*object, target, picture);
        else
            item["class"] = target.classes[static_cast<std::size_t>(object->label)].name;
        objects.push_back(std::move(item));
    }
    return {{"text", valueText(map, 0, 0, target.classes)}, {"objects", std::move(objects)}};
}

/// {"text": "bedroom 0.93", "values": {"bedroom": 0.93, …}}; what is no number is null.
Json listJson(const ValueMap& map, const TargetInfo& target) {
    Json values = Json::object();
    for (std::size_t i = 0; i < std::min(map.values.size(), target.classes.size()); ++i)
        values[target.classes[i].name] =
            std::isfinite(map.values[i]) ? Json(map.values[i]) : Json();
    return {{"text", valueText(map, 0, 0, target.classes)}, {"values", std::move(values)}};
}

/// Where the pictures lie, whatever links lead there; not looked up anew for each file of many.
std::set<fs::path> placesOfPictures(const std::vector<fs::path>& files) {
    std::set<fs::path> places;
    for (const fs::path& file : files) {
        std::error_code error;
        if (auto place = fs::canonical(file, error); !error)
            places.insert(std::move(place));
    }
    return places;
}

bool isOneOf(const std::set<fs::path>& places, const fs::path& file) {
    std::error_code error;
    const fs::path place = fs::canonical(file, error);
    return !error && places.contains(place);
}

/// A map as its task draws it, and its values for programs; what was written joins `files`. The
/// pictures themselves are not written over.
Expected<void> writeMap(const std::string& stem, const ValueMap& map, const TargetInfo& target,
                        const Image& picture, const std::set<fs::path>& images,
                        std::vector<std::string>& files) {
    const auto add = [&](const std::string& ending, auto write) -> Expected<void> {
        if (isOneOf(images, stem + ending))
            return failure({"predict.input", stem + ending, "one of the pictures to predict for",
                            "a folder where no picture has this name", ""});
        auto written = write(fs::path(stem + ending));
        if (written)
            files.push_back(stem + ending);
        return written;
    };
    const bool isOfObjects = map.kind->form() == ValueForm::Objects;
    if (!map.kind->isPlane()) {
        const Json json = isOfObjects ? objectsJson(map, target, picture) : listJson(map, target);
        auto written = add(".json", [&](const fs::path& file) {
            const std::string text = jsonText(json, 2) + "\n";
            return writeFileAtomically(file, std::array{std::string_view(text)});
        });
        if (!written || !isOfObjects)
            return written;
    }
    auto written = add(".png", [&](const fs::path& file) {
        return writePng(file, pictureOf(map, target.classes, rangeOf(map), picture));
    });
    if (written && target.kind == &depthTarget())
        written = add("-mm.png", [&](const fs::path& file) { return writeMillimetres(file, map); });
    if (written && target.kind == &classesTarget())
        written = add("-index.png", [&](const fs::path& file) {
            return writeIndices(file, map, target.classes.size());
        });
    return written;
}

} // namespace

Expected<Predictions> predict(const PredictRequest& request, const Progress& progress,
                              const std::stop_token& stop) {
    const torch::NoGradGuard noGrad;
    setComputeThreads(0);
    auto source = PictureSource::of(request.images, request.every);
    if (!source)
        return failure(source.error());
    if (auto made = makeFolder(request.folder); !made)
        return failure(made.error());
    progress(0, "reading the network");
    auto predictor = request.isExported ? Predictor::ofFile(request.network)
                                        : Predictor::load(request.network, request.collapsed);
    if (predictor)
        predictor = predictor->byQuickest(IfNotKept::TakeExecutor, progress, stop);
    if (!predictor)
        return failure(predictor.error());
    Predictions report;
    report.passedOver = source->passedOver();
    const std::set<fs::path> images = placesOfPictures(source->files());
    int number = 0;
    for (double share = 0; auto picture = source->next(); share = source->share()) {
        if (stop.stop_requested())
            return failure(stoppedProblem(request.folder.string()));
        if (++number == WorthMeasuring) // as many may come again
            predictor = predictor->byQuickest(IfNotKept::Measure, progress, stop);
        if (!predictor)
            return failure(predictor.error());
        progress(share, picture->name);
        if (!picture->image) {
            report.failed.push_back(picture->image.error());
            continue;
        }
        const Image& image = *picture->image;
        const Image fitted = resized(image, predictor->data().height, predictor->data().width);
        const auto maps = request.size == PredictionSize::Picture
                              ? predictor->maps(fitted, image.height, image.width)
                              : predictor->maps(fitted);
        for (std::size_t t = 0; t < maps.size(); ++t)
            if (auto written = writeMap(
                    (request.folder / (picture->name + "." + predictor->taskName(t))).string(),
                    maps[t], predictor->target(t), image, images, report.files);
                !written)
                return failure(written.error());
    }
    if (report.files.empty() && report.failed.size() == 1)
        return failure(report.failed.front());
    report.runner = predictor->runner();
    progress(1, "done");
    return report;
}

} // namespace concertina
