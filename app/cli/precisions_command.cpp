// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/network_commands.h"

#include "app/cli/interruptible.h"
#include "app/cli/named_run.h"
#include "app/session/trained_run.h"
#include "core/exports/precisions.h"

namespace concertina {

ExitCode precisionsCommand(const CommonArguments& common, const PrecisionsArguments& arguments,
                           Console& console) {
    const auto options = typedOptions(arguments.options, precisionFields());
    if (!options)
        return console.fail(options.error());
    const auto trained = findTrained(common.store, arguments.run, common.folder());
    if (!trained)
        return console.fail(trained.error());
    noteNamesakes(common.store, arguments.run, trained->id, console);
    bool interrupted = false;
    const auto report = interruptible(console, interrupted, [&](auto progress, auto stop) {
        return precisions({.checkpoint = trained->checkpoint,
                           .spec = trained->spec,
                           .options = *options,
                           .layers = arguments.layers},
                          progress, stop);
    });
    if (!report)
        return failed(console, report.error(), interrupted);
    console.say(toText(*report));
    Json event = {{"event", "precisions"}, {"run", trained->id}};
    event.update(toJson(*report));
    console.emit(event);
    return Done;
}

} // namespace concertina
