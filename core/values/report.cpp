// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/report.h"

#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace concertina {

namespace {

Json toJson(const BeforeAfter& pair) {
    return {{"expanded", pair.expanded}, {"collapsed", pair.collapsed}};
}

Json optionalJson(const std::optional<double>& value) {
    return value ? Json(*value) : Json();
}

/// Left-aligned name, right-aligned columns. Widths count characters, not bytes.
std::string row(const std::string& name, const std::vector<std::string>& cells) {
    const auto width = [](const std::string& text) {
        return std::ranges::count_if(text, [](unsigned char c) { return (c & 0xC0U) != 0x80U; });
    };
    constexpr int nameWidth = 24;
    constexpr int cellWidth = 14;
    std::string line = "  " + name + std::string(std::max<std::ptrdiff_t>(0, nameWidth - width(name)), ' ');
    for (const std::string& cell : cells)
        line += std::string(std::max<std::ptrdiff_t>(1, cellWidth - width(cell)), ' ') + cell;
    return line + "\n";
}

std::string shortNumber(double value) {
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.3g", value);
    return buffer.data();
}

std::string percent(double share) {
    std::array<char, 32> buffer{};
    std::snprintf(buffer.data(), buffer.size(), "%.3f %%", 100 * share);
    return buffer.data();
}

} // namespace

std::optional<double> VerifyReport::maxAbs64() const {
    std::optional<double> largest;
    for (const TaskDifference& task : tasks)
        if (task.maxAbs64)
            largest = std::max(largest.value_or(0), *task.maxAbs64);
    return largest;
}

double VerifyReport::maxRel32() const {
    double largest = 0;
    for (const TaskDifference& task : tasks)
        largest = std::max(largest, task.maxRel32);
    return largest;
}

double VerifyReport::argmaxAgreement() const {
    double smallest = 1;
    for (const TaskDifference& task : tasks)
        smallest = std::min(smallest, task.argmaxAgreement.value_or(1));
    return smallest;
}

Json toJson(const CollapseReport& report) {
    return {{"file", report.file},
            {"sha256", report.sha256},
            {"parameters", toJson(report.parameters)},
            {"multiply_adds", toJson(report.multiplyAdds)},
            {"bytes", toJson(report.bytes)},
            {"milliseconds", toJson(report.milliseconds)},
            {"distinct_kernels", report.distinctKernels},
            {"folded_norms", report.foldedNorms},
            {"kept_norms", report.keptNorms}};
}

Json toJson(const VerifyReport& report) {
    Json tasks = Json::object();
    for (const TaskDifference& task : report.tasks)
        tasks[task.task] = {{"max_abs_diff_float64", optionalJson(task.maxAbs64)},
                            {"max_rel_diff_float32", task.maxRel32},
                            {"free_max_rel_diff_float32", task.freeMaxRel32},
                            {"free_share_beyond", task.freeBeyond},
                            {"argmax_agreement", optionalJson(task.argmaxAgreement)}};
    return {{"images", report.images},
            {"max_abs_diff_float64", optionalJson(report.maxAbs64())},
            {"max_rel_diff_float32", report.maxRel32()},
            {"flipped_windows", report.flippedWindows},
            {"windows", report.windows},
            {"flipped_images", report.flippedImages},
            {"unflipped_max_rel_diff_float32", report.unflippedMaxRel32},
            {"argmax_agreement", report.argmaxAgreement()},
            {"passed", report.passed},
            {"failure", report.failure},
            {"tasks", std::move(tasks)}};
}

Json toJson(const PredictReport& report) {
    return {{"files", report.files}};
}

std::string toText(const CollapseReport& report) {
    const auto times = [](double milliseconds) { return shortNumber(milliseconds) + " ms"; };
    std::string text = row("", {"expanded", "collapsed"});
    text += row("Parameters", {shortCount(report.parameters.expanded),
                               shortCount(report.parameters.collapsed)});
    text += row("Multiply–adds an image", {shortCount(report.multiplyAdds.expanded),
                                           shortCount(report.multiplyAdds.collapsed)});
    text += row("Weights' file",
                {bytesText(report.bytes.expanded), bytesText(report.bytes.collapsed)});
    text += row("Time an image", {times(report.milliseconds.expanded),
                                  times(report.milliseconds.collapsed)});
    text += "  " + std::to_string(report.distinctKernels) + " kernels, "
            + std::to_string(report.foldedNorms) + " norms folded";
    if (report.keptNorms > 0)
        text += ", " + std::to_string(report.keptNorms) + " kept as a scale and shift";
    return text + "\n";
}

std::string toText(const VerifyReport& report) {
    std::string text =
        row("", {"float64 |Δ|", "float32 Δ/max", "free-running", "same class"});
    for (const TaskDifference& task : report.tasks)
        text += row(task.task,
                    {task.maxAbs64 ? shortNumber(*task.maxAbs64) : "–", shortNumber(task.maxRel32),
                     shortNumber(task.freeMaxRel32),
                     task.argmaxAgreement ? percent(*task.argmaxAgreement) : "–"});
    text += "  " + std::to_string(report.images) + " images; "
            + std::to_string(report.flippedWindows) + " of " + shortCount(double(report.windows))
            + " pooling windows flipped by rounding, in " + std::to_string(report.flippedImages)
            + " images\n";
    text += report.passed ? "  The networks are the same.\n"
                          : "  The networks differ: " + report.failure + "\n";
    return text;
}

} // namespace concertina
