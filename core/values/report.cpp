// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/report.h"

#include "core/values/table_text.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace concertina {

namespace {

Json toJson(const BeforeAfter& pair) {
    return {{"expanded", pair.expanded}, {"collapsed", pair.collapsed}};
}

Json optionalJson(const std::optional<double>& value) {
    return value ? Json(*value) : Json();
}

Json toJson(const LayerDifference& layer) {
    return {{"layer", layer.layer},
            {"tasks", layer.tasks},
            {"what", layer.what},
            {"max_abs_diff_float64", optionalJson(layer.maxAbs64)},
            {"max_rel_diff_float32", layer.maxRel32}};
}

std::string shortNumber(double value) {
    return digitsText(value, 3);
}

std::string percent(double share) {
    return fixedText(100 * share, 3) + " %";
}

/// The larger; NaN where one of them is: an output that is not finite must not read as no
/// difference.
double larger(double a, double b) {
    return std::isnan(a) || b < a ? a : b;
}

std::string optionalText(const std::optional<double>& value) {
    return value ? shortNumber(*value) : "–";
}

std::string imageCount(int count) {
    return std::to_string(count) + (count == 1 ? " image" : " images");
}

} // namespace

std::optional<double> VerifyReport::maxAbs64() const {
    std::optional<double> largest;
    for (const TaskDifference& task : tasks)
        if (task.maxAbs64)
            largest = larger(largest.value_or(0), *task.maxAbs64);
    return largest;
}

double VerifyReport::maxRel32() const {
    double largest = 0;
    for (const TaskDifference& task : tasks)
        largest = larger(largest, task.maxRel32);
    return largest;
}

double VerifyReport::argmaxAgreement() const {
    double smallest = 1;
    for (const TaskDifference& task : tasks)
        smallest = -larger(-smallest, -task.argmaxAgreement.value_or(1));
    return smallest;
}

const LayerDifference* VerifyReport::worstLayer() const {
    const LayerDifference* worst = nullptr;
    for (const LayerDifference& layer : layers)
        if (worst == nullptr
            || (!std::isnan(worst->maxRel32) && !(layer.maxRel32 <= worst->maxRel32)))
            worst = &layer;
    return worst;
}

BeforeAfter WeightOwners::of(std::size_t owner) const {
    BeforeAfter sum;
    for (const Part& part : parts) {
        sum.expanded += part.weights[owner].expanded;
        sum.collapsed += part.weights[owner].collapsed;
    }
    return sum;
}

BeforeAfter WeightOwners::ownShare() const {
    BeforeAfter all, own;
    for (std::size_t i = 0; i < owners.size(); ++i) {
        const BeforeAfter weights = of(i);
        const bool alone = i > 0 && owners[i].find('+') == std::string::npos;
        all.expanded += weights.expanded;
        all.collapsed += weights.collapsed;
        own.expanded += alone ? weights.expanded : 0;
        own.collapsed += alone ? weights.collapsed : 0;
    }
    return {own.expanded / std::max(1.0, all.expanded), own.collapsed / std::max(1.0, all.collapsed)};
}

Json toJson(const NetworkOrigin& origin) {
    return {{"checkpoint_steps", origin.steps}, {"norm_batches", origin.normBatches}};
}

Expected<NetworkOrigin> originFromJson(const Json& json) {
    const Json steps = json.is_object() ? json.value("checkpoint_steps", Json()) : Json();
    const Json batches = json.is_object() ? json.value("norm_batches", Json()) : Json();
    const auto isStep = [](const Json& step) { return step.is_number_integer() && step >= 0; };
    if (!steps.is_array() || !std::ranges::all_of(steps, isStep) || !batches.is_number_integer()
        || batches < 0 || batches > 1'000'000)
        return failure({"network.header", "made_from", shortened(jsonText(json), 80),
                        "checkpoint_steps and norm_batches", "the file is damaged"});
    return NetworkOrigin{steps.get<std::vector<std::int64_t>>(), batches.get<int>()};
}

Json toJson(const ReaderReport& reader) {
    Json tasks = Json::object();
    for (const ReaderDifference& difference : reader.differences)
        tasks[difference.task] = {{"max_rel_diff", difference.maxRel},
                                  {"share_beyond", difference.beyond}};
    return {{"reader", reader.reader},
            {"agrees", reader.agrees},
            {"why", reader.why},
            {"tasks", std::move(tasks)}};
}

std::string verificationText(const WrittenNetwork& written) {
    std::vector<std::string> reasons;
    for (const ReaderReport& reader : written.readers) {
        if (!reader.agrees) {
            reasons.push_back(reader.reader + ": " + reader.why);
            continue;
        }
        double largest = 0;
        for (const ReaderDifference& difference : reader.differences)
            largest = std::max(largest, difference.maxRel);
        return "Verified by " + reader.reader + " on " + written.samples + ": differences up to "
               + digitsText(largest, 2) + " of the greatest value.";
    }
    return reasons.empty() ? "" : "Not verified. " + join(reasons, "; ");
}

std::string stepsText(const std::vector<std::int64_t>& steps) {
    std::string text = steps.size() == 1 ? "step " : "steps ";
    for (std::size_t i = 0; i < steps.size(); ++i)
        text += (i == 0 ? "" : i + 1 == steps.size() ? " and " : ", ") + std::to_string(steps[i]);
    return text;
}

Json toJson(const WeightOwners& owners) {
    Json parts = Json::array();
    for (const WeightOwners::Part& part : owners.parts) {
        Json weights = Json::object();
        for (std::size_t i = 0; i < owners.owners.size(); ++i)
            weights[owners.owners[i]] = toJson(part.weights[i]);
        parts.push_back({{"part", part.name}, {"layers", part.layers}, {"weights", std::move(weights)}});
    }
    return parts;
}

Json toJson(const CollapseReport& report) {
    const WrittenNetwork written = report.written.value_or(WrittenNetwork());
    return {{"file", written.place},
            {"files", written.files},
            {"sha256", written.sha256},
            {"made_from", toJson(report.origin)},
            {"parameters", toJson(report.parameters)},
            {"multiply_adds", toJson(report.multiplyAdds)},
            {"bytes", toJson(report.bytes)},
            {"milliseconds", toJson(report.milliseconds)},
            {"owners", toJson(report.owners)},
            {"distinct_kernels", report.distinctKernels},
            {"folded_norms", report.foldedNorms},
            {"kept_norms", report.keptNorms},
            {"kept_parts", report.keptParts},
            {"border_layers", report.borderLayers},
            {"claimed_layers", toJson(report.claims)},
            {"skipped_images", report.skipped}};
}

Json toJson(const VerifyReport& report) {
    Json tasks = Json::object();
    for (const TaskDifference& task : report.tasks)
        tasks[task.task] = {{"max_abs_diff_float64", optionalJson(task.maxAbs64)},
                            {"max_rel_diff_float32", task.maxRel32},
                            {"free_max_rel_diff_float32", task.freeMaxRel32},
                            {"free_share_beyond", task.freeBeyond},
                            {"argmax_agreement", optionalJson(task.argmaxAgreement)}};
    Json json = {{"images", report.images},
                 {"skipped_images", report.skipped},
                 {"max_abs_diff_float64", optionalJson(report.maxAbs64())},
                 {"max_rel_diff_float32", report.maxRel32()},
                 {"flipped_windows", report.flippedWindows},
                 {"windows", report.windows},
                 {"flipped_images", report.flippedImages},
                 {"unflipped_max_rel_diff_float32", report.unflippedMaxRel32},
                 {"border_layers", report.borderLayers},
                 {"argmax_agreement", report.argmaxAgreement()},
                 {"passed", report.passed},
                 {"failure", report.failure},
                 {"tasks", std::move(tasks)}};
    if (const LayerDifference* worst = report.worstLayer()) {
        json["worst_layer"] = toJson(*worst);
        for (const LayerDifference& layer : report.layers)
            json["layers"].push_back(toJson(layer));
    }
    return json;
}

Json toJson(const PredictReport& report) {
    return {{"files", report.files}, {"skipped_images", report.skipped}};
}

std::string toText(const CollapseReport& report) {
    const auto row = [](const char* name, const BeforeAfter& pair, auto write) {
        return std::vector<std::string>{name, write(pair.expanded), write(pair.collapsed)};
    };
    const auto times = [](double milliseconds) { return shortNumber(milliseconds) + " ms"; };
    std::string text = tableText({{"", "expanded", "collapsed"},
                                  row("Parameters", report.parameters, shortCount),
                                  row("Multiply–adds an image", report.multiplyAdds, shortCount),
                                  row("Weights", report.bytes, bytesText),
                                  row("Time an image", report.milliseconds, times)});
    text += "  " + std::to_string(report.distinctKernels) + " kernels, "
            + std::to_string(report.foldedNorms) + " norms folded";
    if (report.keptNorms > 0)
        text += ", " + std::to_string(report.keptNorms) + " kept as a scale and shift";
    if (report.keptParts > 0)
        text += "\n  " + std::to_string(report.keptParts)
                + " convolutions behind kernels kept: one kernel would differ at the border";
    if (report.borderLayers > 0)
        text += "\n  " + std::to_string(report.borderLayers)
                + " layers folded into wider kernels: exact but for a border of one pixel";
    if (!report.claims.empty())
        text += "\n  Claimed: " + toText(report.claims);
    text += "\n" + toText(report.owners);
    if (const auto& steps = report.origin.steps; steps.size() > 1)
        text += "  The mean of " + std::to_string(steps.size()) + " checkpoints, of "
                + stepsText(steps) + "\n";
    if (const int batches = report.origin.normBatches; batches > 0)
        text += "  Statistics of norms estimated anew over " + std::to_string(batches)
                + " training batch" + (batches == 1 ? "" : "es") + "\n";
    return text + skippedText(report.skipped);
}

std::string toText(const VerifyReport& report) {
    std::vector<std::vector<std::string>> rows{
        {"", "float64 |Δ|", "float32 Δ/max", "free-running", "same class"}};
    for (const TaskDifference& task : report.tasks)
        rows.push_back({task.task, optionalText(task.maxAbs64),
                        shortNumber(task.maxRel32), shortNumber(task.freeMaxRel32),
                        task.argmaxAgreement ? percent(*task.argmaxAgreement) : "–"});
    std::string text = tableText(rows);
    text += "  " + imageCount(report.images) + "; " + std::to_string(report.flippedWindows) + " of "
            + shortCount(double(report.windows)) + " pooling windows flipped by rounding, in "
            + imageCount(report.flippedImages)
            + (report.flippedWindows > 0 ? ": what free-running shows is theirs" : "") + "\n"
            + skippedText(report.skipped);
    if (!report.passed)
        text += "  The networks differ: " + report.failure + "\n";
    else if (report.borderLayers > 0)
        text +=
            "  The networks are the same but for borders: " + std::to_string(report.borderLayers)
            + " layers were folded over them, and each is right inside.\n";
    else
        text += "  The networks are the same.\n";
    return text + layersText(report);
}

std::string skippedText(int images) {
    return images == 0 ? ""
                       : "  " + imageCount(images)
                             + " skipped that can't be read, as data.damaged says\n";
}

std::string layersText(const VerifyReport& report) {
    const LayerDifference* worst = report.worstLayer();
    if (worst == nullptr)
        return "";
    std::vector<std::vector<std::string>> rows{
        {"Layer", "for", "float64 |Δ|", "float32 Δ/max"}};
    for (const LayerDifference& layer : report.layers)
        rows.push_back({layer.layer + ", " + layer.what, layer.tasks, optionalText(layer.maxAbs64),
                        shortNumber(layer.maxRel32)});
    return "\nLayer by layer, each on what the expanded network hands it:\n" + tableText(rows)
           + "  They differ most in " + worst->layer + ", " + worst->what + ", for " + worst->tasks
           + ": by " + shortNumber(worst->maxRel32) + " of its largest output.\n";
}

namespace {

/// The rows of a table that are on one network: a line an owner that has anything.
void addOwners(const WeightOwners& owners, double BeforeAfter::*side, const std::string& title,
               std::vector<std::vector<std::string>>& rows) {
    const auto text = [](double count) { return count > 0 ? shortCount(count) : "–"; };
    rows.push_back({title});
    for (std::size_t i = 0; i < owners.owners.size(); ++i) {
        if (owners.of(i).*side == 0)
            continue;
        std::vector<std::string> row{"  " + owners.owners[i]};
        for (const WeightOwners::Part& part : owners.parts)
            row.push_back(text(part.weights[i].*side));
        row.push_back(text(owners.of(i).*side));
        rows.push_back(std::move(row));
    }
}

} // namespace

std::string toText(const WeightOwners& owners) {
    if (owners.owners.size() < 2)
        return "";
    std::vector<std::vector<std::string>> rows{{"Weights of"}, {"  layers"}};
    int layers = 0;
    for (const WeightOwners::Part& part : owners.parts) {
        rows[0].push_back(part.name);
        rows[1].push_back(std::to_string(part.layers));
        layers += part.layers;
    }
    rows[0].push_back("all layers");
    rows[1].push_back(std::to_string(layers));
    addOwners(owners, &BeforeAfter::expanded, "in training", rows);
    addOwners(owners, &BeforeAfter::collapsed, "collapsed", rows);
    const BeforeAfter share = owners.ownShare();
    const auto percent = [](double of) { return fixedText(100 * of, 1) + " %"; };
    return "\n" + tableText(rows) + "  Tasks have " + percent(share.expanded)
           + " of the weights to themselves in training, and " + percent(share.collapsed)
           + " of what ships.\n";
}

std::vector<std::string> ownersLines(const WeightOwners& owners) {
    if (owners.owners.size() < 2)
        return {};
    std::vector<std::string> layers;
    for (const WeightOwners::Part& part : owners.parts)
        layers.push_back(std::to_string(part.layers) + " " + part.name);
    const auto line = [&](const char* title, double BeforeAfter::*side) {
        double all = 0;
        std::vector<std::string> parts;
        for (std::size_t i = 0; i < owners.owners.size(); ++i) {
            const double weights = owners.of(i).*side;
            all += weights;
            if (weights > 0)
                parts.push_back(shortCount(weights) + " of " + owners.owners[i]
                                + (i > 0 && owners.owners[i].find('+') == std::string::npos ? " alone" : ""));
        }
        return title + (" " + shortCount(all)) + " weights: " + join(parts, ", ");
    };
    return {"Layers: " + join(layers, ", "), line("In training", &BeforeAfter::expanded),
            line("Collapsed", &BeforeAfter::collapsed)};
}

} // namespace concertina
