// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tasks/object_metrics.h"

#include "core/data/target_objects.h"
#include "core/tensor/torch.h"

#include <limits>
#include <utility>

namespace concertina {

namespace {

class ObjectMetrics final : public MetricAccumulator {
public:
    ObjectMetrics(PrecisionRules rules, int classes, DecodeObjects decode)
        : m_recall(recallName(rules)),
          m_most(rules.limits.back()),
          m_byKeypoints(rules.measure.byKeypoints()),
          m_decode(std::move(decode)),
          m_precision(std::move(rules), classes) {}

    void add(const torch::Tensor& output, const TargetBatch& target) override {
        const torch::Tensor found = m_decode(output.detach()).cpu();
        const torch::Tensor isFinite = torch::isfinite(output).flatten(1).all(1).cpu();
        const TargetBatch near = target.to(torch::kCPU);
        for (std::int64_t n = 0; n < near.size(); ++n) {
            BatchObjects truth = objectsOf(near, n);
            if (!truth.isKnown)
                continue;
            m_finite = m_finite && isFinite[n].item<bool>();
            std::vector<ImageObject> objects = foundObjects(found[n]);
            for (std::vector<ImageObject>* list : {&truth.objects, &objects})
                for (ImageObject& object : *list) {
                    const double area = object.area; // a truth's is in pixels as it is
                    object = object.scaled(truth.width, truth.height);
                    object.area = area;
                }
            m_precision.add(truth.objects, objects);
        }
    }

    std::vector<double> values() const override {
        constexpr double notKnown = std::numeric_limits<double>::quiet_NaN();
        if (!m_finite)
            return {notKnown, notKnown, notKnown, notKnown};
        const PrecisionReport report = m_precision.report();
        return {report.figure("AP"), report.figure("AP50"), report.figure("AP75"),
                report.figure(m_recall)};
    }

    ClassFigures byClass() const override {
        if (m_byKeypoints) // all are of one class
            return {};
        ClassFigures figures{.counted = "objects", .metrics = objectMetricInfos(m_most, false)};
        for (const ClassPrecision& of : m_precision.report().classes)
            figures.rows.push_back(
                {of.truths,
                 m_finite ? std::vector{of.average, of.atHalf, of.atThreeQuarters, of.recall}
                          : std::vector<double>(4, std::numeric_limits<double>::quiet_NaN())});
        return figures;
    }

private:
    /// As `PrecisionReport` calls the recall with as many found objects as may count.
    static std::string recallName(const PrecisionRules& rules) {
        return rules.limits.size() == 1 ? "AR" : "AR" + std::to_string(rules.limits.back());
    }

    std::string m_recall;
    int m_most; ///< found objects of an image
    bool m_byKeypoints;
    DecodeObjects m_decode;
    bool m_finite = true;
    AveragePrecision m_precision;
};

} // namespace

std::unique_ptr<MetricAccumulator> objectMetrics(PrecisionRules rules, int classes,
                                                 DecodeObjects decode) {
    return std::make_unique<ObjectMetrics>(std::move(rules), classes, std::move(decode));
}

std::vector<MetricInfo> objectMetricInfos(int mostFound, bool byKeypoints) {
    const std::string id = byKeypoints ? "oks_" : "";
    const std::string label = byKeypoints ? "OKS " : "";
    return {{id + "ap", label + "AP", "", true, 3},
            {id + "ap50", label + "AP50", "", true, 3},
            {id + "ap75", label + "AP75", "", true, 3},
            {id + "ar" + std::to_string(mostFound), label + "AR", "", true, 3}};
}

std::int64_t knownImages(const TargetBatch& target) {
    std::int64_t known = 0;
    for (std::size_t n = 0; n + 1 < target.offsets.size(); ++n)
        known += target.offsets[n] < target.offsets[n + 1] ? 1 : 0;
    return known;
}

} // namespace concertina
