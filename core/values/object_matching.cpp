// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/object_matching.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace concertina {

namespace {

/// How far a value lies outside a range.
double outside(double value, double low, double high) {
    return std::max(0.0, low - value) + std::max(0.0, value - high);
}

std::size_t labelledPoints(const ImageObject& object) {
    return static_cast<std::size_t>(std::ranges::count_if(object.points, [](const Keypoint& point) {
        return point.state != Keypoint::State::Unknown;
    }));
}

/// Indices into both lists of the objects of one class: the truths with the ignored ones last, what
/// was found best first.
struct ClassMembers {
    std::vector<std::size_t> truths, found;
};

/// Matches the objects of one class.
void matchMembers(const ClassMembers& members, std::span<const ImageObject> truths,
                  std::span<const ImageObject> found, const MatchMeasure& measure,
                  double leastOverlap, ImageMatches& matches) {
    OverlapTable table{{}, members.truths.size()};
    for (const std::size_t f : members.found)
        for (const std::size_t t : members.truths)
            table.values.push_back(measure.overlap(found[f], truths[t]));
    std::vector<TruthTraits> traits;
    for (const std::size_t t : members.truths)
        traits.push_back({measure.isIgnored(truths[t]), truths[t].isCrowd});
    const std::vector<int> taken = matchInOrder(table, traits, leastOverlap);
    for (std::size_t row = 0; row < taken.size(); ++row) {
        if (taken[row] < 0)
            continue;
        const auto column = static_cast<std::size_t>(taken[row]);
        const std::size_t f = members.found[row];
        const std::size_t t = members.truths[column];
        const bool ignored = traits[column].isIgnored;
        const double overlap = table.at(row, column);
        matches.found[f] = {ignored ? MatchState::Ignored : MatchState::Matched,
                            static_cast<int>(t), overlap};
        if (!ignored)
            matches.truths[t] = {MatchState::Matched, static_cast<int>(f), overlap};
    }
}

} // namespace

double boxOverlap(const Box& found, const Box& truth, bool isCrowd) {
    const double width =
        std::min(found.x + found.width, truth.x + truth.width) - std::max(found.x, truth.x);
    const double height =
        std::min(found.y + found.height, truth.y + truth.height) - std::max(found.y, truth.y);
    if (!(width > 0) || !(height > 0))
        return 0;
    const double common = width * height;
    const double overlap = common / (isCrowd ? found.area() : found.area() + truth.area() - common);
    return std::isfinite(overlap) ? overlap : 0;
}

double keypointSimilarity(const ImageObject& found, const ImageObject& truth,
                          std::span<const double> sigmas) {
    if (found.points.size() != sigmas.size() || truth.points.size() != sigmas.size())
        return 0;
    const std::size_t labelled = labelledPoints(truth);
    const Box& box = truth.box;
    // A truth of no area: only its exact points are near.
    const double area = truth.area + std::numeric_limits<double>::epsilon();
    double sum = 0;
    for (std::size_t i = 0; i < sigmas.size(); ++i) {
        const Keypoint& point = found.points[i];
        const Keypoint& there = truth.points[i];
        if (labelled > 0 && there.state == Keypoint::State::Unknown)
            continue;
        const double dx = labelled > 0 ? point.x - there.x
                                       : outside(point.x, box.x - box.width, box.x + 2 * box.width);
        const double dy = labelled > 0
                              ? point.y - there.y
                              : outside(point.y, box.y - box.height, box.y + 2 * box.height);
        const double variance = 4 * sigmas[i] * sigmas[i];
        sum += std::exp(-(dx * dx + dy * dy) / variance / area / 2);
    }
    const auto count = static_cast<double>(labelled > 0 ? labelled : sigmas.size());
    const double similarity = sum / count;
    return std::isfinite(similarity) ? similarity : 0;
}

bool MatchMeasure::isIgnored(const ImageObject& truth) const {
    return truth.isCrowd || (byKeypoints() && labelledPoints(truth) == 0);
}

double MatchMeasure::overlap(const ImageObject& found, const ImageObject& truth) const {
    return byKeypoints() ? keypointSimilarity(found, truth, sigmas)
                         : boxOverlap(found.box, truth.box, truth.isCrowd);
}

double MatchMeasure::foundArea(const ImageObject& found) const {
    if (!byKeypoints())
        return found.box.area();
    if (found.points.empty())
        return 0;
    const auto [left, right] = std::ranges::minmax(found.points, {}, &Keypoint::x);
    const auto [top, bottom] = std::ranges::minmax(found.points, {}, &Keypoint::y);
    return (right.x - left.x) * (bottom.y - top.y);
}

std::vector<int> matchInOrder(const OverlapTable& overlaps, std::span<const TruthTraits> truths,
                              double threshold) {
    const std::size_t count = truths.empty() ? 0 : overlaps.values.size() / truths.size();
    std::vector<int> matches(count, -1);
    std::vector<bool> taken(truths.size());
    for (std::size_t found = 0; found < count; ++found) {
        // As COCO's evaluation: 1 is reached; and 0 is no overlap, whatever is asked for.
        double best = std::clamp(threshold, std::numeric_limits<double>::min(), 1 - 1e-10);
        for (std::size_t t = 0; t < truths.size(); ++t) {
            if (taken[t] && !truths[t].isCrowd)
                continue;
            const int now = matches[found];
            if (now >= 0 && !truths[static_cast<std::size_t>(now)].isIgnored && truths[t].isIgnored)
                break; // only ignored ones follow
            if (overlaps.at(found, t) < best)
                continue;
            best = overlaps.at(found, t);
            matches[found] = static_cast<int>(t);
        }
        if (matches[found] >= 0)
            taken[static_cast<std::size_t>(matches[found])] = true;
    }
    return matches;
}

std::vector<std::size_t> byScore(std::span<const ImageObject> objects) {
    std::vector<std::size_t> order(objects.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        const double first = objects[a].score;
        const double second = objects[b].score;
        return std::isnan(second) ? !std::isnan(first) : first > second;
    });
    return order;
}

ImageMatches matchObjects(std::span<const ImageObject> truths, std::span<const ImageObject> found,
                          const MatchMeasure& measure, double leastOverlap, double leastScore) {
    ImageMatches matches;
    std::vector<int> labels;
    for (const ImageObject& truth : truths) {
        matches.truths.push_back(
            {measure.isIgnored(truth) ? MatchState::Ignored : MatchState::Missed});
        labels.push_back(truth.label);
    }
    for (const ImageObject& object : found)
        matches.found.push_back(
            {object.score >= leastScore ? MatchState::False : MatchState::BelowScore});
    std::ranges::sort(labels);
    labels.erase(std::ranges::unique(labels).begin(), labels.end());
    const std::vector<std::size_t> order = byScore(found);
    for (const int label : labels) {
        ClassMembers members;
        for (const bool ignored : {false, true})
            for (std::size_t t = 0; t < truths.size(); ++t)
                if (truths[t].label == label && measure.isIgnored(truths[t]) == ignored)
                    members.truths.push_back(t);
        for (const std::size_t f : order)
            if (found[f].label == label && matches.found[f].state == MatchState::False)
                members.found.push_back(f);
        matchMembers(members, truths, found, measure, leastOverlap, matches);
    }
    return matches;
}

} // namespace concertina
