// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/look_commands.h"
#include "app/session/interrupt.h"
#include "core/data/guess_dataset.h"

#include <stop_token>

namespace concertina {

ExitCode dataGuessCommand(const std::string& folder, bool write, Console& console) {
    std::stop_source source;
    bool interrupted = false;
    const auto guess = [&] {
        const InterruptWatch watch([&] { source.request_stop(); });
        auto made = guessDataset(folder, source.get_token());
        interrupted = watch.interrupted();
        return made;
    }();
    if (!guess) {
        console.fail(guess.error());
        return interrupted ? Interrupted : ProblemReported;
    }
    const Json layout = layoutJson(*guess);
    console.emit({{"event", "guess"}, {"layout", layout}, {"remarks", guess->remarks}});
    console.say(jsonText(layout, 2) + "\n");
    for (const std::string& remark : guess->remarks)
        console.note(remark);
    if (!write)
        return Done;
    const auto written = writeLayout(*guess);
    if (!written)
        return console.fail(written.error());
    console.note("Written: " + written->string());
    console.emit({{"event", "written"}, {"file", written->string()}});
    return Done;
}

} // namespace concertina
