// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/run_reporter.h"

#include "core/catalogue.h"
#include "core/model/task_words.h"
#include "core/values/spec_sets.h"
#include "core/values/stop_after.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>

namespace concertina {

Json valuesJson(const std::vector<MetricValue>& values) {
    Json json = Json::object();
    for (const MetricValue& value : values)
        json[metricKey(value.task, value.name)] = value.value; // not finite: written as null
    return json;
}

namespace {

Json positionJson(const char* event, const RunPosition& position) {
    return {{"event", event},
            {"step", position.step},
            {"epoch", position.epoch},
            {"seconds", position.seconds}};
}

/// "epoch 1.4"; of several sets also how often each was gone through, "(coco 1.4, nyuv2 6.0)".
std::string epochText(const StepEvent& event) {
    std::vector<std::string> sets;
    for (const MetricValue& value : event.values)
        if (const auto set = setOfPasses(value.task, value.name))
            sets.push_back(*set + " " + fixedText(value.value, 1));
    return "epoch " + fixedText(event.position.epoch, 1)
           + (sets.empty() ? "" : " (" + join(sets, ", ") + ")");
}

} // namespace

void RunReporter::started(const StartEvent& event) {
    m_steps = event.steps;
    m_stopSeconds = stopAfterFromText(event.spec.train.stopAfter).value_or(StopAfter{}).seconds;
    m_firstStep = event.position.step;
    m_start = std::chrono::steady_clock::now();
    Json json = positionJson("started", event.position);
    json["steps"] = event.steps;
    json["steps_per_epoch"] = event.stepsPerEpoch;
    json["parameters"] = {{"expanded", event.trainedParameters},
                          {"collapsed", event.collapsedParameters}};
    json["dataset"] = event.dataset["name"];
    json["target_counts"] = event.dataset["target_counts"];
    json["unused_files"] = event.dataset["unused_files"];
    m_console.emit(json);
    m_console.say("  " + shortCount(event.trainedParameters) + " parameters in training, "
                  + shortCount(event.collapsedParameters) + " collapsed; "
                  + std::to_string(event.steps - event.position.step) + " steps"
                  + (m_stopSeconds > 0 ? ", or until " + durationText(m_stopSeconds) : "") + ", on "
                  + event.dataset["name"].get<std::string>() + ": "
                  + event.dataset["text"].get<std::string>() + "\n");
}

void RunReporter::stepped(const StepEvent& event) {
    Json json = positionJson("step", event.position);
    json["values"] = valuesJson(event.values);
    m_console.emit(json);

    const double rate = event.images / event.stepSeconds;
    m_imagesPerSecond = m_imagesPerSecond == 0 ? rate : 0.9 * m_imagesPerSecond + 0.1 * rate;
    const double gone =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
    const auto done = static_cast<double>(event.position.step - m_firstStep);
    double left = gone / done * static_cast<double>(m_steps - event.position.step);
    if (m_stopSeconds > 0)
        left = std::min(left, std::max(0.0, m_stopSeconds - event.position.seconds));
    const auto loss = std::ranges::find_if(event.values, [](const MetricValue& value) {
        return value.task.empty() && value.name == "loss";
    });
    m_console.progress(
        "  step " + std::to_string(event.position.step) + " of " + std::to_string(m_steps) + " · "
        + epochText(event) + " · loss "
        + (loss == event.values.end() || std::isnan(loss->value) ? "–" // no task had a valid pixel
                                                                 : fixedText(loss->value, 3))
        + " · " + fixedText(m_imagesPerSecond, 0) + " images/s · " + durationText(left) + " left");
}

void RunReporter::validated(const ValidationEvent& event) {
    Json json = positionJson("validation", event.position);
    json["split"] = event.split;
    json["values"] = valuesJson(event.values);
    m_console.emit(json);
    std::string line = "  step " + std::to_string(event.position.step) + ":";
    for (const MetricValue& value : event.values) {
        const TaskInfo* task = taskWithMain(catalogue(), value.name);
        if (task != nullptr && !value.task.empty())
            line += "  " + (value.task == task->id ? task->label : value.task) + " "
                    + task->metrics.front().label + " "
                    + metricText(task->metrics.front(), value.value);
    }
    m_console.say(line + "\n");
}

void RunReporter::checkpointed(const CheckpointEvent& event) {
    Json json = positionJson("checkpoint", event.position);
    json["file"] = event.file;
    json["bytes"] = event.bytes;
    json["sha256"] = event.sha256;
    json["reason"] = event.reason;
    m_console.emit(json);
}

void RunReporter::stateChanged(const StateEvent& event) {
    Json json = positionJson("state", event.position);
    json["state"] = stateName(event.state);
    json["text"] = event.text;
    m_console.emit(json);
}

void RunReporter::noticed(const NoticeEvent& event) {
    Json json = positionJson("notice", event.position);
    json["level"] = event.level == NoticeLevel::Info      ? "info"
                    : event.level == NoticeLevel::Warning ? "warning"
                                                          : "error";
    json["code"] = event.code;
    json["text"] = event.text;
    m_console.emit(json);
    m_console.say("  " + event.text + "\n");
}

} // namespace concertina
