// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/compare_testing.h"

#include "db/store_writer.h"
#include "tests/model/test_catalogue.h"

#include <QMetaObject>

#include <cmath>
#include <utility>

namespace concertina::testing {

namespace {

template <class T>
T valueOf(Expected<T> expected) {
    if (!expected)
        qFatal("%s", toText(expected.error()).c_str());
    return std::move(*expected);
}

void done(const Expected<void>& expected) {
    if (!expected)
        qFatal("%s", toText(expected.error()).c_str());
}

/// What a ray from the camera meets.
struct Hit {
    float label = -1;
    float depth = 0;
    std::array<float, 3> normal{};
};

/// A room of 4 × 2.5 × 4 metres with a ball and a box in it; every frame from another place.
Hit look(double u, double v, int index) {
    const double x = (u - 0.5) * 1.3, y = (v - 0.5) * 1.0;
    const double shift = 0.25 * std::sin(index * 1.7);
    Hit best{-1, 1e9F, {}};
    const auto meet = [&](double depth, float label, std::array<float, 3> normal) {
        if (depth > 0.05 && depth < static_cast<double>(best.depth))
            best = {label, static_cast<float>(depth), normal};
    };
    meet(4, std::abs(x * 4 - 0.6 + shift) < 0.7 && std::abs(y * 4 + 0.5) < 0.5 ? 4.0F : 0.0F,
         {0, 0, -1});
    if (y > 0)
        meet(1.2 / y, 1, {0, -1, 0});
    if (y < 0)
        meet(-1.3 / y, 0, {0, 1, 0});
    if (x > 0)
        meet((2 - shift) / x, 0, {-1, 0, 0});
    if (x < 0)
        meet(-(2 + shift) / x, 0, {1, 0, 0});
    // A table top, 0.6 m above the floor, and its front.
    if (y > 0.6 / 2.6 && y < 0.6 / 1.7 && std::abs(x * (0.6 / y) + 0.4 + shift) < 0.6)
        meet(0.6 / y, 2, {0, -1, 0});
    if (std::abs(x * 1.7 + 0.4 + shift) < 0.6 && y * 1.7 > 0.6 && y * 1.7 < 0.72)
        meet(1.7, 2, {0, 0, -1});
    // The lamp: a ball of 0.3 m at (0.8, 0.1, 2.4).
    const double cx = 0.8 + shift, cy = 0.1, cz = 2.4, r = 0.3;
    const double a = x * x + y * y + 1, b = x * cx + y * cy + cz;
    const double disc = b * b - a * (cx * cx + cy * cy + cz * cz - r * r);
    if (disc > 0) {
        const double t = (b - std::sqrt(disc)) / a;
        meet(t, 3,
             {static_cast<float>((x * t - cx) / r), static_cast<float>((y * t - cy) / r),
              static_cast<float>((t - cz) / r)});
    }
    return best;
}

/// Smooth noise from −1 to 1, the same everywhere.
double wave(double u, double v, double seed) {
    return std::sin(u * 9.1 + seed) * std::sin(v * 7.3 - seed * 2);
}

std::int64_t stepOf(const std::string& run) {
    return static_cast<std::int64_t>(run.size());
}

} // namespace

const std::vector<ClassInfo> madeUpClasses{{"wall", {174, 199, 232}},   {"floor", {152, 223, 138}},
                                           {"table", {255, 152, 150}},  {"lamp", {247, 182, 210}},
                                           {"window", {197, 176, 213}}, {"never seen", {9, 9, 9}}};

Problem unreadableFrame(int frame) {
    return {"image.unreadable", "val/" + std::to_string(frame) + ".png", "noise", "a picture", ""};
}

Frame FakePredictions::makeFrame(const FrameChoice& choice) const {
    const int w = size.width(), h = size.height();
    const std::size_t plane = static_cast<std::size_t>(w) * static_cast<std::size_t>(h);
    Frame frame{.name = choice.file.empty() ? choice.split + "_" + std::to_string(choice.index)
                                            : choice.file.substr(choice.file.rfind('/') + 1),
                .image = blankImage(h, w),
                .step = stepOf(choice.run),
                .milliseconds = 12};
    const auto map = [&](const TargetKind* kind, int channels) {
        return ValueMap{kind, h, w, std::vector<float>(plane * static_cast<std::size_t>(channels))};
    };
    FrameTask seg{"segmentation",           &classesTarget(),         madeUpClasses,
                  map(&classesTarget(), 1), map(&classesTarget(), 1), {}};
    FrameTask depth{"depth", &depthTarget(), {}, map(&depthTarget(), 1), map(&depthTarget(), 1),
                    {}};
    FrameTask normal{
        "normal", &normalsTarget(), {}, map(&normalsTarget(), 3), map(&normalsTarget(), 3), {}};
    for (int y = 0; y < h; ++y)
        for (int x = 0; x < w; ++x) {
            const double u = (x + 0.5) / w, v = (y + 0.5) / h;
            const std::size_t at = static_cast<std::size_t>(y) * static_cast<std::size_t>(w)
                                   + static_cast<std::size_t>(x);
            const Hit truth = look(u, v, choice.index);
            const double bend = 0.02 * wave(u, v, 1 + choice.index);
            const Hit guess = look(u + bend, v + bend / 2, choice.index);
            const double light =
                (0.55 + 0.4 * std::abs(static_cast<double>(truth.normal[1]))
                 + 0.05 * static_cast<double>(truth.normal[0]))
                * (0.9 + 0.1 * wave(u * 3, v * 3, 2));
            const Rgb tint = madeUpClasses[static_cast<std::size_t>(truth.label)].color;
            for (int c = 0; c < 3; ++c)
                frame.image.pixel(y, x)[c] = static_cast<std::uint8_t>(
                    std::min(255.0, light * (90 + tint[static_cast<std::size_t>(c)] * 0.6)));
            const bool unknown = u < 0.03 || v > 0.97;
            seg.truth.values[at] = unknown ? -1 : truth.label;
            seg.expanded.values[at] = guess.label;
            depth.truth.values[at] = unknown ? 0 : truth.depth;
            depth.expanded.values[at] =
                guess.depth * static_cast<float>(1 + 0.06 * wave(u * 2, v * 2, choice.index + 4.0));
            for (std::size_t c = 0; c < 3; ++c) {
                normal.truth.values[c * plane + at] = unknown ? 0 : truth.normal[c];
                normal.expanded.values[c * plane + at] = guess.normal[c];
            }
        }
    for (FrameTask* task : {&seg, &depth, &normal}) {
        task->collapsed = task->expanded;
        if (!choice.file.empty())
            task->truth = {};
    }
    // What folding leaves in float32.
    for (float& value : depth.collapsed.values)
        value = std::nextafter(value, 10.0F);
    frame.tasks = {seg, depth, normal};
    return frame;
}

void FakePredictions::release() {
    hold = false;
    for (const auto& deliver : std::exchange(m_held, {}))
        deliver();
}

void FakePredictions::samples(const ExperimentSpec&, int, int, Reply<std::vector<Frame>> reply) {
    answer<std::vector<Frame>>(QStringLiteral("samples"), std::move(reply),
                               [] { return std::vector<Frame>(); });
}

void FakePredictions::frame(const FrameChoice& choice, Reply<Frame> reply) {
    answer<Frame>(QStringLiteral("frame %1 %2")
                      .arg(QString::fromStdString(choice.run),
                           choice.file.empty()
                               ? QString::fromStdString(choice.split + " "
                                                        + std::to_string(choice.index))
                               : QString::fromStdString(choice.file)),
                  std::move(reply), [this, choice]() -> Expected<Frame> {
                      if (choice.file.empty() && damaged.contains(choice.index))
                          return failure(unreadableFrame(choice.index));
                      return makeFrame(choice);
                  });
}

void FakePredictions::thumbnail(const FrameChoice& choice, int height, Reply<Image> reply) {
    answer<Image>(QStringLiteral("thumbnail %1").arg(choice.index), std::move(reply),
                  [this, choice, height]() -> Expected<Image> {
                      if (choice.file.empty() && damaged.contains(choice.index))
                          return failure(unreadableFrame(choice.index));
                      FakePredictions small;
                      small.size = {height * size.width() / size.height(), height};
                      return small.makeFrame(choice).image;
                  });
}

void FakePredictions::rankFrames(const RunId& run, const std::string& split,
                                 Reply<std::vector<FrameErrors>> reply) {
    if (reply.progress && hold)
        reply.progress(0.25, QStringLiteral("3 of 12"));
    answer<std::vector<FrameErrors>>(
        QStringLiteral("rank %1").arg(QString::fromStdString(run + " " + split)), std::move(reply),
        [this] {
            // Frame 5 is the worst one for segmentation, frame 7 for depth.
            std::vector<FrameErrors> all;
            for (int i = 0; i < samples_; ++i) {
                all.push_back({i, "val_" + std::to_string(i),
                               {0.9 - 0.1 * std::abs(i - 5), 1.2 - 0.1 * std::abs(i - 7), 30.0 + i}});
                if (damaged.contains(i))
                    all.back().errors.clear();
            }
            return all;
        });
}

void FakePredictions::planned(const RunId& run, Reply<PlannedNetwork> reply) {
    answer<PlannedNetwork>(QStringLiteral("planned %1").arg(QString::fromStdString(run)),
                           std::move(reply), [] { return PlannedNetwork{}; });
}

void FakePredictions::readings(const RunId& run, Reply<FactorReadings> reply) {
    answer<FactorReadings>(QStringLiteral("readings %1").arg(QString::fromStdString(run)),
                           std::move(reply), [this] { return read; });
}

void FakePredictions::tryPlan(const RunId& run, const std::vector<std::string>&, int,
                              Reply<Trial> reply) {
    answer<Trial>(QStringLiteral("try %1").arg(QString::fromStdString(run)), std::move(reply),
                  [] { return Trial{}; });
}

void FakePredictions::classFigures(const RunId& run, Reply<std::vector<ClassFigures>> reply) {
    answer<std::vector<ClassFigures>>(
        QStringLiteral("classes %1").arg(QString::fromStdString(run)), std::move(reply), [] {
            ClassFigures figures{
                .task = "segmentation",
                .classes = madeUpClasses,
                .counted = "pixels",
                .metrics = {{"iou", "IoU", "", true, 3}, {"recall", "recall", "", true, 3}}};
            for (std::size_t c = 0; c < madeUpClasses.size(); ++c)
                figures.rows.push_back(
                    {static_cast<std::int64_t>(1200 * (c + 1)),
                     {0.5 - 0.1 * static_cast<double>(c), 0.7 - 0.1 * static_cast<double>(c)}});
            ClassFigures boxes{.task = "detection",
                               .classes = {{"chair", {231, 92, 142}}},
                               .counted = "objects",
                               .metrics = {{"ap", "AP", "", true, 3}},
                               .rows = {{14, {0.251}}}};
            return std::vector{figures, boxes};
        });
}

void FakePredictions::collapseReport(const RunId& run, Reply<CollapseReport> reply) {
    answer<CollapseReport>(QStringLiteral("report %1").arg(QString::fromStdString(run)),
                           std::move(reply), [] {
                               CollapseReport report;
                               report.parameters = {1.84e6, 0.37e6};
                               report.multiplyAdds = {1.19e9, 1.19e9};
                               report.bytes = {7.4e6, 1.5e6};
                               report.milliseconds = {21.8, 9.1};
                               report.owners = {
                                   {"all tasks", "segmentation", "depth", "normal"},
                                   {{"merged", 24, {{1.6e6, 3.4e5}, {7e4, 0}, {7e4, 0}, {7e4, 0}}},
                                    {"heads", 6, {{}, {1.1e4, 1.1e4}, {9300, 9300}, {9400, 9400}}}}};
                               report.distinctKernels = 26;
                               report.foldedNorms = 24;
                               return report;
                           });
}

void FakePredictions::verify(const RunId& run, bool layers, Reply<VerifyReport> reply) {
    answer<VerifyReport>(QStringLiteral("%1 %2").arg(layers ? QStringLiteral("layers")
                                                            : QStringLiteral("verify"),
                                                     QString::fromStdString(run)),
                         std::move(reply), [this, layers] {
                             VerifyReport report;
                             report.images = 16;
                             report.skipped = static_cast<int>(damaged.size());
                             report.tasks = {{"segmentation", 4.1e-14, 3.1e-6, 4e-6, 0, 0.99998},
                                             {"depth", 2.2e-14, 1.9e-6, 2e-6, 0, std::nullopt},
                                             {"normal", 6.6e-15, 2.4e-6, 3e-6, 0, std::nullopt}};
                             if (layers)
                                 report.layers = {
                                     {"enc1.1", "segmentation+depth", "kernel and norm", 2e-15, 3e-7},
                                     {"dec1.1", "depth", "kernel and norm", 5e-15, 8e-7}};
                             report.passed = exact;
                             if (!exact)
                                 report.failure = "depth: float64 differs by 3.1e-4, at most 1e-10 "
                                                  "is rounding";
                             return report;
                         });
}

void FakePredictions::saveCollapsed(const RunId& run, const MethodChoice& format,
                                    const std::string& place, Reply<WrittenNetwork> reply) {
    savedTo.push_back(place);
    savedAs.push_back(format);
    answer<WrittenNetwork>(QStringLiteral("save %1").arg(QString::fromStdString(run)),
                           std::move(reply), [place] {
                               return WrittenNetwork{.place = place,
                                                     .files = {place},
                                                     .bytes = 1'500'000,
                                                     .sha256 = std::string(64, 'a')};
                           });
}

void FakePredictions::predictFiles(const std::optional<RunId>& run, const PredictRequest& request,
                                   Reply<Predictions> reply) {
    predictedFor.emplace_back(run, request);
    if (reply.progress && hold)
        reply.progress(0.25, QStringLiteral("walk-000012"));
    answer<Predictions>(QStringLiteral("predict files"), std::move(reply),
                        [this] { return predictions; });
}

CompareDesk::CompareDesk()
    : catalogue(testCatalogue()),
      settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat),
      store(std::make_unique<StoreAccess>(folder.path().toStdString() + "/store")) {}

PageContext CompareDesk::context() {
    if (!draft)
        draft = std::make_unique<ExperimentDraft>(catalogue, jobs, settings);
    return {catalogue, *draft, *store, runs, jobs, dialogs, navigator, settings};
}

Store CompareDesk::open() const {
    return valueOf(Store::open(folder.path().toStdString() + "/store", StoreMode::ReadWrite));
}

RunId CompareDesk::makeRun(const std::string& name, std::int64_t step, DamagedSamples damaged) {
    Store there = open();
    ExperimentSpec spec = testSpec();
    spec.name = name;
    spec.data.damaged = damaged;
    const RunId run = valueOf(there.createRun({spec, std::nullopt, {}, 1200}));
    done(there.recordStart(run, {.spec = spec,
                                 .plan = Json::object(),
                                 .dataset = Json::object(),
                                 .steps = 1200,
                                 .stepsPerEpoch = 100,
                                 .trainedParameters = 1.84e6,
                                 .collapsedParameters = 0.37e6}));
    {
        const auto writer = valueOf(StoreWriter::open(there.folder(), run));
        MetricRows rows;
        for (const auto& [task, metric, value] :
             {std::tuple("segmentation", "miou", 0.412), std::tuple("depth", "abs_err", 0.672),
              std::tuple("normal", "mean_angle", 34.6)})
            rows.push_back({task, metric, "val", 600, 6, 90, value});
        done(writer->append(rows));
        done(writer->close());
    }
    if (step > 0) {
        addCheckpoint(run, step);
        done(there.release(run, RunState::Finished));
    } else {
        done(there.setState(run, RunState::Running));
    }
    return run;
}

void CompareDesk::addCheckpoint(const RunId& run, std::int64_t step) {
    const Store there = open();
    const auto writer = valueOf(StoreWriter::open(there.folder(), run));
    CheckpointEvent event;
    event.position = {step, static_cast<double>(step) / 100, static_cast<double>(step)};
    event.file = (there.checkpointFolder(run) / (std::to_string(step) + ".safetensors")).string();
    event.bytes = 5;
    event.sha256 = "made up " + std::to_string(step);
    event.reason = "schedule";
    done(writer->checkpoint(event));
    done(writer->close());
}

} // namespace concertina::testing
