// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/heads.h"
#include "core/tasks/keypoint_maps.h"
#include "core/tasks/object_metrics.h"
#include "core/tensor/torch.h"
#include "core/values/keypoint_names.h"

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

constexpr int mostObjects = 20; ///< of an image, as COCO's metric takes them

class KeypointTask final : public Task {
public:
    KeypointTask(const Json& options, const TargetInfo& target)
        : m_points(static_cast<std::int64_t>(target.classes.size())),
          m_sigmas(keypointSigmas(target.classes)),
          m_sizeWeight(options.at("size_weight").get<double>()) {}

    std::int64_t validCount(const TargetBatch& target) const override {
        return knownImages(target);
    }

    /// The loss of centres and boxes, as detection's, and that of points: the mean of |Δ way| over
    /// coordinates, and (the focal loss of the maps of points + |Δ place|) ÷ points.
    torch::Tensor loss(const torch::Tensor& output, const TargetBatch& target) const override {
        if (validCount(target) == 0)
            return {};
        const torch::Tensor values = lossValues(output);
        return centersLoss(values, target, 1, m_sizeWeight) + pointsLoss(values, target);
    }

    std::unique_ptr<MetricAccumulator> metrics() const override {
        return objectMetrics(keypointPrecisionRules(m_sigmas), 1,
                             [*this](const torch::Tensor& output) { return prediction(output); });
    }

    torch::Tensor prediction(const torch::Tensor& output) const override {
        return keypointPeaks(output, m_points, mostObjects);
    }

private:
    torch::Tensor pointsLoss(const torch::Tensor& values, const TargetBatch& target) const {
        const PointMaps maps = pointMaps(target, m_points, values.size(2), values.size(3));
        torch::Tensor sum =
            centerLoss(values.narrow(1, 5 + 2 * m_points, m_points) - centerPrior, maps.points);
        const std::int64_t points = maps.indices.size(0);
        if (points == 0)
            return sum;
        const torch::Tensor places =
            atCells(values.narrow(1, 5 + 3 * m_points, 2), maps.points.cells);
        sum = sum + (places - maps.points.offsets).abs().sum();
        const torch::Tensor ways =
            atCells(values.narrow(1, 5, 2 * m_points), maps.centers)
                .view({points, m_points, 2})
                .gather(1, maps.indices.view({points, 1, 1}).expand({points, 1, 2}))
                .squeeze(1);
        return sum / static_cast<double>(points) + (ways - maps.ways).abs().mean();
    }

    std::int64_t m_points;
    std::vector<double> m_sigmas;
    double m_sizeWeight;
};

} // namespace

const TaskEntry& keypointsTask() {
    static const TaskEntry entry{
        {{.id = "keypoints",
          .label = "Keypoints",
          .help = "Points of the objects of one kind, such as a person's joints: objects are found "
                  "by their centres, and each point by the way to it from the centre and a map of "
                  "such points. Loss: that of detection, the distances of the ways, and the focal "
                  "loss of the maps. AP is COCO's, by the similarity of keypoints (OKS): the mean "
                  "over similarities of 0.50 to 0.95, objects without a labelled point not "
                  "counted, 20 found objects a picture.",
          .source = "Objects as Points (Zhou, Wang, Krähenbühl 2019, arXiv 1904.07850), section "
                    "6.2; metrics: COCO's evaluation",
          .options = {sizeWeightOption(),
                      headChannelsOption(64, "Of the layers inside the head.")}},
         &keypointsTarget(),
         "K",
         objectMetricInfos(mostObjects, true),
         [](GraphBuilder& builder, const HeadPlace& place, const Json& options) {
             return centerHead(builder, place, options["head_channels"].get<int>());
         }},
        [](const Json& options, const TargetInfo& target) {
            return std::make_unique<KeypointTask>(options, target);
        }};
    return entry;
}

} // namespace concertina
