// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/factor_reading.h"

#include "core/values/table_text.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

const FactorReading* find(const FactorReadings& readings, FactorMeaning meaning,
                          const std::string& layer, const std::string& task) {
    const auto found = std::ranges::find_if(readings.copies, [&](const FactorReading& copy) {
        return copy.meaning == meaning && copy.layer == layer && copy.isOf(task);
    });
    return found == readings.copies.end() ? nullptr : &*found;
}

Json toJson(const FactorReading& copy) {
    Json json = {{"layer", copy.layer.empty() ? Json() : Json(copy.layer)},
                 {"factor", copy.factor},
                 {"tasks", copy.tasks}};
    if (copy.meaning == FactorMeaning::Mixture) {
        json["shares"] = copy.values;
        json["of"] = copy.part;
    } else {
        json["score"] = copy.values.front();
        json["threshold"] = copy.threshold;
        json["claimed"] = copy.open;
    }
    return json;
}

} // namespace

bool FactorReading::isOf(const std::string& task) const {
    return std::ranges::find(tasks, task) != tasks.end();
}

const FactorReading* FactorReadings::gate(const std::string& layer, const std::string& task) const {
    return find(*this, FactorMeaning::Gate, layer, task);
}

const FactorReading* FactorReadings::mixture(const std::string& layer,
                                             const std::string& task) const {
    return find(*this, FactorMeaning::Mixture, layer, task);
}

std::vector<std::string> FactorReadings::gatedLayers() const {
    std::vector<std::string> layers;
    for (const FactorReading& copy : copies)
        if (copy.meaning == FactorMeaning::Gate
            && std::ranges::find(layers, copy.layer) == layers.end())
            layers.push_back(copy.layer);
    return layers;
}

std::vector<LayerClaims> layerClaims(const FactorReadings& readings) {
    const std::vector<std::string> gated = readings.gatedLayers();
    std::vector<LayerClaims> claims;
    if (gated.empty())
        return claims;
    for (const std::string& task : readings.tasks) {
        LayerClaims& own = claims.emplace_back(LayerClaims{.task = task, .layers = {}});
        for (const std::string& layer : gated)
            if (const FactorReading* gate = readings.gate(layer, task)) {
                ++own.gated;
                if (gate->open)
                    own.layers.push_back(layer);
            }
    }
    return claims;
}

Json toJson(const FactorReadings& readings) {
    Json json = {{"step", readings.step}, {"gates", Json::array()}, {"mixtures", Json::array()}};
    for (const FactorReading& copy : readings.copies)
        json[copy.meaning == FactorMeaning::Gate ? "gates" : "mixtures"].push_back(toJson(copy));
    return json;
}

Json toJson(const std::vector<LayerClaims>& claims) {
    Json json = Json::object();
    for (const LayerClaims& own : claims)
        json[own.task] = own.layers;
    return json;
}

std::string toText(const std::vector<LayerClaims>& claims) {
    std::vector<std::string> parts;
    for (const LayerClaims& own : claims)
        parts.push_back(own.task + " " + std::to_string(own.layers.size())
                        + (parts.empty() ? " of " + std::to_string(own.gated)
                                               + (own.gated == 1 ? " layer" : " layers")
                                         : ""));
    return join(parts, ", ");
}

std::string shareText(double share) {
    return std::isfinite(share) ? fixedText(100 * share, 1) + " %" : "not finite";
}

std::string mixturesText(const FactorReadings& readings) {
    TableRows rows;
    for (const std::string& task : readings.tasks) {
        const FactorReading* mixture = readings.mixture("", task);
        if (mixture == nullptr)
            continue;
        if (rows.empty()) {
            rows.push_back({"Shares of " + mixture->part + "s"});
            for (std::size_t i = 0; i < mixture->values.size(); ++i)
                rows.front().push_back(mixture->part + " " + std::to_string(i + 1));
        }
        std::vector<std::string>& row = rows.emplace_back(std::vector{task});
        for (const double share : mixture->values)
            row.push_back(shareText(share));
    }
    return rows.empty() ? std::string() : tableText(rows);
}

} // namespace concertina
