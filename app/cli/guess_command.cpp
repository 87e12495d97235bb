// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interruptible.h"
#include "app/cli/look_commands.h"
#include "core/data/guess_dataset.h"

#include <stop_token>

namespace concertina {

ExitCode dataGuessCommand(const std::string& folder, bool write, Console& console) {
    bool interrupted = false;
    const auto guess =
        interruptible(console, interrupted, [&](const Progress&, const std::stop_token& stop) {
            return guessDataset(folder, stop);
        });
    if (!guess)
        return failed(console, guess.error(), interrupted);
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
