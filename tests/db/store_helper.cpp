// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of the store need a second process for.
//
//   store_helper own STORE RUN           claims a run until its input ends
//   store_helper train STORE NAME STEPS  records a run, a checkpoint every 10 steps
//   store_helper other-user STORE r|w        opens a store as a user who may write nothing of
//   root's store_helper fixture STORE           makes the store of tests/fixtures/store-vN
#include "db/store.h"
#include "db/store_writer.h"

#include <grp.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <limits>

using namespace concertina;

namespace {

template <class T>
T valueOf(Expected<T> expected) {
    if (!expected) {
        std::cout << expected.error().code << std::endl;
        std::cerr << toText(expected.error()) << std::endl;
        std::exit(1);
    }
    if constexpr (!std::is_void_v<T>)
        return std::move(*expected);
}

/// Until the parent closes our input.
void awaitEnd() {
    std::string line;
    while (std::getline(std::cin, line)) {
    }
}

int own(const std::string& folder, const RunId& run) {
    Store store = valueOf(Store::open(folder, StoreMode::ReadWrite));
    valueOf(store.claim(run));
    std::cout << "ready" << std::endl;
    awaitEnd();
    return 0;
}

CheckpointEvent checkpointOf(const Store& store, const RunId& run, const RunPosition& position) {
    CheckpointEvent checkpoint;
    checkpoint.position = position;
    checkpoint.file =
        (store.checkpointFolder(run) / (std::to_string(position.step) + ".safetensors")).string();
    std::ofstream(checkpoint.file) << "weights";
    checkpoint.bytes = 7;
    checkpoint.sha256 = "00";
    checkpoint.reason = "schedule";
    return checkpoint;
}

/// Two series; value = step in the first, −step in the second.
int train(const std::string& folder, const std::string& name, int steps) {
    Store store = valueOf(Store::open(folder, StoreMode::ReadWrite));
    NewRun newRun;
    newRun.spec.name = name;
    const RunId run = valueOf(store.createRun(newRun));
    valueOf(store.setState(run, RunState::Running));
    std::cout << run << std::endl;
    auto writer = valueOf(StoreWriter::open(folder, run));
    for (int step = 1; step <= steps; ++step) {
        const RunPosition position{step, step / 10.0, step * 0.5};
        MetricRows rows;
        for (const double sign : {1.0, -1.0})
            rows.push_back({"", sign > 0 ? "up" : "down", "train", step, position.epoch,
                            position.seconds, sign * step});
        valueOf(writer->append(std::move(rows)));
        if (step % 10 == 0)
            valueOf(writer->checkpoint(checkpointOf(store, run, position)));
        valueOf(writer->progress(position));
    }
    valueOf(writer->flush());
    std::cout << "written" << std::endl;
    awaitEnd();
    return 0;
}

int asOtherUser(const std::string& folder, bool writing) {
    constexpr unsigned id = 65534;
    if (geteuid() == 0 && (setgroups(0, nullptr) != 0 || setgid(id) != 0 || setuid(id) != 0)) {
        std::cout << "root cannot become another" << std::endl;
        return 1;
    }
    if (access(folder.c_str(), X_OK) != 0) {
        std::cout << "other users cannot come to the folder" << std::endl;
        return 1;
    }
    const auto store = Store::open(folder, writing ? StoreMode::ReadWrite : StoreMode::ReadOnly);
    if (!store) {
        std::cout << store.error().code << std::endl;
        return 0;
    }
    std::cout << "runs " << valueOf(store->runs()).size() << std::endl;
    // The next answer only when it is asked for, so that the store can change in between.
    std::string line;
    while (std::getline(std::cin, line))
        std::cout << "runs " << valueOf(store->runs()).size() << std::endl;
    return 0;
}

/// What tst_store_schema expects of a frozen store; a change needs a new version's fixture.
int fixture(const std::string& folder) {
    Store store = valueOf(Store::open(folder, StoreMode::ReadWrite));
    NewRun newRun;
    newRun.spec.name = "キッチン – première";
    newRun.spec.notes = "first line\nsecond line";
    newRun.spec.seed = 42;
    newRun.group = "kitchen";
    const RunId run = valueOf(store.createRun(newRun));
    RunStart start;
    start.spec = newRun.spec;
    start.plan = {{"layers", Json::array({"enc1", "dec1"})}};
    start.dataset = {{"name", "rooms"}, {"fingerprint", "0123"}};
    start.environment = {{"program", "0.1.0"}, {"threads", 2}};
    start.steps = 200;
    start.stepsPerEpoch = 20;
    start.trainedParameters = 3e6;
    start.collapsedParameters = 1e6;
    valueOf(store.recordStart(run, start));
    valueOf(store.recordPlan(
        run, {.spec = start.spec,
              .plan = start.plan,
              .changes = Json::array({{{"step", 50}, {"change", "dec1: merged"}}}),
              .trainedParameters = start.trainedParameters,
              .collapsedParameters = start.collapsedParameters}));
    auto writer = valueOf(StoreWriter::open(folder, run));
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const double values[] = {0.5, 0.25, std::nan(""), infinity, -infinity, 0.75};
    for (int step = 0; step < 6; ++step)
        valueOf(writer->append(MetricRows{{"depth", "loss", "train", step * 20, step * 1.0,
                                           step * 12.5, values[step]}}));
    valueOf(writer->append(
        ConflictRows{{40, "dec1", "M", "depth", "normal", "exact", -0.25, 1.5, std::nan("")}}));
    valueOf(writer->preview(100, {"kitchen/1", "depth", "expanded", {0x89, 'P', 'N', 'G'}}));
    valueOf(writer->checkpoint({{100, 5, 62.5},
                                (store.checkpointFolder(run) / "100.safetensors").string(),
                                1234, "beef", "validation"}));
    valueOf(writer->notice({{100, 5, 62.5}, NoticeLevel::Warning, "data.damaged", "kitchen/7"}));
    valueOf(writer->state({{100, 5, 62.5}, RunState::Stopped, "by hand"}, Ownership::Release));
    valueOf(writer->close());
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const std::string what = arguments.empty() ? "" : arguments[0];
    if (what == "own" && arguments.size() == 3)
        return own(arguments[1], arguments[2]);
    if (what == "train" && arguments.size() == 4)
        return train(arguments[1], arguments[2], std::atoi(arguments[3].c_str()));
    if (what == "other-user" && arguments.size() == 3)
        return asOtherUser(arguments[1], arguments[2] == "w");
    if (what == "fixture" && arguments.size() == 2)
        return fixture(arguments[1]);
    std::cerr << "unknown arguments" << std::endl;
    return 2;
}
