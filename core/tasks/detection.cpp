// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/heads.h"
#include "core/tasks/centers.h"
#include "core/tasks/object_metrics.h"
#include "core/tensor/torch.h"

namespace concertina {

namespace {

constexpr int mostFound = 100; ///< of an image, as COCO's metric takes them

class Detection final : public Task {
public:
    Detection(const Json& options, int classes)
        : m_classes(classes), m_sizeWeight(options.at("size_weight").get<double>()) {}

    std::int64_t validCount(const TargetBatch& target) const override {
        return knownImages(target);
    }

    torch::Tensor loss(const torch::Tensor& output, const TargetBatch& target) const override {
        if (validCount(target) == 0)
            return {};
        return centersLoss(lossValues(output), target, m_classes, m_sizeWeight);
    }

    std::unique_ptr<MetricAccumulator> metrics() const override {
        return objectMetrics(boxPrecisionRules(), m_classes,
                             [*this](const torch::Tensor& output) { return prediction(output); });
    }

    torch::Tensor prediction(const torch::Tensor& output) const override {
        return centerPeaks(output, m_classes, heatPeaks(output.narrow(1, 0, m_classes), mostFound));
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
          .options = {sizeWeightOption(),
                      headChannelsOption(64, "Of the layers inside the head.")}},
         &boxesTarget(),
         "B",
         objectMetricInfos(mostFound, false),
         [](GraphBuilder& builder, const HeadPlace& place, const Json& options) {
             return centerHead(builder, place, options["head_channels"].get<int>());
         }},
        [](const Json& options, const TargetInfo& target) {
            return std::make_unique<Detection>(options, static_cast<int>(target.classes.size()));
        }};
    return entry;
}

} // namespace concertina
