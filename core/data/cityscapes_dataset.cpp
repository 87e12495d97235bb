// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/cityscapes_dataset.h"

#include "core/data/cityscapes_classes.h"
#include "core/data/cityscapes_files.h"
#include "core/data/data_news.h"
#include "core/data/file_dataset.h"
#include "core/data/image_files.h"
#include "core/data/stereo_camera.h"
#include "core/tensor/sha256.h"
#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <span>

namespace concertina {

namespace {

namespace fs = std::filesystem;

/// What a target is made of.
enum class StreetTarget { Classes, OtherClasses, Depth, InverseDepth };

struct StreetOptions {
    CityscapesClasses classes = CityscapesClasses::Nineteen;
    double farthest = 0; ///< metres; 0: no limit
};

TargetInfo streetClasses(CityscapesClasses classes) {
    return {.name = classesTarget().usualName(),
            .kind = &classesTarget(),
            .encoding = Encoding::Index8,
            .classes = classesOf(classes),
            .ignore = CityscapesVoid};
}

CityscapesClasses otherThan(CityscapesClasses classes) {
    return classes == CityscapesClasses::Seven ? CityscapesClasses::Nineteen
                                               : CityscapesClasses::Seven;
}

/// The plane with the class of each label. Problem "dataset.class".
Expected<TargetPlane> mappedLabels(const TargetPlane& labels, const fs::path& path,
                                   CityscapesClasses classes, bool trainIds) {
    const std::vector<std::uint8_t> byLabel = classByLabel(classes, trainIds);
    TargetPlane mapped = labels;
    for (std::uint8_t& value : mapped.bytes) {
        const bool isVoid = trainIds && value == CityscapesVoid;
        if (!isVoid && value >= byLabel.size())
            return failure({"dataset.class", path.string(), "the label " + std::to_string(value),
                            "0 to " + std::to_string(byLabel.size() - 1)
                                + (trainIds ? ", or 255 for void" : ""),
                            trainIds ? "labelTrainIds hold the 19 classes"
                                     : "labelIds hold the 34 ids of Cityscapes"});
        value = isVoid ? CityscapesVoid : byLabel[value];
    }
    return mapped;
}

class CityscapesDataset final : public FileDataset {
public:
    CityscapesDataset(fs::path root, CityscapesFiles files, StreetOptions options, DataWatch watch)
        : FileDataset({}, std::move(watch)),
          m_root(std::move(root)),
          m_options(options),
          m_splits(std::move(files.splits)) {
        m_description.name = "Cityscapes";
        m_description.unused = std::move(files.unused);
        if (files.labels)
            offer(StreetTarget::Classes, streetClasses(options.classes));
        if (files.disparities) {
            offer(StreetTarget::Depth, planeTarget(depthTarget()));
            offer(StreetTarget::InverseDepth, planeTarget(inverseDepthTarget()));
        }
        if (files.labels) { // for a task that names it
            TargetInfo others = streetClasses(otherThan(options.classes));
            others.name += std::to_string(others.classes.size());
            offer(StreetTarget::OtherClasses, std::move(others));
        }
        for (CityscapesSplit& split : m_splits) {
            if (split.name == "test" && !saysClasses(split))
                for (CityscapesSample& sample : split.samples)
                    sample.labels.clear();
            SplitInfo info{.name = split.name, .size = static_cast<int>(split.samples.size())};
            for (const StreetTarget target : m_targets)
                info.targetCounts.push_back(static_cast<int>(
                    std::ranges::count_if(split.samples, [&](const CityscapesSample& sample) {
                        return has(sample, target);
                    })));
            m_description.splits.push_back(std::move(info));
        }
        setFingerprint(files.files);
        if (m_watch.files)
            m_watch.files->begin(files.files);
        reportUnused();
        reportMissingCameras();
    }

    std::string sampleName(std::string_view split, int index) const override {
        return files(split, index).id;
    }

    StoredSample storedSample(std::string_view split, int index,
                              std::optional<SampleSize> /*needed*/) const override {
        const CityscapesSample& names = files(split, index);
        StoredSample sample{.targets = std::vector<TargetPlane>(m_targets.size())};
        readPicture(names, sample);
        if (!names.labels.empty())
            readLabels(names, sample);
        if (!names.disparity.empty())
            readDisparity(names, sample);
        return sample;
    }

private:
    static TargetInfo planeTarget(const TargetKind& kind) {
        return {
            .name = kind.usualName(), .kind = &kind, .encoding = Encoding::Float32, .invalid = 0};
    }

    static bool has(const CityscapesSample& sample, StreetTarget target) {
        switch (target) {
        case StreetTarget::Classes:
        case StreetTarget::OtherClasses: return !sample.labels.empty();
        case StreetTarget::Depth: return !sample.disparity.empty() && !sample.camera.empty();
        case StreetTarget::InverseDepth: return !sample.disparity.empty();
        }
        return false;
    }

    void offer(StreetTarget target, TargetInfo info) {
        m_targets.push_back(target);
        m_description.targets.push_back(std::move(info));
    }

    const CityscapesSample& files(std::string_view split, int index) const {
        return m_splits[splitAt(split)].samples[static_cast<std::size_t>(index)];
    }

    /// Whether the first labels of a split have a class: those that are published of the test split
    /// only say where the car is, as its annotations are kept back.
    bool saysClasses(const CityscapesSplit& split) const {
        const auto first = std::ranges::find_if(
            split.samples, [](const CityscapesSample& sample) { return !sample.labels.empty(); });
        if (first == split.samples.end())
            return false;
        const auto stored = readPlane(m_root / first->labels, Encoding::Index8);
        const auto mapped =
            stored ? mappedLabels(*stored, first->labels, m_options.classes, first->trainIds)
                   : failure(stored.error());
        return !mapped // which reading it will say
               || std::ranges::any_of(mapped->bytes,
                                      [](std::uint8_t index) { return index != CityscapesVoid; });
    }

    void setFingerprint(const std::vector<FileFacts>& facts) {
        Sha256 sum;
        sum.add(std::to_string(static_cast<int>(m_options.classes)) + " "
                + numberText(m_options.farthest) + "\n");
        for (const FileFacts& file : facts)
            sum.add(file.path + ":" + std::to_string(file.bytes) + "\n");
        m_description.fingerprint = sum.finish();
    }

    void reportMissingCameras() const {
        std::vector<std::string> without;
        for (const CityscapesSplit& split : m_splits)
            for (const CityscapesSample& sample : split.samples)
                if (!sample.disparity.empty() && sample.camera.empty())
                    without.push_back(split.name + "/" + sample.id);
        if (!m_watch.news || without.empty())
            return;
        m_watch.news->add({.level = NoticeLevel::Warning,
                           .code = "dataset.cameras",
                           .text = "In Cityscapes " + counted(without.size(), "sample")
                                   + " with a disparity and no camera file, and so without a "
                                     "depth in metres: "
                                   + someOf(without, without.size())
                                   + "; camera_trainvaltest.zip has them."});
    }

    Expected<std::vector<std::byte>> read(const std::string& file) const {
        auto bytes = readPictureFile(m_root / file);
        if (bytes && m_watch.files)
            m_watch.files->read(validUtf8(file), *bytes);
        return bytes;
    }

    void readPicture(const CityscapesSample& names, StoredSample& sample) const {
        const fs::path path = m_root / names.image;
        const auto bytes = read(names.image);
        auto picture = bytes ? decodePicture(*bytes, path) : failure(bytes.error());
        if (picture && picture->orientation != 1)
            picture = failure({"dataset.turned", path.string(), "a picture that EXIF turns",
                               "pictures that lie as their labels do", "save it without the note"});
        if (picture)
            sample.image = std::move(picture->image);
        else
            sample.problems.push_back(inSample(picture.error(), names.id));
    }

    /// A plane of the size of the sample's picture.
    Expected<TargetPlane> planeOf(const std::string& file, Encoding encoding,
                                  const StoredSample& sample) const {
        const fs::path path = m_root / file;
        const auto bytes = read(file);
        auto plane = bytes ? decodePlane(*bytes, path, encoding) : failure(bytes.error());
        if (!plane && plane.error().code == "image.type") // whose hints are those of other data
            plane.error().hint = "the published files are such";
        const Image& image = sample.image;
        if (plane && !image.empty()
            && (plane->height != image.height || plane->width != image.width))
            return failure({"dataset.size", path.string(),
                            std::to_string(plane->width) + " × " + std::to_string(plane->height),
                            "the image's " + std::to_string(image.width) + " × "
                                + std::to_string(image.height),
                            ""});
        return plane;
    }

    void readLabels(const CityscapesSample& names, StoredSample& sample) const {
        const auto labels = planeOf(names.labels, Encoding::Index8, sample);
        if (!labels) {
            sample.problems.push_back(inSample(labels.error(), names.id));
            return;
        }
        for (std::size_t t = 0; t < m_targets.size(); ++t) {
            if (m_targets[t] != StreetTarget::Classes && m_targets[t] != StreetTarget::OtherClasses)
                continue;
            const CityscapesClasses classes = m_targets[t] == StreetTarget::Classes
                                                  ? m_options.classes
                                                  : otherThan(m_options.classes);
            auto mapped = mappedLabels(*labels, m_root / names.labels, classes, names.trainIds);
            if (!mapped) {
                sample.problems.push_back(inSample(mapped.error(), names.id));
                return;
            }
            sample.targets[t] = std::move(*mapped);
        }
    }

    Expected<StereoCamera> cameraOf(const CityscapesSample& names) const {
        const fs::path path = m_root / names.camera;
        const auto text = readCameraText(path);
        if (!text)
            return failure(text.error());
        if (m_watch.files)
            m_watch.files->read(validUtf8(names.camera), std::as_bytes(std::span(*text)));
        auto camera = readStereoCamera(*text);
        if (!camera) {
            Problem problem = camera.error();
            problem.path = path.string() + (problem.path.empty() ? "" : ": " + problem.path);
            return failure(std::move(problem));
        }
        return camera;
    }

    void readDisparity(const CityscapesSample& names, StoredSample& sample) const {
        const auto disparities = planeOf(names.disparity, Encoding::UInt16, sample);
        if (!disparities) {
            sample.problems.push_back(inSample(disparities.error(), names.id));
            return;
        }
        for (std::size_t t = 0; t < m_targets.size(); ++t) {
            if (m_targets[t] == StreetTarget::InverseDepth)
                sample.targets[t] = inverseDepthPlane(*disparities);
            if (m_targets[t] != StreetTarget::Depth || names.camera.empty())
                continue;
            if (const auto camera = cameraOf(names))
                sample.targets[t] = depthPlane(*disparities, *camera, m_options.farthest);
            else
                sample.problems.push_back(inSample(camera.error(), names.id));
        }
    }

    fs::path m_root;
    StreetOptions m_options;
    std::vector<CityscapesSplit> m_splits;
    std::vector<StreetTarget> m_targets; ///< as the description has them
};

OpenedDataset openCityscapes(const Json& options, const DataWatch& watch) {
    const fs::path root = options["path"].get<std::string>();
    const auto refused = [](Problem problem) {
        return tl::unexpected(Problems{std::move(problem)});
    };
    const std::string pictures(CityscapesPictures);
    if (root.empty())
        return refused({"dataset.path", "data.dataset.options.path", "no folder",
                        "the folder with " + pictures, "on the command line: --data PATH"});
    std::error_code error;
    if (!fs::is_directory(root / pictures, error))
        return refused({"dataset.missing", (root / pictures).string(), "no such folder",
                        "the folder that leftImg8bit_trainvaltest.zip unpacks to", ""});
    CityscapesFiles files = listCityscapes(root);
    if (files.splits.empty())
        return refused({"dataset.empty_split", (root / pictures).string(), "no picture",
                        "files SPLIT/CITY/ID_leftImg8bit.png", ""});
    if (!files.labels && !files.disparities)
        return refused(
            {"dataset.missing", root.string(), "neither gtFine nor disparity beside " + pictures,
             "the labels of gtFine_trainvaltest.zip, or disparities with their cameras", ""});
    return std::make_shared<CityscapesDataset>(root, std::move(files),
                                               StreetOptions{options["classes"] == "7"
                                                                 ? CityscapesClasses::Seven
                                                                 : CityscapesClasses::Nineteen,
                                                             options["farthest"].get<double>()},
                                               watch);
}

std::vector<FieldInfo> cityscapesOptions() {
    return {{.path = "path",
             .type = FieldType::Folder,
             .defaultValue = "",
             .label = "Folder",
             .help = "The folder with leftImg8bit, and gtFine, disparity and camera beside it."},
            {.path = "classes",
             .type = FieldType::Choice,
             .defaultValue = "19",
             .choices = {"19", "7"},
             .label = "Classes",
             .help = "The 19 classes that Cityscapes evaluates, or their 7 categories. The target "
                     "segmentation7, or segmentation19, has the others."},
            {.path = "farthest",
             .type = FieldType::Real,
             .defaultValue = 100.0,
             .minimum = 0,
             .maximum = 1e6,
             .unit = "m",
             .label = "Farthest depth",
             .help = "Depths beyond this are not known: at 100 m a disparity is 5 pixels, and "
                     "what is measured at less are mostly errors. 0: no limit. Inverse depths "
                     "have none.",
             .advanced = true}};
}

} // namespace

const DatasetEntry& cityscapesDataset() {
    static const DatasetEntry entry{
        {{.id = "cityscapes",
          .label = "Cityscapes",
          .help = "Streets of 50 cities as they are published: pictures, fine labels, disparities "
                  "and cameras in the folders that their archives unpack to. Depth in metres is "
                  "made of disparities and cameras; inverse depth is the disparity, as MTAN has "
                  "it. What a picture lacks, its sample lacks.",
          .source = "Cordts et al., \"The Cityscapes Dataset for Semantic Urban Scene "
                    "Understanding\", CVPR 2016",
          .options = cityscapesOptions()},
         {std::string(CityscapesPictures)}},
        openCityscapes};
    return entry;
}

} // namespace concertina
