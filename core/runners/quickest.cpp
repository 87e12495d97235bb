// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runners/quickest.h"

#include "core/exports/agreement.h"
#include "core/exports/samples.h"
#include "core/runners/kept_choice.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

namespace concertina {

namespace {

constexpr int looks = 3;           // TorchScript looks at two runs before it optimizes
constexpr int timedRounds = 7;     // whose median is taken
constexpr int heldAgainst = 2;     // made images
constexpr double alike = 1.02;     // a measurement is no sharper: the first in the table is taken
constexpr double leftBehind = 1.5; // after two rounds: a runner that is timed no further

/// A runner that is right, and how long it took.
struct Racer {
    const RunnerEntry* entry = nullptr;
    NetworkRun run{};
    std::vector<double> times{};
    bool goesOn = true;

    double least() const { return std::ranges::min(times); }
    double middle() const {
        std::vector<double> sorted = times;
        std::ranges::sort(sorted);
        return sorted[sorted.size() / 2];
    }
};

/// None where it can't run the network, or is wrong.
std::optional<Racer> racer(const RunnerEntry& entry, const CollapsedNetwork& network,
                           const torch::Tensor& images,
                           const std::vector<torch::Tensor>& expected) {
    if (!std::ranges::count(entry.precisions, Precision::Float32))
        return std::nullopt;
    auto run = entry.open(network, Precision::Float32);
    if (!run)
        return std::nullopt;
    std::vector<torch::Tensor> found;
    for (int look = 0; look < looks; ++look)
        for (std::int64_t n = 0; n < images.size(0); ++n) {
            auto outputs = (*run)(images.narrow(0, n, 1));
            if (!outputs)
                return std::nullopt;
            for (std::size_t t = 0; look + 1 == looks && t < outputs->size(); ++t)
                if (n == 0)
                    found.push_back((*outputs)[t]);
                else
                    found[t] = torch::cat({found[t], (*outputs)[t]});
        }
    if (!agreement(network, expected, found, entry.label).agrees)
        return std::nullopt;
    return Racer{&entry, std::move(*run)};
}

/// In turns, so that what disturbs the machine disturbs all.
void race(std::vector<Racer>& racers, const torch::Tensor& image, int round) {
    using Clock = std::chrono::steady_clock;
    double best = std::numeric_limits<double>::infinity();
    for (Racer& each : racers) {
        if (!each.goesOn)
            continue;
        const auto start = Clock::now();
        static_cast<void>(each.run(image));
        each.times.push_back(
            std::chrono::duration<double, std::milli>(Clock::now() - start).count());
        best = std::min(best, each.least());
    }
    if (round == 1)
        for (Racer& each : racers)
            each.goesOn = each.least() <= leftBehind * best;
}

Expected<QuickestRunner> openedRunner(const RunnerEntry& entry, const CollapsedNetwork& network) {
    auto run = entry.open(network, Precision::Float32);
    if (!run)
        return failure(run.error());
    return QuickestRunner{entry.id, entry.label, std::move(*run)};
}

} // namespace

Expected<QuickestRunner> quickestRunner(const CollapsedNetwork& network,
                                        const std::filesystem::path& folder,
                                        std::span<const RunnerEntry* const> among,
                                        IfNotKept otherwise, const Progress& progress,
                                        const std::stop_token& stop) {
    const torch::NoGradGuard noGrad;
    const KeptChoice kept(network, folder);
    const auto known = std::ranges::find(among, kept.runner(), &RunnerEntry::id);
    if (known != among.end())
        if (auto runner = openedRunner(**known, network)) {
            runner->wasKept = true;
            return runner;
        }
    if (otherwise == IfNotKept::TakeExecutor)
        return openedRunner(*runners().front(), network);
    setComputeThreads(0);
    const torch::Tensor images = madeSamples(heldAgainst, network.height, network.width).images;
    const auto expected = network.forward(images, {});
    std::vector<Racer> racers;
    for (const RunnerEntry* entry : among) {
        if (stop.stop_requested())
            return failure(stoppedProblem(network.name));
        progress(0, "timing " + entry->label);
        if (auto right = racer(*entry, network, images, expected))
            racers.push_back(std::move(*right));
    }
    for (int round = 0; round < timedRounds; ++round) {
        if (stop.stop_requested())
            return failure(stoppedProblem(network.name));
        race(racers, images.narrow(0, 0, 1), round);
    }
    if (racers.empty())
        return openedRunner(*runners().front(), network);
    const double best = std::ranges::min_element(racers, {}, &Racer::middle)->middle();
    Racer& quickest = *std::ranges::find_if(
        racers, [&](const Racer& each) { return each.middle() <= alike * best; });
    kept.keep(quickest.entry->id, quickest.middle());
    return QuickestRunner{quickest.entry->id, quickest.entry->label, std::move(quickest.run)};
}

} // namespace concertina
