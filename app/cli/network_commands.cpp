// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/network_commands.h"

#include "app/cli/interruptible.h"
#include "app/cli/named_run.h"
#include "app/session/trained_run.h"
#include "core/catalogue.h"
#include "core/collapse/collapse.h"
#include "core/exports/export.h"
#include "core/prediction/frames.h"
#include "core/prediction/predict.h"
#include "core/values/file_place.h"

#include <algorithm>

namespace concertina {

namespace {

Json eventJson(const char* event, const RunId& run, Json report) {
    Json json = {{"event", event}, {"run", run}};
    json.update(report);
    return json;
}

/// A file is compared with the checkpoints that it says it was made from.
Expected<VerifyRequest> verifyRequest(const TrainedRun& trained, const VerifyArguments& arguments) {
    VerifyRequest request{.collapsed = arguments.collapsed,
                          .spec = trained.spec,
                          .images = arguments.images,
                          .layers = arguments.layers};
    auto chosen = lastCheckpoints(trained, arguments.average);
    request.averaging.normBatches = arguments.normBatches;
    if (arguments.collapsed) {
        const auto origin = originOf(*arguments.collapsed);
        if (!origin)
            return failure(origin.error());
        chosen = checkpointsAt(trained, origin->steps);
        request.averaging.normBatches = origin->normBatches;
    }
    if (!chosen)
        return failure(chosen.error());
    request.checkpoint = std::move(chosen->last);
    request.averaging.earlier = std::move(chosen->earlier);
    return request;
}

bool isFile(const std::string& text) {
    std::error_code error;
    return std::filesystem::is_regular_file(text, error);
}

/// Collapses a run's network and writes it in a format; `say` reports it.
template <class Say>
ExitCode writeNetwork(const CommonArguments& common, const CollapseArguments& arguments,
                      const MethodChoice& format, bool timed, Console& console, Say say) {
    const auto trained = findTrained(common.store, arguments.run, common.folder());
    if (!trained)
        return console.fail(trained.error());
    noteNamesakes(common.store, arguments.run, trained->id, console);
    const auto chosen = lastCheckpoints(*trained, arguments.average);
    if (!chosen)
        return console.fail(chosen.error());
    const auto writer = networkWriter(arguments.place, format, exportSamples(trained->spec, 4),
                                      calibrationImages(trained->spec));
    if (!writer)
        return console.fail(writer.error());
    bool interrupted = false;
    const auto report = interruptible(console, interrupted, [&](auto progress, auto stop) {
        return collapse({.checkpoint = chosen->last,
                         .write = *writer,
                         .averaging = {chosen->earlier, arguments.normBatches},
                         .spec = trained->spec,
                         .without = arguments.without,
                         .timed = timed},
                        progress, stop);
    });
    if (!report)
        return failed(console, report.error(), interrupted);
    say(trained->id, *report);
    return Done;
}

/// A format and its options as they are typed.
Expected<MethodChoice> formatOf(const ExportArguments& arguments) {
    const MethodInfo* info = catalogue().find(Family::Export, arguments.format);
    auto options =
        typedOptions(arguments.options, info != nullptr ? info->options : std::vector<FieldInfo>());
    if (!options)
        return failure(std::move(options.error()));
    return MethodChoice{arguments.format, std::move(*options)};
}

} // namespace

Expected<Json> typedOptions(const std::vector<std::string>& texts,
                            const std::vector<FieldInfo>& fields) {
    Json options = Json::object();
    for (const std::string& text : texts) {
        const auto equals = text.find('='); // there is one, as the command line checks
        const std::string name = text.substr(0, equals);
        Json value = text.substr(equals + 1);
        if (const auto field = std::ranges::find(fields, name, &FieldInfo::path);
            field != fields.end()) {
            auto read = parseValue(*field, text.substr(equals + 1));
            if (!read)
                return failure(std::move(read.error()));
            value = std::move(*read);
        }
        options[name] = std::move(value);
    }
    return options;
}

ExitCode collapseCommand(const CommonArguments& common, const CollapseArguments& arguments,
                         Console& console) {
    return writeNetwork(common, arguments, {usualExport()}, true, console,
                        [&](const RunId& run, const CollapseReport& report) {
                            console.say("Collapsed network: " + report.written->place + "\n"
                                        + toText(report));
                            if (const auto text = verificationText(*report.written); !text.empty())
                                console.say(text + "\n");
                            console.emit(eventJson("collapsed", run, toJson(report)));
                        });
}

ExitCode exportCommand(const CommonArguments& common, const CollapseArguments& network,
                       const ExportArguments& arguments, Console& console) {
    const auto format = formatOf(arguments);
    if (!format)
        return console.fail(format.error());
    return writeNetwork(common, network, *format, false, console,
                        [&](const RunId& run, const CollapseReport& report) {
                            for (const std::string& file : report.written->files)
                                console.say(file + "\n");
                            if (const auto text = verificationText(*report.written); !text.empty())
                                console.say(text + "\n");
                            Json readers = Json::array();
                            for (const ReaderReport& reader : report.written->readers)
                                readers.push_back(toJson(reader));
                            console.emit(eventJson("exported", run,
                                                   {{"format", format->id},
                                                    {"place", report.written->place},
                                                    {"files", report.written->files},
                                                    {"bytes", report.written->bytes},
                                                    {"sha256", report.written->sha256},
                                                    {"verified", report.written->isVerified()},
                                                    {"readers", std::move(readers)},
                                                    {"made_from", toJson(report.origin)}}));
                        });
}

ExitCode verifyCommand(const CommonArguments& common, const VerifyArguments& arguments,
                       Console& console) {
    const auto trained = findTrained(common.store, arguments.run, common.folder());
    if (!trained)
        return console.fail(trained.error());
    noteNamesakes(common.store, arguments.run, trained->id, console);
    const auto request = verifyRequest(*trained, arguments);
    if (!request)
        return console.fail(request.error());
    bool interrupted = false;
    const auto report = interruptible(console, interrupted, [&](auto progress, auto stop) {
        return verify(*request, progress, stop);
    });
    if (!report)
        return failed(console, report.error(), interrupted);
    console.say("Expanded against collapsed, on validation images:\n" + toText(*report));
    console.emit(eventJson("verified", trained->id, toJson(*report)));
    return report->passed ? Done : ProblemReported;
}

ExitCode classesCommand(const CommonArguments& common, const std::string& run, Console& console) {
    const auto trained = findTrained(common.store, run, common.data);
    if (!trained)
        return console.fail(trained.error());
    noteNamesakes(common.store, run, trained->id, console);
    auto predictor = FramePredictor::load(trained->checkpoint, trained->spec);
    if (!predictor)
        return console.fail(predictor.error());
    bool interrupted = false;
    const auto tables = interruptible(console, interrupted, [&](auto progress, auto stop) {
        return predictor->classFigures(progress, stop);
    });
    if (!tables)
        return failed(console, tables.error(), interrupted);
    if (tables->empty())
        console.note("No task of this run has metrics of classes.");
    for (const ClassFigures& figures : *tables) {
        console.say(toText(figures) + "\n");
        console.emit(eventJson("classes", trained->id, toJson(figures)));
    }
    return Done;
}

ExitCode predictCommand(const CommonArguments& common, const PredictArguments& arguments,
                        Console& console) {
    PredictRequest request{.network = arguments.run,
                           .images = arguments.images,
                           .folder = arguments.out,
                           .collapsed = arguments.collapsed,
                           .size = arguments.size == "picture" ? PredictionSize::Picture
                                                               : PredictionSize::Network,
                           .isExported = isFile(arguments.run),
                           .every = arguments.every};
    Json event = {{"event", "predicted"}};
    if (request.isExported) {
        event["network"] = arguments.run;
    } else {
        const auto trained = findTrained(common.store, arguments.run, common.folder());
        if (!trained)
            return console.fail(noNetwork(arguments.run, trained.error()));
        noteNamesakes(common.store, arguments.run, trained->id, console);
        request.network = trained->checkpoint;
        event["run"] = trained->id;
    }
    bool interrupted = false;
    const auto report = interruptible(console, interrupted, [&](auto progress, auto stop) {
        return predict(request, progress, stop);
    });
    if (!report)
        return failed(console, report.error(), interrupted);
    for (const std::string& file : report->files)
        console.say(file + "\n");
    for (const std::string& file : report->passedOver)
        console.note(file + " is neither a picture nor a video: passed over.");
    event.update(toJson(*report));
    event["passed_over"] = report->passedOver;
    event["runner"] = report->runner;
    console.emit(event);
    return report->failed.empty() ? Done : console.fail(report->failed);
}

ExitCode reportRun(const CommonArguments& common, const std::string& run,
                   const std::filesystem::path& folder, Console& console) {
    if (const auto made = makeFolder(folder); !made)
        return console.fail(made.error());
    const auto network = folder / "collapsed.safetensors";
    if (const ExitCode code = collapseCommand(common, {.run = run, .place = network}, console);
        code != Done)
        return code;
    if (const ExitCode code = verifyCommand(common, {.run = run}, console); code != Done)
        return code;
    const auto trained = findTrained(common.store, run, common.folder());
    if (!trained)
        return console.fail(trained.error());
    bool interrupted = false;
    const auto sheet = interruptible(console, interrupted, [&](auto progress, auto stop) {
        return drawSheet({trained->checkpoint, trained->spec, 4, folder / "predictions.png"},
                         progress, stop);
    });
    if (!sheet)
        return failed(console, sheet.error(), interrupted);
    console.say("Predictions: " + sheet->files.front() + "\n" + skippedText(sheet->skipped));
    console.emit(eventJson("sheet", trained->id, toJson(*sheet)));
    return Done;
}

} // namespace concertina
