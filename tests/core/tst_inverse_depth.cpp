// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/batch.h"
#include "core/tasks/task.h"
#include "core/tensor/torch.h"
#include "core/values/value_map.h"

#include <QTest>

#include <cstring>

using namespace concertina;

class InverseDepthTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void inverseDepthGrowsWhereAPictureIsEnlarged() {
        // A window of half the sides is twice as near: twice the inverse depth, half the depth.
        TargetPlane plane{Encoding::Float32, 4, 4, {}};
        const std::vector<float> values(16, 0.25F);
        plane.bytes.resize(64);
        std::memcpy(plane.bytes.data(), values.data(), 64);
        const Sample sample{.image = blankImage(4, 4), .targets = {plane, plane}};
        const Sample* one = &sample;
        const Augmentation augmentation{.scale = 2};
        const Batch batch =
            BatchMaker({{.name = "a", .kind = &inverseDepthTarget(), .encoding = Encoding::Float32},
                        {.name = "b", .kind = &depthTarget(), .encoding = Encoding::Float32}},
                       {0, 1}, {})
                .make({&one, 1}, {&augmentation, 1});
        QVERIFY(torch::equal(batch.targets[0].only(), torch::full({1, 1, 4, 4}, 0.5)));
        QVERIFY(torch::equal(batch.targets[1].only(), torch::full({1, 1, 4, 4}, 0.125)));
    }

    void inverseDepthIsMeasuredAsDepthIs() {
        const auto task =
            taskEntry("inverse-depth")
                .make(Json::object(), {.name = "inverse-depth", .kind = &inverseDepthTarget()});
        const torch::Tensor target = torch::tensor({0.5F, 0.25F, 0.0F}).view({1, 1, 1, 3});
        const torch::Tensor output = torch::tensor({0.25F, 0.375F, 9.0F}).view({1, 1, 1, 3});
        QCOMPARE(task->loss(output, target).item<double>(), (0.25 + 0.125) / 2);
        const auto metrics = task->metrics();
        metrics->add(output, target);
        QCOMPARE(metrics->values(), (std::vector<double>{(0.25 + 0.125) / 2, (0.5 + 0.5) / 2}));
        const ValueMap map{&inverseDepthTarget(), 1, 2, {0.0412F, 0.000023F}};
        QCOMPARE(valueText(map, 0, 0, {}), std::string("0.0412"));
        QCOMPARE(valueText(map, 0, 1, {}), std::string("2.3e-5"));
        QCOMPARE(inverseDepthTarget().errorText(0.0125), std::string("0.0125"));
    }
};

QTEST_GUILESS_MAIN(InverseDepthTest)
#include "tst_inverse_depth.moc"
