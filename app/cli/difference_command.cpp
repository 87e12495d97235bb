// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/interruptible.h"
#include "app/cli/look_commands.h"
#include "app/cli/named_run.h"
#include "app/cli/network_commands.h"
#include "app/session/trained_run.h"
#include "core/exports/network_comparison.h"

#include <memory>

namespace concertina {

namespace {

enum class SideKind { File, Plan, Run };

/// A file is a spec where its name ends so; what is neither a file nor a preset is a run.
SideKind kindOf(const std::string& word) {
    std::error_code error;
    if (std::filesystem::is_regular_file(word, error))
        return std::filesystem::path(word).extension() == ".json" ? SideKind::Plan : SideKind::File;
    return presetNamed(word) != nullptr ? SideKind::Plan : SideKind::Run;
}

tl::expected<ComparedSide, Problems> sideOf(const std::string& word, bool expanded,
                                            const CommonArguments& common, Console& console) {
    const auto problem = [](const Problem& one) { return tl::unexpected(Problems{one}); };
    ComparedSide side{.name = word};
    switch (kindOf(word)) {
    case SideKind::File: side.file = word; break;
    case SideKind::Plan: {
        const auto spec = loadSpec(word, {}, common.data);
        if (!spec)
            return tl::unexpected(spec.error());
        DesignResult result = designAsSetUp(*spec, console);
        if (!result.problems.empty())
            return tl::unexpected(std::move(result.problems));
        side.plan = std::make_shared<NetworkDesign>(std::move(result.design));
        break;
    }
    case SideKind::Run: {
        const auto trained = findTrained(common.store, word, common.folder());
        if (!trained && trained.error().code == "run.unknown")
            return problem({"difference.unknown", word, "neither a file, nor a preset, nor a run",
                            "one of these", "\"concertina-cli runs\" lists the runs"});
        if (!trained)
            return problem(trained.error());
        noteNamesakes(common.store, word, trained->id, console);
        side.checkpoint = trained->checkpoint;
        side.expanded = expanded;
        side.spec = trained->spec;
    }
    }
    return side;
}

} // namespace

ExitCode differenceCommand(const CommonArguments& common, const DifferenceArguments& arguments,
                           Console& console) {
    const bool both = arguments.expanded == "both" || kindOf(arguments.left) == SideKind::Plan
                      || kindOf(arguments.right) == SideKind::Plan;
    auto left = sideOf(arguments.left, both || arguments.expanded == "left", common, console);
    if (!left)
        return console.fail(left.error());
    auto right = sideOf(arguments.right, both || arguments.expanded == "right", common, console);
    if (!right)
        return console.fail(right.error());
    bool interrupted = false;
    const auto difference = interruptible(console, interrupted, [&](auto progress, auto stop) {
        return compareNetworks({*left, *right, arguments.images}, progress, stop);
    });
    if (!difference)
        return failed(console, difference.error(), interrupted);
    Json json = {{"event", "difference"}};
    json.update(toJson(*difference, arguments.all));
    console.emit(json);
    console.say(toText(*difference, arguments.all));
    return Done;
}

} // namespace concertina
