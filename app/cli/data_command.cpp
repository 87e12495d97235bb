// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/look_commands.h"

#include "app/session/interrupt.h"
#include "core/catalogue.h"
#include "core/data/data_check.h"
#include "core/data/data_news.h"
#include "core/model/recognize_data.h"
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

} // namespace

ExitCode dataCheckCommand(const std::string& place, Console& console) {
    const ExperimentSpec any;
    const auto placed = withDataAt(catalogue(), any, place);
    if (!placed) {
        console.fail(placed.error());
        return ProblemReported;
    }
    std::stop_source source;
    bool interrupted = false;
    const auto check = [&] {
        const InterruptWatch watch([&] { source.request_stop(); });
        auto read = checkData(placed->data.dataset, console.reporter(), source.get_token());
        console.endProgress();
        interrupted = watch.interrupted();
        return read;
    }();
    if (!check) {
        console.fail(check.error());
        return interrupted ? Interrupted : ProblemReported;
    }
    if (!check->splits.empty()) {
        console.say(oneLine(check->name) + " in " + place + "\n\n");
        printSplits(*check, console);
        emitSplits(*check, console);
        printFiles(*check, console);
    }
    if (!check->problems.empty())
        console.fail(check->problems);
    console.say((check->splits.empty() ? "" : "\n") + counted(check->problems.size(), "problem")
                + "\n");
    console.emit({{"event", "checked"},
                  {"name", check->name},
                  {"unused", check->unused.size()},
                  {"turned", check->turned.size()},
                  {"problems", check->problems.size()}});
    return check->problems.empty() ? Done : ProblemReported;
}

} // namespace concertina
