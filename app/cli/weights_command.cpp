// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/look_commands.h"
#include "core/collapse/initial.h"
#include "core/values/text.h"

namespace concertina {

namespace {

void emitReport(const WeightsReport& report, Console& console) {
    for (const FileTensor& tensor : report.tensors) {
        Json json = toJson(tensor);
        json["event"] = "tensor";
        if (report.fit)
            json["use"] = useOf(report, tensor.name);
        console.emit(json);
    }
    Json json = report.fit ? toJson(*report.fit) : Json::object();
    json["event"] = "weights";
    json["tensors"] = report.tensors.size();
    json["notes"] = report.notes;
    console.emit(json);
}

/// Beneath the table: what a network begins with; without one how much there is.
std::string endingText(const WeightsReport& report) {
    double bytes = 0;
    for (const FileTensor& tensor : report.tensors)
        bytes += tensor.bytes;
    std::string text =
        "\n" + std::to_string(report.tensors.size()) + " tensors, " + bytesText(bytes) + "\n";
    if (report.fit)
        text += summaryText(report) + "\n";
    for (const std::string& note : report.notes)
        text += note + "\n";
    return text;
}

} // namespace

ExitCode weightsCommand(const CommonArguments& common, const WeightsArguments& arguments,
                        Console& console) {
    std::optional<ExperimentSpec> spec;
    if (!arguments.spec.empty()) {
        auto loaded = loadSpec(arguments.spec, arguments.assignments, common.data);
        if (!loaded)
            return console.fail(loaded.error());
        spec = std::move(*loaded);
    }
    const auto report = weightsReport(arguments.file, spec ? &*spec : nullptr);
    if (!report)
        return console.fail(report.error());
    const bool csv = arguments.format == "csv";
    const TableRows rows = tableRows(*report, csv);
    emitReport(*report, console);
    console.say(csv                              ? csvText(rows)
                : arguments.format == "markdown" ? markdownText(rows)
                                                 : tableText(rows));
    if (!csv)
        console.say(endingText(*report));
    return report->problem ? console.fail(*report->problem) : Done;
}

} // namespace concertina
