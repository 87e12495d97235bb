// SPDX-License-Identifier: GPL-3.0-or-later
// Targets and tasks of whole pictures: the class, the classes that are there, quantities.
#include "core/catalogue.h"
#include "core/collapse/collapse.h"
#include "core/collapse/collapsed_network.h"
#include "core/data/target_tensors.h"
#include "core/model/validate.h"
#include "core/tasks/task.h"
#include "core/tensor/torch.h"
#include "core/training/checkpoint.h"
#include "core/training/run_data.h"
#include "tests/core/training_testing.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr float unknown = std::numeric_limits<float>::quiet_NaN();

TargetInfo targetOf(const TargetKind& kind, int names) {
    TargetInfo target{.name = kind.usualName(), .kind = &kind};
    for (int i = 0; i < names; ++i)
        target.classes.push_back({"name " + std::to_string(i), {}});
    return target;
}

std::unique_ptr<Task> taskOf(const TargetKind& kind, int names, Json options = Json::object()) {
    const TaskEntry& entry = taskEntry(kind.usualName());
    return entry.make(completeOptions(entry.info, options), targetOf(kind, names));
}

/// [N, C, 1, 1].
torch::Tensor rows(const std::vector<std::vector<float>>& values) {
    const auto columns = static_cast<std::int64_t>(values.front().size());
    torch::Tensor all = torch::empty({static_cast<std::int64_t>(values.size()), columns, 1, 1});
    for (std::size_t n = 0; n < values.size(); ++n)
        for (std::size_t c = 0; c < values[n].size(); ++c)
            all[static_cast<std::int64_t>(n)][static_cast<std::int64_t>(c)].fill_(values[n][c]);
    return all;
}

std::vector<double> measured(const Task& task, const torch::Tensor& output,
                             const TargetBatch& target) {
    const auto metrics = task.metrics();
    metrics->add(output, target);
    return metrics->values();
}

bool near(double a, double b, double limit = 1e-6) {
    return std::abs(a - b) < limit;
}

/// Precision and recall at every threshold, the area by its definition.
double areaByThresholds(const std::vector<float>& scores, const std::vector<bool>& isThere) {
    std::vector<float> thresholds = scores;
    std::ranges::sort(thresholds, std::greater<>());
    const auto all = static_cast<double>(std::ranges::count(isThere, true));
    double area = 0, before = 0;
    for (const float threshold : thresholds) {
        double hits = 0, found = 0;
        for (std::size_t i = 0; i < scores.size(); ++i)
            if (scores[i] >= threshold) {
                ++found;
                hits += isThere[i] ? 1 : 0;
            }
        area += (hits / all - before) * hits / found;
        before = hits / all;
    }
    return area;
}

ExperimentSpec pictureSpec() {
    ExperimentSpec spec = tinySpec("factored", "*: factors shared");
    spec.tasks = {{.method = {"segmentation"}}, {.method = {"classification"}},
                  {.method = {"presence"}},     {.method = {"regression"}},
                  {.method = {"detection"}},    {.method = {"keypoints"}}};
    spec.train.previews = 2;
    return withCompleteOptions(spec, catalogue());
}

} // namespace

class PictureTargetsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyKindHasTensorsAndATaskThatLearnsIt() {
        for (const TargetKind* kind : targetKinds()) {
            QVERIFY(&targetTensors(*kind).kind() == kind);
            QCOMPARE(targetKind(kind->id()), kind);
            QVERIFY2(catalogue().task(kind->usualName()) != nullptr, kind->id());
            QCOMPARE(catalogue().task(kind->usualName())->target, kind);
        }
        QCOMPARE(targetKind("unknown"), nullptr);
    }

    void partsOfABatchAreThoseOfItsImages() {
        TargetBatch items; // 2, 0 and 3 items
        items.tensors = {torch::arange(5), torch::arange(10).view({5, 2})};
        items.offsets = {0, 2, 2, 5};
        QCOMPARE(items.size(), std::int64_t{3});
        const TargetBatch last = items.narrow(1, 2);
        QCOMPARE(last.offsets, (std::vector<std::int64_t>{0, 0, 3}));
        QVERIFY(torch::equal(last.tensors[0], torch::tensor({2, 3, 4})));
        const TargetBatch chosen = items.select({2, 0, 1, 2});
        QCOMPARE(chosen.offsets, (std::vector<std::int64_t>{0, 3, 5, 5, 8}));
        QVERIFY(torch::equal(chosen.tensors[0], torch::tensor({2, 3, 4, 0, 1, 2, 3, 4})));
        QVERIFY(torch::equal(chosen.tensors[1][3], torch::tensor({0, 1})));
        const TargetBatch dense(torch::arange(6).view({3, 2}));
        QVERIFY(torch::equal(dense.select({2, 0}).only(), torch::tensor({{4, 5}, {0, 1}})));
        QVERIFY(torch::equal(dense.narrow(1, 1).only(), torch::tensor({{2, 3}})));
    }

    void classificationIsCrossEntropyOverPicturesThatHaveAClass() {
        const auto output = rows({{2, 1, 0}, {0, 0, 0}, {5, 5, 5}});
        const TargetBatch target(rows({{1, 0, 0}, {0, 0, 1}, {unknown, unknown, unknown}}));
        const double first = -2 + std::log(std::exp(2.0) + std::exp(1.0) + 1);
        const double second = std::log(3.0);
        const auto task = taskOf(labelTarget(), 3);
        QCOMPARE(task->validCount(target), std::int64_t{2});
        QVERIFY(near(task->loss(output, target).item<double>(), (first + second) / 2));
        // Szegedy 2016: the target is (1 − ε) at the class and ε / K everywhere.
        const double total = std::log(std::exp(2.0) + std::exp(1.0) + 1);
        const double smooth = 0.9 * (total - 2) + 0.1 / 3 * (3 * total - 3);
        const auto smoothed = taskOf(labelTarget(), 3, {{"smoothing", 0.1}});
        QVERIFY(near(smoothed->loss(output.narrow(0, 0, 1), target.narrow(0, 1)).item<double>(),
                     smooth));
        QVERIFY(!task->loss(output.narrow(0, 2, 1), target.narrow(2, 1)).defined());
    }

    void topScoresAreCountedByPictureAndByClass() {
        // Of class 0 two of three, of class 1 none of one, seven classes.
        torch::Tensor output = torch::zeros({5, 7, 1, 1});
        torch::Tensor target = torch::zeros({5, 7, 1, 1});
        const std::vector<int> truth{0, 0, 0, 1}, said{0, 0, 3, 2};
        for (int n = 0; n < 4; ++n) {
            output[n] = torch::arange(7, torch::kFloat32).view({7, 1, 1}) * 0.01;
            output[n][said[static_cast<std::size_t>(n)]].fill_(1);
            target[n][truth[static_cast<std::size_t>(n)]].fill_(1);
        }
        target[4].fill_(unknown); // counts nowhere
        const auto values = measured(*taskOf(labelTarget(), 7), output, target);
        QVERIFY(near(values[0], 2.0 / 4));
        // Class 0 of the third picture has the lowest score of seven; class 1 of the fourth is
        // before 0 alone, and so the sixth.
        QVERIFY(near(values[1], 2.0 / 4));
        QVERIFY(near(values[2], (2.0 / 3 + 0) / 2));
        output[0].fill_(unknown);
        for (const double value : measured(*taskOf(labelTarget(), 7), output, target))
            QVERIFY(std::isnan(value));
    }

    void presenceLearnsFromWhatIsKnownAlone() {
        const auto task = taskOf(presenceTarget(), 3);
        const auto output = rows({{1, -2, 0}, {3, 0, 9}});
        const TargetBatch target(rows({{1, 0, unknown}, {unknown, 1, unknown}}));
        QCOMPARE(task->validCount(target), std::int64_t{3});
        const double expected =
            (std::log1p(std::exp(-1.0)) + std::log1p(std::exp(-2.0)) + std::log(2.0)) / 3;
        QVERIFY(near(task->loss(output, target).item<double>(), expected));
        QVERIFY(!task->loss(output, TargetBatch(torch::full({2, 3, 1, 1}, unknown))).defined());
        const auto gradientOf = output.clone().requires_grad_();
        task->loss(gradientOf, target).backward();
        QCOMPARE(gradientOf.grad()[1][2].item<double>(), 0.0); // not known: it pulls nowhere
    }

    void averagePrecisionIsTheAreaOverItsThresholds() {
        // By hand: in falling order there, not, there: (1/2 · 1/1) + (1/2 · 2/3).
        const auto task = taskOf(presenceTarget(), 1);
        QVERIFY(near(measured(*task, rows({{3}, {2}, {1}}), rows({{1}, {0}, {1}}))[0],
                     0.5 + 0.5 * 2 / 3));
        std::mt19937 random(7);
        for (int round = 0; round < 50; ++round) {
            std::vector<float> scores;
            std::vector<bool> isThere;
            torch::Tensor output = torch::zeros({30, 1, 1, 1});
            torch::Tensor target = torch::full({30, 1, 1, 1}, unknown);
            for (int i = 0; i < 30; ++i) {
                const auto score = static_cast<float>(random() % 9); // many are equal
                const bool known = i == 0 || random() % 4 > 0;
                const bool there = i == 0 || random() % 3 == 0;
                output[i].fill_(score);
                if (!known)
                    continue;
                target[i].fill_(there ? 1 : 0);
                scores.push_back(score);
                isThere.push_back(there);
            }
            QVERIFY(near(measured(*task, output, target)[0], areaByThresholds(scores, isThere)));
        }
    }

    void classesThatNoPictureHasDoNotCount() {
        const auto values = measured(*taskOf(presenceTarget(), 3), rows({{1, -1, 5}, {-1, 1, 5}}),
                                     rows({{1, 0, 0}, {0, 0, unknown}}));
        QVERIFY(near(values[0], 1)); // the first alone has a picture, and it is in front
        QVERIFY(near(values[1], 3.0 / 5)); // of five that are known
    }

    void regressionIsOfKnownQuantities() {
        const auto output = rows({{1, 10}, {2, 20}});
        const TargetBatch target(rows({{0, unknown}, {5, 20.5F}}));
        const auto lossOf = [&](const char* loss) {
            return taskOf(valuesTarget(), 2, {{"loss", loss}})->loss(output, target).item<double>();
        };
        QVERIFY(near(lossOf("l1"), (1 + 3 + 0.5) / 3));
        QVERIFY(near(lossOf("l2"), (1 + 9 + 0.25) / 3));
        QVERIFY(near(lossOf("smooth_l1"), (0.5 + 2.5 + 0.125) / 3)); // below 1: x² / 2
        const auto values = measured(*taskOf(valuesTarget(), 2), output, target);
        QVERIFY(near(values[0], (1 + 3 + 0.5) / 3));
        QVERIFY(near(values[1], std::sqrt((1 + 9 + 0.25) / 3)));
    }

    void storedTargetsBecomeTensors() {
        const TargetInfo label = targetOf(labelTarget(), 3);
        const TargetPlane second{Encoding::Index16, 1, 1, {2, 0}};
        const TargetPlane none;
        const std::vector<Augmentation> plain(2);
        const auto batchOf = [&](const TargetInfo& info, const TargetPlane& plane) {
            return targetTensors(*info.kind).batch({info, {&plane, &none}, plain, 8, 8}).only();
        };
        const torch::Tensor labels = batchOf(label, second).flatten(1);
        QVERIFY(torch::equal(labels[0], torch::tensor({0.0F, 0.0F, 1.0F})));
        QVERIFY(torch::isnan(labels[1]).all().item<bool>());

        const TargetPlane seen{Encoding::Index8, 1, 3, {1, 255, 0}};
        const torch::Tensor present = batchOf(targetOf(presenceTarget(), 3), seen).flatten(1);
        QCOMPARE(present[0][0].item<float>(), 1.0F);
        QVERIFY(std::isnan(present[0][1].item<float>()));
        QCOMPARE(present[0][2].item<float>(), 0.0F);

        TargetInfo scaled = targetOf(valuesTarget(), 2);
        scaled.scale = 0.5;
        scaled.offset = 1;
        TargetPlane quantities{Encoding::Float32, 1, 2, std::vector<std::uint8_t>(8)};
        const std::array<float, 2> stored{6, unknown};
        std::memcpy(quantities.bytes.data(), stored.data(), 8);
        const torch::Tensor values = batchOf(scaled, quantities).flatten(1);
        QCOMPARE(values[0][0].item<float>(), 4.0F);
        QVERIFY(torch::isnan(values[0][1]).item<bool>());
        QCOMPARE(targetTensors(valuesTarget()).known(quantities, scaled), std::int64_t{1});
        QCOMPARE(targetTensors(presenceTarget()).known(seen, label), std::int64_t{2});
        QCOMPARE(targetTensors(labelTarget()).known(none, label), std::int64_t{0});
    }

    void optionsThatASpecLeavesOutAreTheirDefaults() {
        ExperimentSpec spec = pictureSpec();
        for (TaskSpec& task : spec.tasks)
            task.method.options = Json::object();
        const auto data = openRunData(spec); // as samples are shown of what is being set up
        QVERIFY2(data, data ? "" : toText(data.error()).c_str());
        QCOMPARE(data->tasks.size(), spec.tasks.size());
    }

    void aRunLearnsThemAndItsCollapsedNetworkIsTheSame() {
        Training training(pictureSpec());
        const auto result = training.run();
        QVERIFY2(result, result ? "" : toText(result.error()).c_str());
        const auto& values = training.record.validations.back().values;
        for (const auto& [task, metric] : {std::pair{"classification", "top1"},
                                           {"presence", "map"},
                                           {"regression", "mae"},
                                           {"detection", "ap"},
                                           {"keypoints", "oks_ap"}})
            QVERIFY2(std::ranges::any_of(values,
                                         [&](const MetricValue& value) {
                                             return value.task == task && value.name == metric
                                                    && std::isfinite(value.value);
                                         }),
                     metric);
        // Two frames: the image, and of each task truth, expanded and collapsed.
        QCOMPARE(training.record.previews.back().images.size(), std::size_t{2 * (1 + 6 * 2)});

        const auto report = verify({.checkpoint = training.lastCheckpoint(),
                                    .spec = training.request.spec,
                                    .images = 3},
                                   [](double, const std::string&) {}, {});
        QVERIFY2(report, report ? "" : toText(report.error()).c_str());
        QVERIFY2(report->passed, report->failure.c_str());

        const auto loaded = loadNetwork(training.lastCheckpoint());
        QVERIFY(loaded);
        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("n.safetensors").toStdString();
        QVERIFY(saveCollapsed(file, fold(loaded->network, loaded->checkpoint)));
        const auto read = loadCollapsed(file);
        QVERIFY2(read, read ? "" : toText(read.error()).c_str());
        const auto outputs = read->forward(torch::zeros({2, 3, 16, 24}), {});
        QCOMPARE(outputs[1].sizes(), (torch::IntArrayRef{2, 5, 1, 1})); // kinds of room
        QCOMPARE(outputs[2].sizes(), (torch::IntArrayRef{2, 11, 1, 1}));
        QCOMPARE(outputs[3].sizes(), (torch::IntArrayRef{2, 1, 1, 1}));
        QCOMPARE(outputs[4].sizes(), (torch::IntArrayRef{2, 11 + 4, 4, 6})); // a quarter of 16 × 24
        QCOMPARE(read->targets[3].classes.front().name, std::string("mean depth (m)"));
    }

    void aRunThatWasCutGoesOnToTheBit() {
        Training whole(pictureSpec());
        QVERIFY(whole.run());
        Training first(pictureSpec());
        first.after(3, [](RunControl& control) { control.stop(); });
        QVERIFY(first.run());
        Training second(pictureSpec());
        second.request.resumeAt = first.lastCheckpoint();
        QVERIFY(second.run());
        QVERIFY(sameTensors(whole.lastCheckpoint(), second.lastCheckpoint()));
    }

    void partitionedImagesAreDealtByTheirTargets() {
        ExperimentSpec spec = pictureSpec();
        spec.network.sharing = {"*: merged"};
        spec.network.routing = Routing::Partitioned;
        Training training(spec);
        const auto result = training.run();
        QVERIFY2(result, result ? "" : toText(result.error()).c_str());
    }
};

QTEST_GUILESS_MAIN(PictureTargetsTest)
#include "tst_picture_targets.moc"
