// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/named_run.h"
#include "app/session/initial_run.h"
#include "core/catalogue.h"

namespace concertina {

namespace {

/// Trains what was made of a run's network, or prints it.
ExitCode trainChanged(const CommonArguments& common, const TaskChangeArguments& arguments,
                      const TrainArguments& train, Expected<ExperimentSpec> changed,
                      Console& console) {
    if (!changed)
        return console.fail(changed.error());
    const auto spec = finishedSpec(std::move(*changed), train.assignments, common.data);
    if (!spec)
        return console.fail(spec.error());
    if (!arguments.print)
        return trainSpec(common, *spec, train.report, console);
    console.say(jsonText(toJson(*spec), 2) + "\n");
    console.emit(toJson(*spec));
    return Done;
}

Expected<PlannedNetwork> networkOf(const CommonArguments& common,
                                   const TaskChangeArguments& arguments, Console& console) {
    RunId run;
    {
        const auto store = Store::open(common.store, StoreMode::ReadOnly);
        if (!store)
            return failure(store.error());
        auto found = namedRun(*store, arguments.run, console);
        if (!found)
            return failure(found.error());
        run = std::move(*found);
    }
    return plannedNetwork(common.store, run, arguments.step);
}

} // namespace

ExitCode addTaskCommand(const CommonArguments& common, const TaskChangeArguments& arguments,
                        const TrainArguments& train, Console& console) {
    const auto network = networkOf(common, arguments, console);
    if (!network)
        return console.fail(network.error());
    AddedTask task{.id = arguments.task, .layers = arguments.layers, .from = arguments.from};
    if (arguments.state == stateName(SharingState::Separate))
        task.state = SharingState::Separate;
    return trainChanged(common, arguments, train, withTaskAdded(*network, task, catalogue()),
                        console);
}

ExitCode dropTaskCommand(const CommonArguments& common, const TaskChangeArguments& arguments,
                         const TrainArguments& train, Console& console) {
    const auto network = networkOf(common, arguments, console);
    if (!network)
        return console.fail(network.error());
    return trainChanged(common, arguments, train,
                        withTaskDropped(*network, arguments.task, catalogue()), console);
}

} // namespace concertina
