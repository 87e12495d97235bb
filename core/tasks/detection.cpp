// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/target_objects.h"
#include "core/model/heads.h"
#include "core/tasks/centers.h"
#include "core/tasks/task.h"
#include "core/tensor/torch.h"
#include "core/values/average_precision.h"

#include <algorithm>
#include <limits>

namespace concertina {

namespace {

constexpr std::int64_t mostFound = 100; ///< of an image, as COCO's metric takes them

/// AP, AP50, AP75 and AR in the pixels of the pictures that the images were made from.
class BoxMetrics : public MetricAccumulator {
public:
    explicit BoxMetrics(int classes)
        : m_classes(classes), m_precision(boxPrecisionRules(), classes) {}

    void add(const torch::Tensor& output, const TargetBatch& target) override {
        const torch::Tensor found = centerPeaks(output.detach(), m_classes, mostFound).cpu();
        const torch::Tensor isFinite = torch::isfinite(output).flatten(1).all(1).cpu();
        const TargetBatch near = target.to(torch::kCPU);
        for (std::int64_t n = 0; n < near.size(); ++n) {
            BatchObjects truth = objectsOf(near, n);
            if (!truth.isKnown)
                continue;
            m_finite = m_finite && isFinite[n].item<bool>();
            std::vector<ImageObject> objects = foundObjects(found[n]);
            for (std::vector<ImageObject>* list : {&truth.objects, &objects})
                for (ImageObject& object : *list)
                    object.box = object.box.scaled(truth.width, truth.height);
            m_precision.add(truth.objects, objects);
        }
    }

    std::vector<double> values() const override {
        constexpr double notKnown = std::numeric_limits<double>::quiet_NaN();
        if (!m_finite)
            return {notKnown, notKnown, notKnown, notKnown};
        const PrecisionReport report = m_precision.report();
        return {report.figure("AP"), report.figure("AP50"), report.figure("AP75"),
                report.figure("AR100")};
    }

private:
    int m_classes;
    bool m_finite = true;
    AveragePrecision m_precision;
};

class Detection : public Task {
public:
    Detection(const Json& options, int classes)
        : m_classes(classes), m_sizeWeight(options.at("size_weight").get<double>()) {}

    std::int64_t validCount(const TargetBatch& target) const override {
        std::int64_t known = 0;
        for (std::size_t n = 0; n + 1 < target.offsets.size(); ++n)
            known += target.offsets[n] < target.offsets[n + 1] ? 1 : 0;
        return known;
    }

    /// (the focal loss of the centres + λ · |Δ size| + |Δ place|) ÷ objects, or ÷ 1 where there is
    /// none; differences in cells.
    torch::Tensor loss(const torch::Tensor& output, const TargetBatch& target) const override {
        if (validCount(target) == 0)
            return {};
        const CenterMaps maps = centerMaps(target, m_classes, output.size(2), output.size(3));
        const torch::Tensor values =
            output.scalar_type() == torch::kFloat64 ? output : output.to(torch::kFloat32);
        torch::Tensor sum = centerLoss(values.narrow(1, 0, m_classes) - centerPrior, maps);
        const std::int64_t objects = maps.cells.size(0);
        if (objects > 0) {
            const torch::Tensor boxes = atCells(values.narrow(1, m_classes, 4), maps.cells);
            sum = sum + m_sizeWeight * (boxes.narrow(1, 0, 2) - maps.sizes).abs().sum()
                  + (boxes.narrow(1, 2, 2) - maps.offsets).abs().sum();
        }
        return sum / static_cast<double>(std::max<std::int64_t>(1, objects));
    }

    std::unique_ptr<MetricAccumulator> metrics() const override {
        return std::make_unique<BoxMetrics>(m_classes);
    }

    torch::Tensor prediction(const torch::Tensor& output) const override {
        return centerPeaks(output, m_classes, mostFound);
    }

private:
    int m_classes;
    double m_sizeWeight;
};

} // namespace

const TaskEntry& detectionTask() {
    static const TaskEntry entry{
        {{.id = "detection",
          .label = "Detection",
          .help =
              "The objects of the picture, each with its class and box, found by their centres. "
              "Loss: the focal loss of a map of centres a class, and the distances of sizes and "
              "places at the true ones. AP is COCO's: the mean over classes and over overlaps "
              "of 0.50 to 0.95, crowds not counted, 100 found objects a picture.",
          .source = "Objects as Points (Zhou, Wang, Krähenbühl 2019, arXiv 1904.07850), with a "
                    "radius of its Gaussians of our own; metrics: COCO's evaluation",
          .options = {{.path = "size_weight",
                       .type = FieldType::Real,
                       .defaultValue = 0.1,
                       .minimum = 0,
                       .maximum = 100,
                       .label = "Weight of sizes",
                       .help = "Of the distance between sizes, in cells of the map, beside that of "
                               "places.",
                       .advanced = true},
                      headChannelsOption(64, "Of the layers inside the head.")}},
         &boxesTarget(),
         "B",
         {{"ap", "AP", "", true, 3},
          {"ap50", "AP50", "", true, 3},
          {"ap75", "AP75", "", true, 3},
          {"ar100", "AR", "", true, 3}},
         [](GraphBuilder& builder, const HeadPlace& place, const Json& options) {
             return centerHead(builder, place, options["head_channels"].get<int>());
         }},
        [](const Json& options, const TargetInfo& target) {
            return std::make_unique<Detection>(options, static_cast<int>(target.classes.size()));
        }};
    return entry;
}

} // namespace concertina
