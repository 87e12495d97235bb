// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/nyuv2_dataset.h"

#include "core/data/depth_normals.h"
#include "core/data/file_dataset.h"
#include "core/data/large_file.h"
#include "core/data/mat_file.h"
#include "core/data/npy_planes.h"
#include "core/data/nyuv2_classes.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace concertina {

namespace {

namespace fs = std::filesystem;

constexpr std::uint8_t noClass = 255;
constexpr std::int64_t largestSide = 20'000;

// Of the published file: size, the camera, and where its depths were measured, which is inside the
// white border of its pictures (NYU Depth toolbox, camera_params.m and get_projection_mask.m).
constexpr double publishedHeight = 480, publishedWidth = 640;
constexpr Camera publishedCamera{518.85790117450188, 519.46961112127485, 325.58244941119034 - 1,
                                 253.73616633400465 - 1};
constexpr double firstRow = 44, behindRows = 471, firstColumn = 40, behindColumns = 601;

/// Which pixels of the stored frames are used.
struct Region {
    int top = 0, left = 0, height = 0, width = 0;
};

Region regionOf(int height, int width, bool cut) {
    if (!cut)
        return {0, 0, height, width};
    const auto scaled = [](double at, int extent, double published) {
        return static_cast<int>(std::lround(at * extent / published));
    };
    const int top = scaled(firstRow, height, publishedHeight);
    const int left = scaled(firstColumn, width, publishedWidth);
    return {top, left, std::max(1, scaled(behindRows, height, publishedHeight) - top),
            std::max(1, scaled(behindColumns, width, publishedWidth) - left)};
}

/// What the fields of a file turned out to be.
struct MatLayout {
    std::int64_t frames = 0;
    int height = 0, width = 0;         ///< of a stored frame
    bool normals = false;              ///< a field has them
    std::vector<std::vector<std::uint8_t>>
        classOf; ///< of both targets of classes, by the label; 0 is none
};

std::string extentsText(const std::vector<std::int64_t>& shape) {
    std::vector<std::string> parts;
    for (const std::int64_t extent : shape)
        parts.push_back(std::to_string(extent));
    return join(parts, " × ");
}

/// Checks a field against what it has to be; −1 is any extent.
std::optional<Problem> checkField(const MatFile& mat, const std::string& file,
                                  const std::string& name, std::vector<std::int64_t> shape,
                                  bool real, const char* expected) {
    const auto field = mat.field(name);
    if (!field)
        return field.error();
    bool fits = field->shape.size() == shape.size() && field->real == real && !field->text;
    for (std::size_t i = 0; fits && i < shape.size(); ++i)
        fits = shape[i] < 0 ? field->shape[i] > 0 && field->shape[i] <= largestSide
                            : field->shape[i] == shape[i];
    if (fits)
        return std::nullopt;
    return Problem{"mat.shape", file,
                   "a field \"" + name + "\" of " + extentsText(field->shape)
                       + (field->text   ? " cells"
                          : field->real ? " reals"
                                        : " whole numbers"),
                   expected, "nyu_depth_v2_labeled.mat has such fields, its last index first"};
}

/// The class of each label: by the names in the file, else in their official order.
tl::expected<std::vector<std::uint8_t>, Problem>
classesByLabel(const MatFile& mat, const std::string& file, bool thirteen) {
    const NyuV2Official& official = nyuV2Official();
    std::vector<std::string> names = official.names894;
    if (mat.has("names")) {
        auto own = mat.texts("names");
        if (!own)
            return failure(own.error());
        names = std::move(*own);
    }
    std::vector<std::uint8_t> classes{noClass};
    for (const std::string& name : names) {
        const int index = official.classOf(name, thirteen);
        if (index < 0)
            return failure({"mat.names", file, "a label called \"" + shortened(name, 60) + "\"",
                            "one of the 894 names of NYU Depth V2",
                            "are these labels of another data set?"});
        classes.push_back(static_cast<std::uint8_t>(index));
    }
    return classes;
}

Expected<MatLayout> layoutOf(const MatFile& mat, const std::string& file, bool thirteen) {
    if (auto problem = checkField(mat, file, "images", {-1, 3, -1, -1}, false,
                                  "whole numbers, frames × 3 × width × height"))
        return failure(std::move(*problem));
    const std::vector<std::int64_t> shape = mat.field("images")->shape;
    if (auto problem = checkField(mat, file, "depths", {shape[0], shape[2], shape[3]}, true,
                                  "reals, frames × width × height as \"images\" has them"))
        return failure(std::move(*problem));
    if (auto problem = checkField(mat, file, "labels", {shape[0], shape[2], shape[3]}, false,
                                  "whole numbers, frames × width × height as \"images\" has them"))
        return failure(std::move(*problem));
    MatLayout layout{.frames = shape[0],
                     .height = static_cast<int>(shape[3]),
                     .width = static_cast<int>(shape[2])};
    layout.normals = mat.has("normals");
    if (layout.normals)
        if (auto problem = checkField(mat, file, "normals", {shape[0], 3, shape[2], shape[3]}, true,
                                      "reals, frames × 3 × width × height as \"images\" has them"))
            return failure(std::move(*problem));
    for (const bool thirteenOnes : {thirteen, !thirteen}) {
        auto classes = classesByLabel(mat, file, thirteenOnes);
        if (!classes)
            return failure(classes.error());
        layout.classOf.push_back(std::move(*classes));
    }
    return layout;
}

class NyuV2Dataset final : public FileDataset {
public:
    NyuV2Dataset(fs::path path, std::shared_ptr<const MatFile> mat, MatLayout layout,
                 const Json& options, DataWatch watch)
        : FileDataset({}, std::move(watch)),
          m_path(std::move(path)),
          m_mat(std::move(mat)),
          m_layout(std::move(layout)),
          m_region(regionOf(m_layout.height, m_layout.width, options["cut_border"].get<bool>())),
          m_window(options["normal_window"].get<int>() | 1) {
        const NyuV2Official& official = nyuV2Official();
        m_frames = {framesOf(official.train), framesOf(official.test)};
        m_description.name = "NYU Depth V2";
        m_description.splits = {{"train", static_cast<int>(m_frames[0].size())},
                                {"val", static_cast<int>(m_frames[1].size())}};
        m_description.targets = {
            {.name = classesTarget().usualName(),
             .kind = &classesTarget(),
             .encoding = Encoding::Index8,
             .classes = official.classes(options["classes"] == "13"),
             .ignore = noClass},
            {.name = depthTarget().usualName(),
             .kind = &depthTarget(),
             .encoding = Encoding::Float32,
             .invalid = 0},
            {.name = normalsTarget().usualName(),
             .kind = &normalsTarget(),
             .encoding = Encoding::Rgb16},
        };
        const bool thirteen = options["classes"] == "13";
        TargetInfo others = m_description.targets.front(); // for a task that names it
        others.name += thirteen ? "40" : "13";
        others.classes = official.classes(!thirteen);
        m_description.targets.push_back(std::move(others));
        const double x = m_layout.width / publishedWidth, y = m_layout.height / publishedHeight;
        m_description.camera = Camera{publishedCamera.fx * x, publishedCamera.fy * y,
                                      (publishedCamera.cx + 0.5) * x - 0.5 - m_region.left,
                                      (publishedCamera.cy + 0.5) * y - 0.5 - m_region.top};
    }

    void setFingerprint(std::string text) { m_description.fingerprint = std::move(text); }

    /// The official number, "0003".
    std::string sampleName(std::string_view split, int index) const override {
        const std::string number =
            std::to_string(m_frames[splitAt(split)][static_cast<std::size_t>(index)]);
        return std::string(number.size() < 4 ? 4 - number.size() : 0, '0') + number;
    }

    StoredSample storedSample(std::string_view split, int index,
                              std::optional<SampleSize> /*needed*/) const override {
        const std::int64_t frame = m_frames[splitAt(split)][static_cast<std::size_t>(index)] - 1;
        const std::string id = sampleName(split, index);
        StoredSample sample{.targets = std::vector<TargetPlane>(4)};
        const auto problem = [&](Problem some) {
            sample.problems.push_back(inSample(std::move(some), id));
        };
        if (const auto image = m_mat->bytes("images", frame))
            sample.image = pictureOf(*image);
        else
            problem(image.error());
        if (const auto labels = m_mat->words("labels", frame)) {
            for (const std::size_t target : {0, 3})
                if (auto plane = classesOf(*labels, m_layout.classOf[target / 3]))
                    sample.targets[target] = std::move(*plane);
                else
                    problem(plane.error());
        } else {
            problem(labels.error());
        }
        if (const auto depths = m_mat->floats("depths", frame))
            takeDepths(*depths, sample);
        else
            problem(depths.error());
        if (m_layout.normals) {
            if (const auto normals = m_mat->floats("normals", frame))
                sample.targets[2] = directionsOf(*normals);
            else
                problem(normals.error());
        }
        return sample;
    }

private:
    /// Of a split, those that the file has.
    std::vector<int> framesOf(const std::vector<int>& numbers) const {
        std::vector<int> frames;
        for (const int number : numbers)
            if (number <= m_layout.frames)
                frames.push_back(number);
        return frames;
    }

    std::size_t area() const { return static_cast<std::size_t>(m_region.height) * m_region.width; }

    /// Calls `write(pixel, place in a stored plane)`: MATLAB's planes run down their columns.
    template <class Write>
    void forEachPixel(Write write) const {
        for (int y = 0; y < m_region.height; ++y) {
            const std::size_t row = static_cast<std::size_t>(m_region.top) + y;
            std::size_t at = (static_cast<std::size_t>(m_region.left)) * m_layout.height + row;
            std::size_t pixel = static_cast<std::size_t>(y) * m_region.width;
            for (int x = 0; x < m_region.width; ++x, at += m_layout.height)
                write(pixel++, at);
        }
    }

    std::size_t planeSize() const {
        return static_cast<std::size_t>(m_layout.height) * m_layout.width;
    }

    Image pictureOf(const std::vector<std::uint8_t>& stored) const {
        Image image{m_region.height, m_region.width, 3, std::vector<std::uint8_t>(area() * 3)};
        for (std::size_t c = 0; c < 3; ++c)
            forEachPixel([&](std::size_t pixel, std::size_t at) {
                image.bytes[pixel * 3 + c] = stored[c * planeSize() + at];
            });
        return image;
    }

    TargetPlane planeOf(Encoding encoding, const void* values) const {
        TargetPlane plane{encoding, m_region.height, m_region.width, {}};
        plane.bytes.resize(area() * static_cast<std::size_t>(bytesPerPixel(encoding)));
        std::memcpy(plane.bytes.data(), values, plane.bytes.size());
        return plane;
    }

    Expected<TargetPlane> classesOf(const std::vector<std::uint16_t>& labels,
                                    const std::vector<std::uint8_t>& classOf) const {
        std::vector<std::uint8_t> classes(area());
        std::optional<int> stray;
        forEachPixel([&](std::size_t pixel, std::size_t at) {
            const std::uint16_t label = labels[at];
            if (label < classOf.size())
                classes[pixel] = classOf[label];
            else
                stray = label;
        });
        if (stray)
            return failure({"dataset.class", m_path.string(), "label " + std::to_string(*stray),
                            "0 to " + std::to_string(classOf.size() - 1), ""});
        return planeOf(Encoding::Index8, classes.data());
    }

    void takeDepths(const std::vector<float>& stored, StoredSample& sample) const {
        std::vector<float> depths(area());
        forEachPixel([&](std::size_t pixel, std::size_t at) { depths[pixel] = stored[at]; });
        sample.targets[1] = planeOf(Encoding::Float32, depths.data());
        if (!m_layout.normals)
            sample.targets[2] =
                planeOf(Encoding::Rgb16, normalsFromDepth(depths, m_region.height, m_region.width,
                                                          *m_description.camera, m_window)
                                             .data());
    }

    TargetPlane directionsOf(const std::vector<float>& stored) const {
        std::vector<std::uint16_t> packed(area() * 3);
        forEachPixel([&](std::size_t pixel, std::size_t at) {
            const auto normal =
                packedNormal(stored[at], stored[planeSize() + at], stored[2 * planeSize() + at]);
            std::ranges::copy(normal, packed.begin() + static_cast<std::ptrdiff_t>(pixel * 3));
        });
        return planeOf(Encoding::Rgb16, packed.data());
    }

    fs::path m_path;
    std::shared_ptr<const MatFile> m_mat;
    MatLayout m_layout;
    Region m_region;
    int m_window;
    std::array<std::vector<int>, 2> m_frames; ///< official numbers, from 1
};

OpenedDataset openNyuV2(const Json& options, const DataWatch& watch) {
    const fs::path path = options["path"].get<std::string>();
    const auto refused = [](Problem problem) {
        return tl::unexpected(Problems{std::move(problem)});
    };
    if (path.empty())
        return refused({"dataset.path", "data.dataset.options.path", "no file",
                        "nyu_depth_v2_labeled.mat", "on the command line: --data FILE"});
    auto mat = MatFile::open(path);
    if (!mat)
        return refused(mat.error());
    auto layout = layoutOf(**mat, path.string(), options["classes"] == "13");
    if (!layout)
        return refused(layout.error());
    const auto official =
        static_cast<std::int64_t>(nyuV2Official().train.size() + nyuV2Official().test.size());
    if (layout->frames > official)
        return refused({"mat.shape", path.string(), std::to_string(layout->frames) + " frames",
                        "at most " + std::to_string(official) + ", which the official split knows",
                        ""});
    auto dataset =
        std::make_shared<NyuV2Dataset>(path, std::move(*mat), std::move(*layout), options, watch);
    for (const SplitInfo& split : dataset->description().splits)
        if (split.size == 0)
            return refused({"dataset.empty_split", path.string(),
                            "no frame of the split \"" + split.name + "\"",
                            "frames in their official order", ""});
    const std::string name = validUtf8(path.filename().string());
    const auto facts = factsOfFile(path, name);
    Json others = options;
    others.erase("path");
    dataset->setFingerprint(name + " " + std::to_string(facts ? facts->bytes : 0) + " "
                            + jsonText(others));
    if (watch.files && facts) {
        watch.files->begin({*facts});
        noteContents(*watch.files, path, name);
    }
    return dataset;
}

std::vector<FieldInfo> nyuV2Options() {
    return {{.path = "path",
             .type = FieldType::File,
             .defaultValue = "",
             .choices = {".mat"},
             .label = "File",
             .help = "nyu_depth_v2_labeled.mat, or one with the same fields."},
            {.path = "classes",
             .type = FieldType::Choice,
             .defaultValue = "13",
             .choices = {"13", "40"},
             .label = "Classes",
             .help = "To how many classes the 894 labels of the file are mapped. The target "
                     "segmentation40, or segmentation13, has the other classes."},
            {.path = "cut_border",
             .type = FieldType::Boolean,
             .defaultValue = false,
             .label = "Cut the white border",
             .help = "Use only the 561 × 427 pixels in which depth was measured; around them the "
                     "pictures have a white border, and depths are made up."},
            {.path = "normal_window",
             .type = FieldType::Integer,
             .defaultValue = 15,
             .minimum = 3,
             .maximum = 99,
             .unit = "pixels",
             .label = "Window of normals",
             .help = "Where the file has no normals, they are fitted to the depths in windows of "
                     "this side; larger ones are smoother.",
             .advanced = true}};
}

} // namespace

const DatasetEntry& nyuv2Dataset() {
    static const DatasetEntry entry{
        {{.id = "nyuv2",
          .label = "NYU Depth V2 (.mat)",
          .help =
              "The labelled frames of NYU Depth V2 as they are published, one file of MATLAB's "
              "version 7.3 with images, depths and labels, read in place. The official split: "
              "795 frames to train on, the 654 to test on as \"val\". Normals are fitted to the "
              "depths where the file has none.",
          .source = "Silberman et al., ECCV 2012; 13 classes: Couprie et al., ICLR 2013",
          .options = nyuV2Options()}},
        openNyuV2};
    return entry;
}

} // namespace concertina
