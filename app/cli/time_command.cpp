// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interruptible.h"
#include "app/cli/named_run.h"
#include "app/cli/network_commands.h"
#include "app/session/trained_run.h"
#include "core/runners/timing.h"

namespace concertina {

ExitCode timeCommand(const CommonArguments& common, const TimeArguments& arguments,
                     Console& console) {
    std::error_code error;
    TimingRequest request{.network = arguments.network,
                          .isExported = std::filesystem::is_regular_file(arguments.network, error),
                          .batches = arguments.batches,
                          .repeats = arguments.repeats};
    if (!request.isExported) {
        const auto trained = findTrained(common.store, arguments.network, common.folder());
        if (!trained)
            return console.fail(noNetwork(arguments.network, trained.error()));
        noteNamesakes(common.store, arguments.network, trained->id, console);
        request.network = trained->checkpoint;
    }
    bool interrupted = false;
    const auto times = interruptible(console, interrupted, [&](auto progress, auto stop) {
        return timeNetwork(request, progress, stop);
    });
    if (!times)
        return failed(console, times.error(), interrupted);
    console.say(toText(*times));
    Json event = {{"event", "timed"}};
    event.update(toJson(*times));
    console.emit(event);
    return Done;
}

} // namespace concertina
