// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/average_precision.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

namespace concertina {

namespace {

constexpr double noFigure = std::numeric_limits<double>::quiet_NaN();
constexpr int recallPoints = 101; // 0, 0.01, …, 1
constexpr std::size_t atThreeQuarters = 5;

/// As NumPy's linspace(0.5, 0.95, 10) has it, to the bit.
double thresholdAt(std::size_t index) {
    constexpr std::size_t last = AveragePrecision::Thresholds - 1;
    return index == last ? 0.95 : 0.5 + static_cast<double>(index) * ((0.95 - 0.5) / double{last});
}

bool isInside(double area, const PrecisionRules::AreaRange& range) {
    return area >= range.least && area <= range.most;
}

/// The mean of those that are numbers; NaN of none.
class Mean {
public:
    void add(double value) {
        if (std::isnan(value))
            return;
        m_sum += value;
        ++m_count;
    }
    double value() const { return m_count > 0 ? m_sum / m_count : noFigure; }

private:
    double m_sum = 0;
    double m_count = 0;
};

/// COCO's bounds: small to 32², medium to 96², large above.
constexpr double mostOfAll = 1e10;
const PrecisionRules::AreaRange allAreas{"", 0, mostOfAll};
const PrecisionRules::AreaRange smallAreas{"small", 0, 32.0 * 32};
const PrecisionRules::AreaRange mediumAreas{"medium", 32.0 * 32, 96.0 * 96};
const PrecisionRules::AreaRange largeAreas{"large", 96.0 * 96, mostOfAll};

} // namespace

/// Of one class at one threshold.
struct AveragePrecision::Curve {
    double average = noFigure; ///< of the precision at the recall points
    double recall = noFigure;  ///< of all that was found
};

/// Of one class, [limit][area][threshold].
struct AveragePrecision::ClassCurves {
    std::vector<std::array<std::array<Curve, Thresholds>, MostAreas>> curves;

    double mean(double Curve::*member, std::size_t limit, std::size_t area) const {
        Mean mean;
        for (const Curve& curve : curves[limit][area])
            mean.add(curve.*member);
        return mean.value();
    }
};

PrecisionRules boxPrecisionRules() {
    return {{}, {allAreas, smallAreas, mediumAreas, largeAreas}, {1, 10, 100}};
}

PrecisionRules keypointPrecisionRules(std::vector<double> sigmas) {
    return {{std::move(sigmas)}, {allAreas, mediumAreas, largeAreas}, {20}};
}

double PrecisionReport::figure(std::string_view name) const {
    const auto found = std::ranges::find(figures, name, &PrecisionFigure::name);
    assert(found != figures.end());
    return found->value;
}

AveragePrecision::AveragePrecision(PrecisionRules rules, int classes)
    : m_rules(std::move(rules)), m_classes(static_cast<std::size_t>(classes)) {
    assert(!m_rules.areas.empty() && m_rules.areas.size() <= MostAreas && !m_rules.limits.empty());
}

void AveragePrecision::add(std::span<const ImageObject> truths,
                           std::span<const ImageObject> found) {
    std::vector<int> labels;
    for (const auto& objects : {truths, found})
        for (const ImageObject& object : objects)
            if (object.label >= 0 && static_cast<std::size_t>(object.label) < m_classes.size())
                labels.push_back(object.label);
    std::ranges::sort(labels);
    labels.erase(std::ranges::unique(labels).begin(), labels.end());
    const auto most = static_cast<std::size_t>(m_rules.limits.back());
    const std::vector<std::size_t> order = byScore(found);
    for (const int label : labels) {
        std::vector<ImageObject> ownTruths, ownFound;
        std::ranges::copy_if(truths, std::back_inserter(ownTruths),
                             [&](const ImageObject& truth) { return truth.label == label; });
        for (const std::size_t f : order)
            if (found[f].label == label && ownFound.size() < most)
                ownFound.push_back(found[f]);
        addClass(ownTruths, ownFound, m_classes[static_cast<std::size_t>(label)]);
    }
}

/// `found` stands best first, and is no longer than counts.
void AveragePrecision::addClass(std::span<const ImageObject> truths,
                                std::span<const ImageObject> found, ClassOutcomes& outcomes) const {
    const MatchMeasure& measure = m_rules.measure;
    OverlapTable all{{}, truths.size()};
    const std::size_t first = outcomes.found.size();
    for (const ImageObject& object : found) {
        outcomes.found.push_back(
            {object.score, static_cast<int>(outcomes.found.size() - first), {}, {}});
        for (const ImageObject& truth : truths)
            all.values.push_back(measure.overlap(object, truth));
    }
    for (std::size_t area = 0; area < m_rules.areas.size(); ++area) {
        const PrecisionRules::AreaRange& range = m_rules.areas[area];
        std::vector<std::size_t> order(truths.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        const auto counts = [&](std::size_t t) {
            return !measure.isIgnored(truths[t]) && isInside(truths[t].area, range);
        };
        const auto rest = std::ranges::stable_partition(order, counts);
        outcomes.truths[area] += rest.begin() - order.begin();
        OverlapTable table{{}, truths.size()};
        for (std::size_t f = 0; f < found.size(); ++f)
            for (const std::size_t t : order)
                table.values.push_back(all.at(f, t));
        std::vector<TruthTraits> traits;
        for (const std::size_t t : order)
            traits.push_back({!counts(t), truths[t].isCrowd});
        for (std::size_t threshold = 0; threshold < Thresholds; ++threshold) {
            std::vector<int> matches = matchInOrder(table, traits, thresholdAt(threshold));
            matches.resize(found.size(), -1); // without truths there is no row
            for (std::size_t f = 0; f < found.size(); ++f) {
                const auto bit = static_cast<std::uint16_t>(1U << threshold);
                Outcome& outcome = outcomes.found[first + f];
                if (matches[f] >= 0)
                    outcome.matched[area] |= bit;
                if (matches[f] >= 0 ? traits[static_cast<std::size_t>(matches[f])].isIgnored
                                    : !isInside(measure.foundArea(found[f]), range))
                    outcome.ignored[area] |= bit;
            }
        }
    }
}

/// Precision at a recall is the best of any recall that is as high: at each recall point that of
/// the first found object that reaches it.
AveragePrecision::Curve AveragePrecision::curveOf(const std::vector<const Outcome*>& found,
                                                  std::int64_t truths, std::size_t area,
                                                  std::size_t threshold) const {
    if (truths == 0)
        return {};
    std::vector<double> recalls, precisions;
    double right = 0, wrong = 0;
    for (const Outcome* outcome : found) {
        if ((outcome->ignored[area] >> threshold & 1U) == 0)
            ((outcome->matched[area] >> threshold & 1U) != 0 ? right : wrong) += 1;
        recalls.push_back(right / static_cast<double>(truths));
        precisions.push_back(right / (right + wrong + std::numeric_limits<double>::epsilon()));
    }
    for (std::size_t i = precisions.size(); i-- > 1;)
        precisions[i - 1] = std::max(precisions[i - 1], precisions[i]);
    double sum = 0;
    auto reached = recalls.begin();
    for (int point = 0; point < recallPoints; ++point) {
        const double recall = point == recallPoints - 1 ? 1 : point * 0.01;
        reached = std::lower_bound(reached, recalls.end(), recall);
        if (reached == recalls.end())
            break;
        sum += precisions[static_cast<std::size_t>(reached - recalls.begin())];
    }
    return {sum / recallPoints, recalls.empty() ? 0 : recalls.back()};
}

AveragePrecision::ClassCurves AveragePrecision::curvesOf(const ClassOutcomes& outcomes) const {
    ClassCurves result;
    for (const int limit : m_rules.limits) {
        std::vector<const Outcome*> found;
        for (const Outcome& outcome : outcomes.found)
            if (outcome.rank < limit)
                found.push_back(&outcome);
        std::ranges::stable_sort(found, [](const Outcome* a, const Outcome* b) {
            return std::isnan(b->score) ? !std::isnan(a->score) : a->score > b->score;
        });
        auto& curves = result.curves.emplace_back();
        for (std::size_t area = 0; area < m_rules.areas.size(); ++area)
            for (std::size_t threshold = 0; threshold < Thresholds; ++threshold)
                curves[area][threshold] = curveOf(found, outcomes.truths[area], area, threshold);
    }
    return result;
}

std::vector<PrecisionFigure>
AveragePrecision::figuresOf(const std::vector<ClassCurves>& classes) const {
    std::vector<PrecisionFigure> figures;
    const std::size_t last = m_rules.limits.size() - 1;
    const auto add = [&](const std::string& name, auto ofClass) {
        Mean mean;
        for (const ClassCurves& curves : classes)
            mean.add(ofClass(curves));
        figures.push_back({name, mean.value()});
    };
    const auto addWhole = [&](const std::string& name, double Curve::*member, std::size_t limit,
                              std::size_t area) {
        add(name, [&](const ClassCurves& curves) { return curves.mean(member, limit, area); });
    };
    const auto addThresholds = [&](const std::string& name, double Curve::*member) {
        addWhole(name, member, last, 0);
        for (const auto& [suffix, threshold] :
             {std::pair{"50", std::size_t{0}}, std::pair{"75", atThreeQuarters}})
            add(name + suffix, [&, at = threshold](const ClassCurves& curves) {
                return curves.curves[last][0][at].*member;
            });
    };
    const auto addAreas = [&](const std::string& name, double Curve::*member) {
        for (std::size_t area = 1; area < m_rules.areas.size(); ++area)
            addWhole(name + m_rules.areas[area].name, member, last, area);
    };
    addThresholds("AP", &Curve::average);
    addAreas("AP", &Curve::average);
    if (last == 0)
        addThresholds("AR", &Curve::recall);
    else
        for (std::size_t limit = 0; limit <= last; ++limit)
            addWhole("AR" + std::to_string(m_rules.limits[limit]), &Curve::recall, limit, 0);
    addAreas("AR", &Curve::recall);
    return figures;
}

PrecisionReport AveragePrecision::report() const {
    PrecisionReport report;
    std::vector<ClassCurves> classes;
    const std::size_t last = m_rules.limits.size() - 1;
    for (const ClassOutcomes& outcomes : m_classes) {
        const ClassCurves& curves = classes.emplace_back(curvesOf(outcomes));
        const auto& all = curves.curves[last][0];
        report.classes.push_back({outcomes.truths[0], curves.mean(&Curve::average, last, 0),
                                  all[0].average, all[atThreeQuarters].average,
                                  curves.mean(&Curve::recall, last, 0)});
    }
    report.figures = figuresOf(classes);
    return report;
}

} // namespace concertina
