// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/loader.h"
#include "core/tasks/task.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

// The folder dataset on real frames. What is expected of them stands in the README beside them.
class NyuV2Test : public QObject {
    Q_OBJECT

    std::shared_ptr<const Dataset> m_dataset;

    /// All of a split at 96 × 128, as batches of 15.
    void forEachBatch(const std::string& split, const std::function<void(const Batch&)>& look) {
        const auto cache = std::make_shared<SampleCache>(m_dataset, split, 96, 128,
                                                         std::make_shared<CacheRoom>(0));
        const LoaderPlan plan{.samples = cache->size(), .batch = 15, .shuffle = false, .keepLast = true};
        Loader loader(cache, BatchMaker(m_dataset->description().targets, {0, 1, 2}, {}), plan,
                      {.end = plan.batchesPerEpoch(), .threads = 2});
        for (std::int64_t i = 0; i < plan.batchesPerEpoch(); ++i) {
            const LoadedBatch loaded = loader.next();
            QVERIFY2(loaded.batch, loaded.batch ? "" : toText(loaded.batch.error()).c_str());
            look(*loaded.batch);
        }
    }

    /// Unit vectors from the camera through each pixel, [1, 3, 96, 128].
    torch::Tensor rays() const {
        const Camera camera = *m_dataset->description().camera; // of 192 × 256 frames
        const torch::Tensor x = ((torch::arange(128) + 0.5) * 2 - 0.5 - camera.cx) / camera.fx;
        const torch::Tensor y = ((torch::arange(96) + 0.5) * 2 - 0.5 - camera.cy) / camera.fy;
        const torch::Tensor ray =
            torch::stack({x.view({1, 128}).expand({96, 128}), y.view({96, 1}).expand({96, 128}),
                          torch::ones({96, 128})});
        return (ray / ray.norm(2, {0}, true)).unsqueeze(0);
    }

private Q_SLOTS:
    void initTestCase() {
        const std::string folder = realData("nyuv2");
        if (folder.empty())
            QSKIP("the real frames are not here; CONCERTINA_DATA can say where they are");
        const auto dataset = openDataset({"folder", {{"path", folder}}});
        QVERIFY2(dataset, dataset ? "" : toText(dataset.error()).c_str());
        m_dataset = *dataset;
    }

    void theFolderIsWhatItsReadmeSays() {
        const DatasetDescription& description = m_dataset->description();
        QCOMPARE(description.split("train")->size, 795);
        QCOMPARE(description.split("val")->size, 150);
        QVERIFY(description.split("train")->targetCounts == (std::vector<int>{795, 795, 795}));
        QVERIFY(description.split("val")->targetCounts == (std::vector<int>{150, 150, 150}));
        QCOMPARE(description.targets.size(), 3U);
        const TargetInfo& labels = *description.target("segmentation");
        QCOMPARE(labels.classes.size(), 13U);
        QCOMPARE(labels.classes[0].name, std::string("bed"));
        QCOMPARE(labels.classes[12].name, std::string("window"));
        QCOMPARE(labels.ignore, 255);
        QVERIFY(description.target("depth")->encoding == Encoding::UInt16);
        QCOMPARE(description.target("depth")->scale, 0.001);
        QVERIFY(description.camera && std::abs(description.camera->fx - 207.543) < 1e-9);
    }

    void framesHaveTheirOwnSize() {
        const auto sample = m_dataset->sample("train", 0, 192, 256);
        QVERIFY(sample);
        QCOMPARE(sample->image.width, 256);
        for (const TargetPlane& plane : sample->targets)
            QVERIFY(plane.height == 192 && plane.width == 256);
    }

    void constantPredictionsHaveTheErrorsThatTheReadmeStates() {
        // Over `val` at 96 × 128: the majority class 29.8 % of labelled pixels, the median depth
        // 0.964 m of mean error, the mean normal 50.5°: right only where labels, metres, axes and
        // invalid pixels are read right.
        torch::Tensor counts = torch::zeros({13}, torch::kInt64);
        std::vector<torch::Tensor> depths;
        torch::Tensor sum = torch::zeros({3}, torch::kFloat64);
        forEachBatch("val", [&](const Batch& batch) {
            counts += torch::bincount(batch.targets[0].only().masked_select(batch.targets[0].only() >= 0), {}, 13);
            depths.push_back(batch.targets[1].only().masked_select(batch.targets[1].only() > 0));
            sum += batch.targets[2].only().sum({0, 2, 3}, false, torch::kFloat64);
        });
        const double majority =
            counts.max().item<double>() / counts.sum().item<double>();
        QVERIFY(std::abs(majority - 0.298) < 0.002);
        QCOMPARE(counts.argmax().item<std::int64_t>(), 11); // wall
        QCOMPARE((counts > 0).sum().item<std::int64_t>(), 13);
        const torch::Tensor all = torch::cat(depths);
        QVERIFY(std::abs((all - all.median()).abs().mean().item<double>() - 0.964) < 0.005);

        const auto metrics =
            taskEntry("normal").make(Json::object(), m_dataset->description().targets[2])->metrics();
        forEachBatch("val", [&](const Batch& batch) {
            metrics->add(sum.view({1, 3, 1, 1}).expand_as(batch.targets[2].only()), batch.targets[2].only());
        });
        QVERIFY(std::abs(metrics->values()[0] - 50.5) < 0.3);
    }

    void depthAndNormalsOfAllTrainingFramesArePlausible() {
        double nearest = 100, farthest = 0, towards = 0, normals = 0, known = 0, pixels = 0;
        forEachBatch("train", [&](const Batch& batch) {
            const torch::Tensor depth = batch.targets[1].only();
            known += (depth > 0).sum().item<double>();
            pixels += static_cast<double>(depth.numel());
            nearest = std::min(nearest, depth.masked_select(depth > 0).min().item<double>());
            farthest = std::max(farthest, depth.max().item<double>());
            const torch::Tensor length = batch.targets[2].only().norm(2, {1});
            const torch::Tensor unit = (length - 1).abs() < 1e-5;
            QVERIFY(torch::logical_or(unit, length == 0).all().item<bool>());
            normals += unit.sum().item<double>();
            const torch::Tensor cosine = (batch.targets[2].only() * rays()).sum(1);
            towards += (cosine.masked_select(unit) < 0.05).sum().item<double>();
        });
        QVERIFY(known / pixels > 0.99);      // dense
        QVERIFY(nearest > 0.3);              // a Kinect sees nothing nearer
        QVERIFY(farthest > 8 && farthest <= 10.5); // nor farther
        QVERIFY(normals / pixels > 0.95);
        // A surface that is seen faces the camera: its normal is against the pixel's ray.
        QVERIFY2(towards / normals > 0.99, QByteArray::number(towards / normals).constData());
    }
};

QTEST_GUILESS_MAIN(NyuV2Test)
#include "tst_nyuv2.moc"
