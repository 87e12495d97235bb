// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/look_commands.h"

#include "app/cli/interruptible.h"
#include "core/catalogue.h"
#include "core/data/data_check.h"
#include "core/data/data_news.h"
#include "core/model/spec_paths.h"
#include "core/values/table_text.h"
#include "core/values/text.h"

#include <stop_token>

namespace concertina {

namespace {

/// "640 × 480", or how many pictures have each of several sizes.
std::string sizesText(const CheckedSplit& split) {
    constexpr std::size_t mostSizes = 4;
    std::vector<std::string> parts;
    for (const auto& [size, pictures] : split.sizes)
        if (parts.size() < mostSizes)
            parts.push_back(std::to_string(size.second) + " × " + std::to_string(size.first)
                            + (split.sizes.size() > 1 ? " (" + std::to_string(pictures) + ")" : ""));
    if (split.sizes.size() > mostSizes)
        parts.push_back(std::to_string(split.sizes.size() - mostSizes) + " other sizes");
    return join(parts, ", ");
}

double knownShare(const CheckedTarget& target) {
    return target.pixels > 0 ? static_cast<double>(target.known) / static_cast<double>(target.pixels)
                             : 0;
}

void printSplits(const DataCheck& check, Console& console) {
    std::vector<std::vector<std::string>> rows{{"Split", "target", "samples", "known pixels"}};
    for (const CheckedSplit& split : check.splits) {
        rows.push_back({split.name, "pictures", std::to_string(split.samples), ""});
        for (const CheckedTarget& target : split.targets)
            rows.push_back({split.name, target.name, std::to_string(target.samples),
                            target.samples > 0 ? fixedText(100 * knownShare(target), 1) + " %"
                                               : "–"});
    }
    console.say(tableText(rows) + "\n");
    for (const CheckedSplit& split : check.splits)
        if (!split.sizes.empty())
            console.say("Pictures of " + split.name + ": " + sizesText(split) + "\n");
}

void emitSplits(const DataCheck& check, Console& console) {
    for (const CheckedSplit& split : check.splits) {
        Json targets = Json::object();
        for (const CheckedTarget& target : split.targets)
            targets[target.name] = {{"samples", target.samples},
                                    {"pixels", target.pixels},
                                    {"known", target.known}};
        Json sizes = Json::array();
        for (const auto& [size, pictures] : split.sizes)
            sizes.push_back({{"height", size.first}, {"width", size.second},
                             {"pictures", pictures}});
        console.emit({{"event", "split"},
                      {"name", split.name},
                      {"samples", split.samples},
                      {"targets", std::move(targets)},
                      {"sizes", std::move(sizes)}});
    }
}

void printFiles(const DataCheck& check, Console& console) {
    if (!check.remarks.empty())
        console.say("\n");
    for (const std::string& remark : check.remarks) {
        console.say(oneLine(remark) + "\n");
        console.emit({{"event", "remark"}, {"text", remark}});
    }
    if (!check.unused.empty())
        console.say("\n" + counted(check.unused.size(), "file") + " without a sample:\n");
    for (const std::string& file : check.unused) {
        console.say("  " + oneLine(file) + "\n");
        console.emit({{"event", "unused"}, {"file", file}});
    }
    if (!check.turned.empty())
        console.say("\n" + counted(check.turned.size(), "sample")
                    + " with targets whose picture the camera's note (EXIF) turns; look whether "
                      "they lie on it:\n");
    for (const auto& [sample, turn] : check.turned) {
        console.say("  " + oneLine(sample) + ": " + oneLine(turn) + "\n");
        console.emit({{"event", "turned"}, {"sample", sample}, {"text", turn}});
    }
}

/// Where the data of a dataset is; what makes its samples has no place.
std::string placeText(const MethodChoice& dataset) {
    const FieldInfo* place = placeOption(catalogue(), dataset);
    const Json path = place != nullptr ? dataset.options.value(place->path, Json()) : Json();
    return path.is_string() ? " in " + path.get<std::string>() : std::string();
}

/// `name`: of the set, where the spec has several.
ExitCode checkSet(const MethodChoice& dataset, const std::string& name, Console& console) {
    bool interrupted = false;
    const auto check = interruptible(console, interrupted,
                                     [&](const Progress& progress, const std::stop_token& stop) {
                                         return checkData(dataset, progress, stop);
                                     });
    if (!check)
        return failed(console, check.error(), interrupted);
    if (!check->splits.empty()) {
        console.say((name.empty() ? "" : name + ": ") + oneLine(check->name) + placeText(dataset)
                    + "\n\n");
        printSplits(*check, console);
        emitSplits(*check, console);
        printFiles(*check, console);
    }
    if (!check->problems.empty())
        console.fail(check->problems);
    console.say((check->splits.empty() ? "" : "\n") + counted(check->problems.size(), "problem")
                + "\n");
    Json json = {{"event", "checked"},
                 {"name", check->name},
                 {"unused", check->unused.size()},
                 {"turned", check->turned.size()},
                 {"problems", check->problems.size()}};
    if (!name.empty())
        json["set"] = name;
    console.emit(json);
    return check->problems.empty() ? Done : ProblemReported;
}

} // namespace

ExitCode dataCheckCommand(const CommonArguments& common, const std::string& word,
                          Console& console) {
    const auto spec = meantSpec(word, common);
    if (!spec)
        return console.fail(spec.error());
    return forEachSet(*spec, [&](const MethodChoice& dataset, const std::string& name) {
        return checkSet(dataset, name, console);
    });
}

} // namespace concertina
