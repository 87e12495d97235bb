// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/rooms_dataset.h"

#include "core/data/rooms/corners.h"
#include "core/data/rooms/extent.h"
#include "core/data/rooms/generate.h"
#include "core/data/rooms/random.h"
#include "core/data/rooms/render.h"
#include "core/data/stored_objects.h"
#include "core/model/catalogue.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <map>
#include <utility>

namespace concertina {

namespace {

using namespace rooms;

/// Part of every fingerprint: to be raised when the same options give other samples.
constexpr int GeneratorVersion = 1;

/// Every picture has walls, a floor and a ceiling, or nearly: the classes behind them are things.
constexpr std::size_t FirstThing = 3;

constexpr int NominalWidth = 128;
constexpr int NominalHeight = 96;

/// What a class set makes of the labels.
struct ClassSet {
    std::vector<ClassInfo> classes;
    std::array<std::uint8_t, LabelCount> classOf; ///< by `Label`
};

// Large, quiet classes are pale or earthy, things are bright; neighbours in a room differ in
// lightness too, for those who see fewer hues.
const ClassSet& allClasses() {
    static const ClassSet set{
        {{"wall", {196, 203, 212}}, {"floor", {122, 96, 76}}, {"ceiling", {238, 241, 244}},
         {"window", {134, 206, 240}}, {"door", {160, 112, 150}}, {"picture", {240, 142, 43}},
         {"lamp", {255, 217, 47}}, {"plant", {46, 150, 84}}, {"books", {198, 54, 58}},
         {"cabinet", {216, 163, 108}}, {"bed", {56, 108, 176}}, {"sofa", {24, 164, 170}},
         {"table", {92, 60, 140}}, {"chair", {231, 92, 142}}},
        {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}};
    return set;
}

const ClassSet& coarseClasses() {
    static const ClassSet set{
        {{"wall", {196, 203, 212}}, {"floor", {122, 96, 76}}, {"ceiling", {238, 241, 244}},
         {"window", {134, 206, 240}}, {"door", {160, 112, 150}}, {"decoration", {240, 142, 43}},
         {"storage", {216, 163, 108}}, {"bed or seat", {24, 164, 170}}, {"table", {92, 60, 140}}},
        {0, 1, 2, 3, 4, 5, 5, 5, 6, 6, 7, 7, 8, 7}};
    return set;
}

std::vector<FieldInfo> optionFields() {
    return {
        {.path = "seed",
         .type = FieldType::Integer,
         .defaultValue = 0,
         .minimum = 0,
         .maximum = LargestInteger,
         .label = "Seed",
         .help = "Which rooms there are: another seed gives entirely different ones.",
         .advanced = true},
        {.path = "train_size",
         .type = FieldType::Integer,
         .defaultValue = 1200,
         .minimum = 1,
         .maximum = 1000000,
         .unit = "images",
         .label = "Training images",
         .help = "Size of the split \"train\"; more of them cost nothing but time."},
        {.path = "val_size",
         .type = FieldType::Integer,
         .defaultValue = 100,
         .minimum = 1,
         .maximum = 1000000,
         .unit = "images",
         .label = "Validation images",
         .help = "Size of the split \"val\"; its rooms are none of the training's."},
        {.path = "quality",
         .type = FieldType::Choice,
         .defaultValue = "training",
         .choices = {"training", "fine"},
         .label = "Quality",
         .help = "\"training\" makes some 150 small pictures a second, \"fine\" takes seconds for "
                 "a large one; both show the same rooms.",
         .advanced = true},
        {.path = "samples",
         .type = FieldType::Integer,
         .defaultValue = 16,
         .minimum = 1,
         .maximum = 1024,
         .unit = "rays a pixel",
         .label = "Samples",
         .help = "For fine quality alone: more take longer and leave less noise in soft shadows.",
         .advanced = true},
        {.path = "noise",
         .type = FieldType::Real,
         .defaultValue = 1.0,
         .minimum = 0,
         .maximum = 10,
         .label = "Sensor noise",
         .help = "Strength of the camera's noise; 0 is none, 1 what a phone has indoors.",
         .advanced = true},
        {.path = "classes",
         .type = FieldType::Choice,
         .defaultValue = "all",
         .choices = {"all", "coarse"},
         .label = "Classes",
         .help = "\"all\" distinguishes 14 kinds of things, \"coarse\" nine groups of them."},
        {.path = "rooms",
         .type = FieldType::Choice,
         .defaultValue = "any",
         .choices = {"any", "bedroom", "living", "dining", "study", "studio"},
         .label = "Rooms",
         .help = "Which kind of room; a studio has a bed and a table.",
         .advanced = true},
        {.path = "light",
         .type = FieldType::Choice,
         .defaultValue = "any",
         .choices = {"any", "day", "evening"},
         .label = "Light",
         .help = "By day light comes through windows, in the evening from lamps.",
         .advanced = true},
    };
}

/// A choice's place in its list, counted from the one behind "any".
std::optional<int> chosen(const Json& options, const char* path) {
    for (const FieldInfo& field : roomsDataset().info.options)
        if (field.path == path) {
            const auto& name = options.at(path).get_ref<const std::string&>();
            const auto at = std::ranges::find(field.choices, name) - field.choices.begin();
            return at == 0 ? std::nullopt : std::optional<int>(static_cast<int>(at) - 1);
        }
    return std::nullopt;
}

template <class T>
TargetPlane planeOf(Encoding encoding, const Rendering& rendering, const std::vector<T>& values) {
    TargetPlane plane{encoding, rendering.height, rendering.width};
    plane.bytes.resize(values.size() * sizeof(T));
    std::memcpy(plane.bytes.data(), values.data(), plane.bytes.size());
    return plane;
}

template <class T>
TargetPlane listOf(Encoding encoding, const std::vector<T>& values) {
    TargetPlane plane{encoding, 1, static_cast<int>(values.size())};
    plane.bytes.resize(values.size() * sizeof(T));
    std::memcpy(plane.bytes.data(), values.data(), plane.bytes.size());
    return plane;
}

float meanOf(const std::vector<float>& values) {
    double sum = 0;
    for (const float value : values)
        sum += static_cast<double>(value);
    return static_cast<float>(sum / static_cast<double>(values.size()));
}

/// In the order of `RoomKind`, as the option "rooms" calls them.
std::vector<ClassInfo> roomKinds() {
    return {{"bedroom", {56, 108, 176}},
            {"living", {24, 164, 170}},
            {"dining", {240, 142, 43}},
            {"study", {92, 60, 140}},
            {"studio", {231, 92, 142}}};
}

TargetPlane normalPlane(const Rendering& rendering) {
    std::vector<std::uint16_t> values;
    values.reserve(rendering.geometry.normals.size() * 3);
    for (const Vec3& normal : rendering.geometry.normals)
        for (int axis = 0; axis < 3; ++axis)
            values.push_back(static_cast<std::uint16_t>(
                std::lround(std::clamp((normal[axis] + 1) * 32767.5f, 0.0f, 65535.0f))));
    return planeOf(Encoding::Rgb16, rendering, values);
}

class RoomsDataset final : public Dataset {
public:
    explicit RoomsDataset(const Json& options)
        : m_seed(options.at("seed").get<std::uint64_t>()),
          m_fine(options.at("quality") == "fine"), m_samples(options.at("samples").get<int>()),
          m_noise(options.at("noise").get<double>()),
          m_classes(options.at("classes") == "coarse" ? coarseClasses() : allClasses()) {
        if (const auto kind = chosen(options, "rooms"))
            m_request.kind = static_cast<RoomKind>(*kind);
        if (const auto light = chosen(options, "light"))
            m_request.hour = *light == 0 ? Hour::Day : Hour::Evening;
        m_description.name = "Rooms";
        m_description.splits = {{"train", options.at("train_size").get<int>()},
                                {"val", options.at("val_size").get<int>()}};
        m_description.targets = {
            {.name = "segmentation",
             .kind = &classesTarget(),
             .encoding = Encoding::Index8,
             .classes = m_classes.classes},
            {.name = "depth", .kind = &depthTarget(), .encoding = Encoding::Float32},
            {.name = "normal", .kind = &normalsTarget(), .encoding = Encoding::Rgb16},
            {.name = "classification",
             .kind = &labelTarget(),
             .encoding = Encoding::Index16,
             .classes = roomKinds()},
            {.name = "presence",
             .kind = &presenceTarget(),
             .encoding = Encoding::Index8,
             .classes = {m_classes.classes.begin() + FirstThing, m_classes.classes.end()}},
            {.name = "regression",
             .kind = &valuesTarget(),
             .encoding = Encoding::Float32,
             .classes = {{"mean depth (m)", {68, 1, 84}}}},
            {.name = "detection",
             .kind = &boxesTarget(),
             .encoding = Encoding::Float32,
             .classes = {m_classes.classes.begin() + FirstThing, m_classes.classes.end()}},
            {.name = "keypoints",
             .kind = &keypointsTarget(),
             .encoding = Encoding::Float32,
             .classes = cornerNames()},
        };
        m_description.camera = Camera{View::FocalX * NominalWidth, View::FocalY * NominalHeight,
                                      NominalWidth / 2.0 - 0.5, NominalHeight / 2.0 - 0.5};
        m_description.fingerprint =
            "rooms " + std::to_string(GeneratorVersion) + " " + jsonText(options);
    }

    const DatasetDescription& description() const override { return m_description; }

    std::string sampleName(std::string_view split, int index) const override {
        char name[32];
        std::snprintf(name, sizeof name, "-%05d", index);
        return std::string(split) + name;
    }

    Expected<Sample> sample(std::string_view split, int index, int height,
                            int width) const override {
        if (height < 1 || width < 1)
            return failure({"dataset.size", sampleName(split, index),
                            std::to_string(height) + " x " + std::to_string(width),
                            "at least 1 x 1 pixels", ""});
        const std::uint64_t key = keyOf(split, index);
        const Scene scene = generateScene(key, m_request);
        const Rendering rendering =
            m_fine ? renderFinely(scene, height, width, m_samples, combined(key, 1))
                   : renderQuickly(scene, height, width);
        Sample sample;
        sample.image = photograph(scene, rendering, m_noise, combined(key, 2));
        const auto classes = classesOf(rendering.geometry.labels);
        sample.targets = {
            planeOf(Encoding::Index8, rendering, classes),
            planeOf(Encoding::Float32, rendering, rendering.geometry.depth),
            normalPlane(rendering),
            listOf(Encoding::Index16, std::vector{std::uint16_t(scene.kind)}),
            listOf(Encoding::Index8, presentIn(classes)),
            listOf(Encoding::Float32, std::vector{meanOf(rendering.geometry.depth)}),
            storedObjects(
                {height, width, boxesIn(classes, rendering.geometry.objects, height, width)}),
            storedObjects(
                {height, width, furnitureCorners(scene, rendering.geometry, height, width)})};
        return sample;
    }

private:
    std::uint64_t keyOf(std::string_view split, int index) const {
        assert(index >= 0 && (split == "train" || split == "val"));
        return combined(combined(m_seed, split == "train" ? 1 : 2),
                        static_cast<std::uint64_t>(index));
    }

    std::vector<std::uint8_t> classesOf(const std::vector<std::uint8_t>& labels) const {
        std::vector<std::uint8_t> indices;
        indices.reserve(labels.size());
        for (const std::uint8_t label : labels)
            indices.push_back(m_classes.classOf[label]);
        return indices;
    }

    /// 1 for each thing that a thousandth of the picture or more shows, 0 for the others.
    std::vector<std::uint8_t> presentIn(const std::vector<std::uint8_t>& classes) const {
        std::vector<std::size_t> counts(m_classes.classes.size());
        for (const std::uint8_t index : classes)
            ++counts[index];
        std::vector<std::uint8_t> present;
        for (std::size_t i = FirstThing; i < counts.size(); ++i)
            present.push_back(counts[i] > 0 && 1000 * counts[i] >= classes.size() ? 1 : 0);
        return present;
    }

    /// Of what is seen of each thing: its pixels of one class, where they are a thousandth of the
    /// picture or more.
    static std::vector<ImageObject> boxesIn(const std::vector<std::uint8_t>& classes,
                                            const std::vector<std::int16_t>& objects, int height,
                                            int width) {
        std::map<std::pair<int, int>, SeenExtent> extents; // by object and class
        std::size_t pixel = 0;
        for (int y = 0; y < height; ++y)
            for (int x = 0; x < width; ++x, ++pixel)
                if (classes[pixel] >= FirstThing)
                    extents[{objects[pixel], classes[pixel]}].add(x, y);
        std::vector<ImageObject> found;
        for (const auto& [key, extent] : extents)
            if (extent.isEnough(classes.size()))
                found.push_back({.label = key.second - static_cast<int>(FirstThing),
                                 .box = extent.box(),
                                 .area = static_cast<double>(extent.pixels)});
        return found;
    }

    std::uint64_t m_seed;
    bool m_fine;
    int m_samples;
    double m_noise;
    const ClassSet& m_classes;
    SceneRequest m_request;
    DatasetDescription m_description;
};

OpenedDataset open(const Json& given, const DataWatch& /*watch*/) {
    const DatasetInfo& info = roomsDataset().info;
    const Json options = completeOptions(info, given);
    for (const FieldInfo& field : info.options)
        if (auto problem = check(field, options.at(field.path), "dataset.options." + field.path))
            return tl::unexpected(Problems{std::move(*problem)});
    return std::make_shared<const RoomsDataset>(options);
}

} // namespace

const DatasetEntry& roomsDataset() {
    static const DatasetEntry entry = [] {
        DatasetEntry rooms;
        rooms.info.id = "rooms";
        rooms.info.label = "Rooms";
        rooms.info.help =
            "Rendered rooms with furniture, lamps and daylight, different in every image, with "
            "exact classes, depth and surface normals. Made on the fly: needs no files, and gives "
            "the same images on every run.";
        rooms.info.source = "own";
        rooms.info.options = optionFields();
        rooms.open = open;
        return rooms;
    }();
    return entry;
}

} // namespace concertina
