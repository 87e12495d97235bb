// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/data_survey.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace concertina {

bool SurveyedSample::hasClass(std::size_t target, int index) const {
    if (target >= targets.size())
        return false;
    return std::ranges::any_of(targets[target].names, [index](const NameAmount& found) {
        return found.index == index && found.amount > 0;
    });
}

bool SurveyedSample::lacks(std::size_t target) const {
    return target < targets.size() && !targets[target].has;
}

void DataSurvey::append(DataSurvey further) {
    std::ranges::move(further.samples, std::back_inserter(samples));
}

std::vector<ClassShare> classShares(const DataSurvey& survey, std::size_t target) {
    const DataSurvey::Target& asked = survey.targets[target];
    if (!asked.isOfClasses())
        return {};
    const std::size_t count = asked.names.size();
    std::vector<ClassShare> shares(count);
    std::vector<double> amounts(count), unknown(count);
    double all = 0; // pixels with a class, or pictures
    for (const SurveyedSample& sample : survey.samples) {
        if (target >= sample.targets.size() || sample.targets[target].known == 0)
            continue;
        const SurveyedTarget& found = sample.targets[target];
        all += asked.count == NamesCount::Pixels ? static_cast<double>(found.known) : 1;
        for (const NameAmount& name : found.names) {
            const auto at = static_cast<std::size_t>(name.index);
            if (at >= count)
                continue;
            if (std::isnan(name.amount)) {
                ++unknown[at];
            } else if (name.amount > 0) {
                amounts[at] += name.amount;
                ++shares[at].samples;
            }
        }
    }
    for (std::size_t i = 0; i < count; ++i) {
        const double of = all - unknown[i];
        shares[i].index = static_cast<int>(i);
        shares[i].share = of > 0 ? amounts[i] / of : 0;
    }
    return shares;
}

std::vector<QuantitySpread> quantitySpreads(const DataSurvey& survey, std::size_t target) {
    const DataSurvey::Target& asked = survey.targets[target];
    if (asked.count != NamesCount::Values)
        return {};
    std::vector<QuantitySpread> spreads(asked.names.size());
    for (std::size_t i = 0; i < spreads.size(); ++i)
        spreads[i].index = static_cast<int>(i);
    for (const SurveyedSample& sample : survey.samples) {
        if (target >= sample.targets.size())
            continue;
        for (const NameAmount& name : sample.targets[target].names) {
            if (static_cast<std::size_t>(name.index) >= spreads.size())
                continue;
            QuantitySpread& spread = spreads[static_cast<std::size_t>(name.index)];
            const bool first = spread.samples++ == 0;
            spread.least = first ? name.amount : std::min(spread.least, name.amount);
            spread.most = first ? name.amount : std::max(spread.most, name.amount);
            spread.mean += (name.amount - spread.mean) / spread.samples;
        }
    }
    return spreads;
}

int samplesWith(const DataSurvey& survey, std::size_t target) {
    return static_cast<int>(std::ranges::count_if(survey.samples, [&](const auto& sample) {
        return target < sample.targets.size() && sample.targets[target].has;
    }));
}

std::vector<int> unreadableSamples(const DataSurvey& survey) {
    std::vector<int> places;
    for (std::size_t i = 0; i < survey.samples.size(); ++i)
        if (survey.samples[i].problem)
            places.push_back(static_cast<int>(i));
    return places;
}

Json toJson(const DataSurvey& survey) {
    Json targets = Json::array();
    for (std::size_t t = 0; t < survey.targets.size(); ++t) {
        const DataSurvey::Target& target = survey.targets[t];
        Json json{{"name", target.name},
                  {"kind", target.kind->id()},
                  {"samples", samplesWith(survey, t)}};
        const auto named = [&](int index) {
            return target.names[static_cast<std::size_t>(index)].name;
        };
        for (const ClassShare& share : classShares(survey, t))
            json["classes"].push_back(
                {{"name", named(share.index)}, {"share", share.share}, {"samples", share.samples}});
        for (const QuantitySpread& spread : quantitySpreads(survey, t))
            json["quantities"].push_back({{"name", named(spread.index)},
                                          {"samples", spread.samples},
                                          {"least", spread.least},
                                          {"mean", spread.mean},
                                          {"most", spread.most}});
        targets.push_back(std::move(json));
    }
    Json unreadable = Json::array();
    for (const int i : unreadableSamples(survey)) {
        const SurveyedSample& sample = survey.samples[static_cast<std::size_t>(i)];
        unreadable.push_back({{"sample", sample.name}, {"problem", toText(*sample.problem)}});
    }
    return {{"split", survey.split},
            {"samples", survey.samples.size()},
            {"targets", std::move(targets)},
            {"unreadable", std::move(unreadable)}};
}

} // namespace concertina
