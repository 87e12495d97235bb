// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/rooms/rooms_dataset.h"

#include <QtTest>

#include <cmath>
#include <cstring>
#include <set>
#include <thread>

using namespace concertina;

namespace {

using Point = std::array<double, 3>;

double dot(const Point& a, const Point& b) {
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

Point minus(const Point& a, const Point& b) {
    return {a[0] - b[0], a[1] - b[1], a[2] - b[2]};
}

Point crossed(const Point& a, const Point& b) {
    return {a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]};
}

double degreesBetween(const Point& a, const Point& b) {
    const double cosine = dot(a, b) / std::sqrt(dot(a, a) * dot(b, b));
    return std::acos(std::clamp(cosine, -1.0, 1.0)) * 180 / 3.14159265358979;
}

/// Options by name; a list in braces would now and then become a text or an array.
using Options = std::vector<std::pair<const char*, Json>>;

Json json(const Options& options) {
    Json object = Json::object();
    for (const auto& [name, value] : options)
        object[name] = value;
    return object;
}

std::shared_ptr<const Dataset> opened(const Options& options = {}) {
    const auto dataset = roomsDataset().open(json(options), {});
    if (!dataset)
        qFatal("%s", toText(dataset.error()).c_str());
    return *dataset;
}

/// A sample read by what its description says, not by what the renderer knows.
struct View {
    Sample sample;
    Camera camera;
    int height = 0, width = 0;

    View(const Dataset& dataset, const char* split, int index, int h, int w)
        : sample(*dataset.sample(split, index, h, w)), camera(*dataset.description().camera),
          height(h), width(w) {
        // The description's camera is that of a 128 × 96 picture with pixel centers at integers.
        const double sx = w / 128.0, sy = h / 96.0;
        camera = {camera.fx * sx, camera.fy * sy, (camera.cx + 0.5) * sx - 0.5,
                  (camera.cy + 0.5) * sy - 0.5};
    }

    int label(int y, int x) const { return sample.targets[0].bytes[at(y, x)]; }
    double depth(int y, int x) const {
        float value = 0;
        std::memcpy(&value, sample.targets[1].bytes.data() + at(y, x) * 4, 4);
        return value;
    }
    Point normal(int y, int x) const {
        std::array<std::uint16_t, 3> v{};
        std::memcpy(v.data(), sample.targets[2].bytes.data() + at(y, x) * 6, 6);
        return {v[0] / 32767.5 - 1, v[1] / 32767.5 - 1, v[2] / 32767.5 - 1};
    }
    Point ray(int y, int x) const {
        return {(x - camera.cx) / camera.fx, (y - camera.cy) / camera.fy, 1};
    }
    Point point(int y, int x) const {
        const double z = depth(y, x);
        const Point r = ray(y, x);
        return {r[0] * z, r[1] * z, z};
    }

private:
    std::size_t at(int y, int x) const {
        return static_cast<std::size_t>(y) * static_cast<std::size_t>(width)
               + static_cast<std::size_t>(x);
    }
};

template <class Use>
void forPixels(const View& view, int border, Use use) {
    for (int y = border; y < view.height - border; ++y)
        for (int x = border; x < view.width - border; ++x)
            use(y, x);
}

bool isSame(const Sample& a, const Sample& b) {
    return a.image == b.image && a.targets == b.targets;
}

double meanDifference(const Image& a, const Image& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.bytes.size(); ++i)
        sum += std::abs(a.bytes[i] - b.bytes[i]);
    return sum / static_cast<double>(a.bytes.size());
}

double correlation(const Image& a, const Image& b) {
    double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
    const auto n = static_cast<double>(a.bytes.size());
    for (std::size_t i = 0; i < a.bytes.size(); ++i) {
        const double u = a.bytes[i], v = b.bytes[i];
        sa += u;
        sb += v;
        saa += u * u;
        sbb += v * v;
        sab += u * v;
    }
    return (sab - sa * sb / n) / std::sqrt((saa - sa * sa / n) * (sbb - sb * sb / n));
}

} // namespace

class TestRooms : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void descriptionSaysWhatSamplesHold();
    void aSampleIsTheSameInAnyThreadAndOrder();
    void splitIndexAndSeedGiveOtherRooms();
    void theSizeChangesThePictureNotTheRoom();
    void normalsAreThoseOfTheDepth();
    void normalsAreUnitAndFaceTheCamera();
    void depthStaysWithinTheRoom();
    void theFloorIsFlatAndBelowTheCamera();
    void everyClassOccurs();
    void aBedroomHasABed();
    void noiseOnlyRoughens();
    void anyScaleAndShapeOfPictureWorks();
    void fineQualityShowsTheSameRoom();
    void optionsAreCheckedAtTheirBounds();
};

void TestRooms::descriptionSaysWhatSamplesHold() {
    const auto dataset = opened({{"train_size", 7}, {"val_size", 3}});
    const auto& description = dataset->description();
    QCOMPARE(description.splits, (std::vector<SplitInfo>{{"train", 7}, {"val", 3}}));
    std::string names;
    for (const TargetInfo& target : description.targets)
        names += target.name + " ";
    QCOMPARE(names, std::string("segmentation depth normal classification presence regression "
                                "detection keypoints "));
    const Sample sample = *dataset->sample("val", 2, 12, 16); // 192 pixels: 1, 4 and 6 bytes each
    QCOMPARE(sample.targets.size(), description.targets.size());
    std::set<std::array<std::uint8_t, 3>> colors;
    for (const ClassInfo& info : description.targets[0].classes)
        QVERIFY2(colors.insert(info.color).second, info.name.c_str());
    for (std::size_t i = 0; i < sample.targets.size(); ++i)
        QCOMPARE(sample.targets[i].encoding, description.targets[i].encoding);
    for (std::size_t i = 0; i < 6; ++i)
        QCOMPARE(sample.targets[i].bytes.size(), (std::array{192U, 768U, 1152U, 2U, 11U, 4U}[i]));
    QVERIFY(dataset->sampleName("val", 2) != dataset->sampleName("train", 2));
    QVERIFY(opened({{"seed", 1}})->description().fingerprint != description.fingerprint);
}

void TestRooms::aSampleIsTheSameInAnyThreadAndOrder() {
    for (const char* quality : {"training", "fine"}) {
        const Options options{{"quality", quality}, {"samples", 2}};
        const auto dataset = opened(options);
        constexpr int Count = 4;
        std::array<std::array<Sample, Count>, 2> made;
        std::thread upwards([&] {
            for (std::size_t i = 0; i < Count; ++i)
                made[0][i] = *dataset->sample("train", static_cast<int>(i), 24, 32);
        });
        std::thread downwards([&] {
            for (std::size_t i = Count; i-- > 0;)
                made[1][i] = *dataset->sample("train", static_cast<int>(i), 24, 32);
        });
        upwards.join();
        downwards.join();
        for (std::size_t i = 0; i < Count; ++i) {
            QVERIFY(isSame(made[0][i], made[1][i]));
            QVERIFY(isSame(made[0][i],
                           *opened(options)->sample("train", static_cast<int>(i), 24, 32)));
        }
    }
}

void TestRooms::splitIndexAndSeedGiveOtherRooms() {
    const auto dataset = opened({{"noise", 0}});
    const Sample first = *dataset->sample("train", 0, 24, 32);
    const std::array others{*dataset->sample("train", 1, 24, 32),
                            *dataset->sample("val", 0, 24, 32),
                            *opened({{"noise", 0}, {"seed", 1}})->sample("train", 0, 24, 32)};
    for (const Sample& other : others) {
        // Two pictures of different rooms differ by tens of levels, two of one room by none.
        QVERIFY(meanDifference(first.image, other.image) > 10);
        QVERIFY(first.targets[1] != other.targets[1]);
    }
}

void TestRooms::theSizeChangesThePictureNotTheRoom() {
    const auto dataset = opened();
    for (int index = 0; index < 6; ++index) {
        // The middle one of 3 × 3 pixels has the center of the one pixel in their place.
        const View small(*dataset, "train", index, 24, 32);
        const View large(*dataset, "train", index, 72, 96);
        int pixels = 0, same = 0;
        forPixels(small, 0, [&](int y, int x) {
            const int v = 3 * y + 1, u = 3 * x + 1;
            ++pixels;
            same += small.label(y, x) == large.label(v, u)
                    && std::abs(small.depth(y, x) - large.depth(v, u)) < 1e-3
                    && degreesBetween(small.normal(y, x), large.normal(v, u)) < 0.1;
        });
        // Rounding may put a ray to the other side of an edge: a pixel or two of 768.
        QVERIFY2(same >= pixels - 4, qPrintable(QString::number(pixels - same)));
    }
}

void TestRooms::normalsAreThoseOfTheDepth() {
    const auto dataset = opened();
    int pixels = 0, flat = 0, wrong = 0;
    for (int index = 0; index < 8; ++index) {
        const View view(*dataset, "val", index, 60, 100); // not 4 : 3, so that fx ≠ fy
        forPixels(view, 1, [&](int y, int x) {
            ++pixels;
            // On a plane 1 / z is linear in the pixel's coordinates. Float's rounding moves it by
            // 1e-7, the smallest step between two surfaces (5 mm at 3 m) by 5e-4.
            const auto bend = [&](int dy, int dx) {
                return std::abs(1 / view.depth(y - dy, x - dx) + 1 / view.depth(y + dy, x + dx)
                                - 2 / view.depth(y, x));
            };
            if (bend(0, 1) > 2e-6 || bend(1, 0) > 2e-6)
                return;
            ++flat;
            const Point along = minus(view.point(y, x + 1), view.point(y, x - 1));
            const Point down = minus(view.point(y + 1, x), view.point(y - 1, x));
            const Point expected = crossed(down, along); // towards the camera
            // Two pixels are 5 cm at 3 m; rounding there is 2e-7 · 3 m: 1e-5 rad. A tenth of a
            // degree leaves room for slanted surfaces.
            wrong += degreesBetween(expected, view.normal(y, x)) > 0.1;
        });
    }
    QVERIFY(flat > pixels * 0.5);
    // Three pixels may lie on three surfaces and still pass for one plane, but that is rare.
    QVERIFY2(wrong < flat * 0.002, qPrintable(QString("%1 of %2").arg(wrong).arg(flat)));
}

void TestRooms::normalsAreUnitAndFaceTheCamera() {
    const auto dataset = opened();
    for (int index = 0; index < 8; ++index) {
        const View view(*dataset, "train", index, 48, 64);
        forPixels(view, 0, [&](int y, int x) {
            const Point normal = view.normal(y, x);
            // 16 bits: 1 / 65535 a channel, and a float's rounding.
            QVERIFY(std::abs(dot(normal, normal) - 1) < 1e-4);
            const Point ray = view.ray(y, x);
            QVERIFY(dot(normal, ray) < 1e-3);
        });
    }
}

void TestRooms::depthStaysWithinTheRoom() {
    const auto dataset = opened();
    // The largest room is 4.9 × 2.75 × 5 m; panes lie up to 0.24 m behind a wall.
    const double diagonal = std::sqrt(5.4 * 5.4 + 2.75 * 2.75 + 5.5 * 5.5);
    const auto classes = static_cast<int>(dataset->description().targets[0].classes.size());
    for (int index = 0; index < 20; ++index) {
        const View view(*dataset, "train", index, 24, 32);
        forPixels(view, 0, [&](int y, int x) {
            const double depth = view.depth(y, x);
            QVERIFY(std::isfinite(depth) && depth > 0.1 && depth < diagonal);
            QVERIFY(view.label(y, x) < classes);
        });
    }
}

void TestRooms::theFloorIsFlatAndBelowTheCamera() {
    const auto dataset = opened();
    constexpr int Floor = 1;
    QCOMPARE(dataset->description().targets[0].classes[Floor].name, std::string("floor"));
    int views = 0;
    for (int index = 0; index < 12; ++index) {
        const View view(*dataset, "train", index, 48, 64);
        std::vector<double> below;
        Point up{};
        forPixels(view, 0, [&](int y, int x) {
            const Point normal = view.normal(y, x);
            if (view.label(y, x) != Floor || normal[1] > -0.8)
                return; // a rug's rim, not its top
            up = normal;
            below.push_back(-dot(view.point(y, x), normal));
        });
        if (below.size() < 50)
            continue;
        ++views;
        std::ranges::sort(below, std::greater<>());
        // The camera is held at 1.2 to 1.7 m.
        QVERIFY2(below[0] > 1.19 && below[0] < 1.71, qPrintable(QString::number(below[0])));
        // Bare floor is one level, each rug another; within one all agree to rounding.
        int levels = 1;
        for (std::size_t i = 1; i < below.size(); ++i)
            levels += below[i - 1] - below[i] > 3e-4;
        QVERIFY2(levels <= 4, qPrintable(QString::number(levels)));
        QVERIFY(below[0] - below.back() < 0.06);
    }
    QVERIFY(views >= 6);
}

void TestRooms::everyClassOccurs() {
    const auto dataset = opened();
    const auto& classes = dataset->description().targets[0].classes;
    std::vector<int> pixels(classes.size());
    constexpr int Scenes = 120, Height = 24, Width = 32;
    for (int index = 0; index < Scenes; ++index) {
        const Sample sample = *dataset->sample("train", index, Height, Width);
        for (const std::uint8_t label : sample.targets[0].bytes)
            ++pixels[label];
    }
    for (std::size_t i = 0; i < classes.size(); ++i) {
        const double share = pixels[i] / double(Scenes * Height * Width);
        // Over 500 scenes the rarest class has 0.6 %; 120 scenes scatter about that.
        QVERIFY2(share > 0.003 && share < 0.40,
                 qPrintable(QString("%1: %2").arg(classes[i].name.c_str()).arg(share)));
    }
}

void TestRooms::aBedroomHasABed() {
    const auto dataset = opened({{"rooms", "bedroom"}});
    constexpr std::uint8_t Bed = 10;
    QCOMPARE(dataset->description().targets[0].classes[Bed].name, std::string("bed"));
    int with = 0;
    for (int index = 0; index < 20; ++index) {
        const Sample sample = *dataset->sample("train", index, 24, 32);
        with += std::ranges::count(sample.targets[0].bytes, Bed) > 20;
    }
    QVERIFY2(with >= 15, qPrintable(QString::number(with)));
}

void TestRooms::noiseOnlyRoughens() {
    std::array<Sample, 3> samples;
    for (std::size_t i = 0; i < 3; ++i)
        samples[i] = *opened({{"noise", i}})->sample("train", 4, 48, 64);
    const double weak = meanDifference(samples[0].image, samples[1].image);
    const double strong = meanDifference(samples[0].image, samples[2].image);
    QVERIFY(weak > 0.3 && weak < 5);
    QVERIFY(strong > 1.5 * weak && strong < 2.5 * weak);
    QVERIFY(samples[0].targets == samples[2].targets);
}

void TestRooms::anyScaleAndShapeOfPictureWorks() {
    const auto dataset = opened();
    for (const auto& [height, width] : {std::pair{1, 1}, {8, 8}, {16, 512}, {512, 16}, {1, 64}}) {
        const Sample sample = *dataset->sample("train", 1, height, width);
        QCOMPARE(sample.image.height, height);
        QCOMPARE(sample.image.bytes.size(), static_cast<std::size_t>(height) * width * 3);
        for (std::size_t t = 0; t < 3; ++t) // planes
            QVERIFY(sample.targets[t].height == height && sample.targets[t].width == width);
    }
    for (const auto& [height, width] : {std::pair{0, 8}, {8, 0}, {-1, -1}})
        QCOMPARE(dataset->sample("train", 1, height, width).error().code,
                 std::string("dataset.size"));
}

void TestRooms::fineQualityShowsTheSameRoom() {
    const auto quick = opened({{"noise", 0}});
    const auto fine = opened({{"noise", 0}, {"quality", "fine"}, {"samples", 4}});
    for (int index = 0; index < 3; ++index) {
        const Sample a = *quick->sample("val", index, 36, 48);
        const Sample b = *fine->sample("val", index, 36, 48);
        QVERIFY(a.targets == b.targets);
        // Soft shadows, smooth edges and indirect light differ, the picture doesn't: two rooms'
        // images correlate by less than 0.3.
        const double alike = correlation(a.image, b.image);
        QVERIFY2(alike > 0.85 && alike < 0.9999, qPrintable(QString::number(alike)));
    }
}

void TestRooms::optionsAreCheckedAtTheirBounds() {
    const auto least = opened({{"train_size", 1}, {"val_size", 1}, {"noise", 0}, {"samples", 1}});
    QCOMPARE(least->description().splits[0].size, 1);
    QVERIFY(opened({{"seed", 9007199254740991}})->sample("train", 0, 4, 4).has_value());
    const auto refused = [](const Options& options) {
        return roomsDataset().open(json(options), {}).error().front();
    };
    QCOMPARE(refused({{"train_size", 0}}).code, std::string("field.range"));
    QCOMPARE(refused({{"train_size", 0}}).path, std::string("dataset.options.train_size"));
    QCOMPARE(refused({{"seed", -1}}).code, std::string("field.range"));
    QCOMPARE(refused({{"noise", true}}).code, std::string("field.type"));
    QCOMPARE(refused({{"quality", "fien"}}).code, std::string("field.choice"));
    QVERIFY(refused({{"quality", "fien"}}).hint.find("fine") != std::string::npos);
}

QTEST_APPLESS_MAIN(TestRooms)
#include "tst_rooms.moc"
