// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco_dataset.h"

#include "core/data/class_colors.h"
#include "core/data/coco/coco_folder.h"
#include "core/data/coco/coco_planes.h"
#include "core/data/data_news.h"
#include "core/data/file_dataset.h"
#include "core/data/folder_dataset.h"
#include "core/data/image_files.h"
#include "core/data/large_file.h"
#include "core/data/orientation.h"
#include "core/data/stored_objects.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

namespace fs = std::filesystem;

const char* const panopticName = "panoptic";

/// What a target of the dataset is made from.
struct CocoTarget {
    TargetInfo info;
    CocoSource source = CocoSource::Instances;
    int category = -1; ///< of keypoints: whose objects they are of
};

std::vector<ClassInfo> classesOf(const CocoIndex& index, bool withBackground) {
    std::vector<std::string> names;
    if (withBackground)
        names.emplace_back("background");
    for (const CocoCategory& category : index.categories())
        names.push_back(category.name);
    std::vector<ClassInfo> classes = coloredClasses(names);
    const std::size_t first = withBackground ? 1 : 0;
    if (withBackground)
        classes.front().color = {0, 0, 0};
    for (std::size_t c = 0; c < index.categories().size(); ++c)
        if (index.categories()[c].color)
            classes[first + c].color = *index.categories()[c].color;
    return classes;
}

TargetInfo planeTarget(std::string name, std::vector<ClassInfo> classes) {
    const Encoding encoding = encodingFor(classes.size());
    return {.name = std::move(name),
            .kind = &classesTarget(),
            .encoding = encoding,
            .classes = std::move(classes),
            .ignore = noneIndex(encoding)};
}

std::vector<ClassInfo> pointsOf(const CocoCategory& category) {
    std::vector<ClassInfo> points = coloredClasses(category.points);
    for (const auto& [from, to] : category.skeleton)
        points[static_cast<std::size_t>(from)].joined.push_back(to);
    return points;
}

/// A target for each category that has keypoints.
void addKeypoints(const CocoIndex& index, std::vector<CocoTarget>& targets) {
    const auto& categories = index.categories();
    const auto hasPoints = [](const CocoCategory& category) { return !category.points.empty(); };
    const bool isOne = std::ranges::count_if(categories, hasPoints) == 1;
    for (std::size_t c = 0; c < categories.size(); ++c)
        if (hasPoints(categories[c]))
            targets.push_back(
                {{.name = isOne ? keypointsTarget().usualName()
                                : keypointsTarget().usualName() + ("-" + categories[c].name),
                  .kind = &keypointsTarget(),
                  .encoding = Encoding::Float32,
                  .classes = pointsOf(categories[c])},
                 CocoSource::Keypoints,
                 static_cast<int>(c)});
}

/// Where no split has instances, the persons with keypoints are the things that there are.
std::vector<CocoTarget> targetsOf(const CocoFolder& folder) {
    std::vector<CocoTarget> targets;
    const CocoSource things = folder.any(CocoSource::Instances) != nullptr ? CocoSource::Instances
                                                                           : CocoSource::Keypoints;
    const CocoIndex* index = folder.any(things);
    const bool hasMasks = std::ranges::any_of(folder.splits, [&](const CocoSplit& split) {
        return split.index(things) != nullptr && split.index(things)->hasMasks();
    });
    if (index != nullptr && hasMasks)
        targets.push_back(
            {planeTarget(classesTarget().usualName(), classesOf(*index, true)), things});
    if (const CocoIndex* panoptic = folder.any(CocoSource::Panoptic))
        targets.push_back(
            {planeTarget(panopticName, classesOf(*panoptic, false)), CocoSource::Panoptic});
    if (index != nullptr)
        targets.push_back({{.name = presenceTarget().usualName(),
                            .kind = &presenceTarget(),
                            .encoding = Encoding::Index8,
                            .classes = classesOf(*index, false)},
                           things});
    if (index != nullptr)
        targets.push_back({{.name = boxesTarget().usualName(),
                            .kind = &boxesTarget(),
                            .encoding = Encoding::Float32,
                            .classes = classesOf(*index, false)},
                           things});
    if (const CocoIndex* persons = folder.any(CocoSource::Keypoints))
        addKeypoints(*persons, targets);
    return targets;
}

class CocoDataset final : public FileDataset {
public:
    CocoDataset(fs::path root, CocoFolder folder, bool reduced, DataWatch watch)
        : FileDataset({}, std::move(watch)),
          m_root(std::move(root)),
          m_targets(targetsOf(folder)),
          m_splits(std::move(folder.splits)),
          m_reduced(reduced) {
        m_description.name = validUtf8(m_root.filename().string());
        if (m_description.name.empty())
            m_description.name = "COCO";
        for (const CocoTarget& target : m_targets)
            m_description.targets.push_back(target.info);
        for (const CocoSplit& split : m_splits) {
            SplitInfo info{.name = split.name, .size = static_cast<int>(split.samples.size())};
            for (const CocoTarget& target : m_targets)
                info.targetCounts.push_back(static_cast<int>(
                    std::ranges::count_if(split.samples, [&](const CocoSample& sample) {
                        return has(split, sample, target);
                    })));
            m_description.splits.push_back(std::move(info));
        }
        m_description.fingerprint = std::move(folder.fingerprint);
        m_description.unused = std::move(folder.unused);
        for (std::string& remark : folder.remarks)
            if (m_watch.news)
                m_watch.news->add({.level = NoticeLevel::Warning,
                                   .code = "coco.remark",
                                   .text = std::move(remark)});
        reportUnused();
    }

    std::string sampleName(std::string_view split, int index) const override {
        const std::string& file = sampleAt(split, index).file;
        return validUtf8(file.substr(0, file.rfind('.')));
    }

    StoredSample storedSample(std::string_view split, int index,
                              std::optional<SampleSize> needed) const override {
        const CocoSplit& files = m_splits[splitAt(split)];
        const CocoSample& sample = sampleAt(split, index);
        const std::string id = sampleName(split, index);
        StoredSample stored{.targets = std::vector<TargetPlane>(m_targets.size())};
        const std::string picturePath = files.folder + "/" + sample.file;
        const auto bytes = read(picturePath);
        auto picture =
            bytes ? decodePicture(*bytes, m_root / picturePath, m_reduced ? needed : std::nullopt)
                  : failure(bytes.error());
        if (!picture) {
            stored.problems.push_back(inSample(picture.error(), id));
            return stored;
        }
        std::vector<std::string> turns;
        for (std::size_t t = 0; t < m_targets.size(); ++t) {
            if (!has(files, sample, m_targets[t]))
                continue;
            if (m_targets[t].info.kind->form() == ValueForm::Objects)
                if (auto problem = checkSize(files, sample, m_targets[t], *picture)) {
                    stored.problems.push_back(inSample(*problem, id));
                    continue;
                }
            auto plane = planeOf(files, sample, m_targets[t]);
            if (plane && m_targets[t].info.kind->isPlane())
                plane =
                    fitted(std::move(*plane), *picture, picturePath, m_targets[t].info.name, turns);
            if (plane)
                stored.targets[t] = std::move(*plane);
            else
                stored.problems.push_back(inSample(plane.error(), id));
        }
        if (!turns.empty())
            stored.turn = "picture " + turnText(picture->orientation) + ", " + join(turns, ", ");
        stored.image = std::move(picture->image);
        return stored;
    }

private:
    const CocoSample& sampleAt(std::string_view split, int index) const {
        return m_splits[splitAt(split)].samples[static_cast<std::size_t>(index)];
    }

    static bool has(const CocoSplit& split, const CocoSample& sample, const CocoTarget& target) {
        const auto place = sample.places[static_cast<std::size_t>(target.source)];
        return place
               && (target.source != CocoSource::Panoptic
                   || !split.index(target.source)->pictureOf(*place).empty());
    }

    Expected<std::vector<std::byte>> read(const std::string& file) const {
        auto bytes = readPictureFile(m_root / file);
        if (bytes && m_watch.files)
            m_watch.files->read(validUtf8(file), *bytes);
        return bytes;
    }

    Expected<TargetPlane> planeOf(const CocoSplit& split, const CocoSample& sample,
                                  const CocoTarget& target) const {
        const CocoIndex& index = *split.index(target.source);
        const std::size_t place = *sample.places[static_cast<std::size_t>(target.source)];
        if (target.source == CocoSource::Panoptic) {
            const std::string file =
                "annotations/" + index.path().stem().string() + "/" + index.pictureOf(place);
            const auto bytes = read(file);
            return bytes ? panopticPlane(index, place, *bytes, m_root / file)
                         : Expected<TargetPlane>(failure(bytes.error()));
        }
        if (target.info.kind == &presenceTarget())
            return presencePlane(index, place);
        if (target.info.kind->form() == ValueForm::Objects)
            return objectsPlane(index, place, target);
        return thingsPlane(index, place);
    }

    static Expected<TargetPlane> objectsPlane(const CocoIndex& index, std::size_t place,
                                              const CocoTarget& target) {
        auto objects = index.objectsOf(place);
        if (!objects)
            return failure(objects.error());
        if (target.category >= 0) {
            std::erase_if(*objects, [&](const ImageObject& object) {
                return object.label != target.category;
            });
            for (ImageObject& object : *objects) {
                object.label = 0;
                object.points.resize(target.info.classes.size());
            }
        } else {
            for (ImageObject& object : *objects)
                object.points.clear();
        }
        const CocoImage& image = index.images()[place];
        return storedObjects({image.height, image.width, std::move(*objects)});
    }

    /// Boxes are not turned: they must be those of the upright picture.
    std::optional<Problem> checkSize(const CocoSplit& split, const CocoSample& sample,
                                     const CocoTarget& target, const Picture& picture) const {
        const auto place = sample.places[static_cast<std::size_t>(target.source)];
        const CocoImage& image = split.index(target.source)->images()[*place];
        if (image.height == picture.height && image.width == picture.width)
            return std::nullopt;
        return Problem{"dataset.size", split.folder + "/" + sample.file,
                       std::to_string(picture.width) + " × " + std::to_string(picture.height),
                       std::to_string(image.width) + " × " + std::to_string(image.height)
                           + ", as the annotations of its boxes have it",
                       picture.orientation == 1 ? "" : "store the picture upright"};
    }

    /// As it is where its size is that of the upright picture, and turned with the picture where it
    /// has the size of the stored one.
    static Expected<TargetPlane> fitted(TargetPlane plane, const Picture& picture,
                                        const std::string& file, const std::string& target,
                                        std::vector<std::string>& turns) {
        const bool fits = plane.height == picture.height && plane.width == picture.width;
        const bool fitsTurned = swapsSides(picture.orientation) && plane.height == picture.width
                                && plane.width == picture.height;
        if (!fits && !fitsTurned)
            return failure({"dataset.size", file,
                            std::to_string(picture.width) + " × " + std::to_string(picture.height),
                            std::to_string(plane.width) + " × " + std::to_string(plane.height)
                                + ", as the annotations have it",
                            ""});
        if (picture.orientation != 1)
            turns.push_back(target + (fits ? " as it is stored" : " turned with it"));
        return fits ? std::move(plane) : upright(plane, picture.orientation);
    }

    fs::path m_root;
    std::vector<CocoTarget> m_targets;
    std::vector<CocoSplit> m_splits;
    bool m_reduced;
};

OpenedDataset openCoco(const Json& options, const DataWatch& watch) {
    const fs::path root = options["path"].get<std::string>();
    if (root.empty())
        return tl::unexpected(
            Problems{{"dataset.path", "data.dataset.options.path", "no folder",
                      "the folder with annotations", "on the command line: --data PATH"}});
    auto folder = openCocoFolder(root);
    if (!folder)
        return tl::unexpected(std::move(folder.error()));
    if (watch.files) {
        watch.files->begin(folder->files);
        for (const FileFacts& file : folder->files)
            if (file.path.ends_with(".json"))
                noteContents(*watch.files, root / file.path, file.path);
    }
    return std::make_shared<CocoDataset>(root, std::move(*folder), options["reduced"].get<bool>(),
                                         watch);
}

} // namespace

const DatasetEntry& cocoDataset() {
    static const DatasetEntry entry{
        {{.id = "coco",
          .label = "COCO (.json)",
          .help = "A folder as COCO 2017 is published: annotations with instances_train2017.json, "
                  "panoptic_train2017.json, person_keypoints_train2017.json and the like, pictures "
                  "in train2017 and val2017. Classes of things, classes of all pixels, which "
                  "classes a picture has, boxes, and persons' keypoints; a picture that a file "
                  "does not list lacks its "
                  "targets.",
          .source =
              "Lin et al., \"Microsoft COCO: Common Objects in Context\", ECCV 2014; panoptic: "
              "Kirillov et al., CVPR 2019",
          .options = {{.path = "path",
                       .type = FieldType::Folder,
                       .defaultValue = "",
                       .label = "Folder",
                       .help = "The folder with annotations and the folders of pictures."},
                      reducedOption()}},
         {"annotations/*_*.json"}},
        openCoco};
    return entry;
}

} // namespace concertina
