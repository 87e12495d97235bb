// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/runners/timing.h"

#include "core/collapse/collapsed_network.h"
#include "core/exports/agreement.h"
#include "core/runners/allocation_peak.h"
#include "core/runners/runner.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "core/training/checkpoint.h"
#include "core/values/text.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <chrono>

namespace concertina {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int warmUps = 3;          // TorchScript looks at two runs before it optimizes
constexpr double patience = 10'000; // milliseconds for the runs of one row

/// A row whose runner is right, and what is measured of it.
struct Candidate {
    std::size_t row = 0;
    NetworkRun run{};
    std::vector<double> milliseconds{};
    double spent = 0;
};

double timed(const NetworkRun& run, const torch::Tensor& images) {
    const auto begin = Clock::now();
    run(images);
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

/// What is wrong with a runner's outputs; empty: nothing.
std::string wrongWith(const CollapsedNetwork& network, const std::vector<torch::Tensor>& expected,
                      const std::vector<torch::Tensor>& found, const RunnerEntry& entry,
                      Precision precision) {
    if (precision == Precision::Float32)
        return agreement(network, expected, found, entry.label).why;
    // Windows of unpooling flip, and what is in them is as large as it was: a mean says more.
    constexpr double mostOnAverage = 0.1;
    for (std::size_t t = 0; t < expected.size(); ++t) {
        const torch::Tensor away = (found[t].view_as(expected[t]) - expected[t]).abs();
        const double share = (away.mean() / expected[t].abs().mean()).item<double>();
        if (!(share <= mostOnAverage))
            return network.targets[t].name + " is " + digitsText(100 * share, 2)
                   + " % away on average";
    }
    return {};
}

double quantile(std::vector<double> values, double share) {
    std::ranges::sort(values);
    const auto last = static_cast<double>(values.size() - 1);
    return values[static_cast<std::size_t>(share * last + 0.5)];
}

class Timing {
public:
    Timing(const CollapsedNetwork& network, const TimingRequest& request)
        : m_network(network), m_request(request) {
        m_times = {network.name, network.height, network.width, at::get_num_threads(), {}};
    }

    /// Opens every runner for a batch, and holds its outputs against the executor's.
    void open(int batch) {
        m_candidates.clear();
        m_images = torch::randn({batch, 3, m_network.height, m_network.width});
        const auto expected = m_network.forward(m_images, {});
        for (const RunnerEntry* entry : runners())
            for (const Precision precision : entry->precisions)
                add(*entry, precision, batch, expected);
    }

    /// All candidates once, in turns, so that what disturbs the machine disturbs all.
    bool round() {
        bool isAny = false;
        for (Candidate& candidate : m_candidates) {
            if (candidate.spent > patience
                || std::ssize(candidate.milliseconds) >= m_request.repeats)
                continue;
            isAny = true;
            const double time = timed(candidate.run, m_images);
            candidate.spent += time;
            candidate.milliseconds.push_back(time);
        }
        return isAny;
    }

    void note() {
        for (Candidate& candidate : m_candidates) {
            RunnerTime& row = m_times.rows[candidate.row];
            row.median = quantile(candidate.milliseconds, 0.5) / row.batch;
            row.late = quantile(candidate.milliseconds, 0.95) / row.batch;
            const AllocationPeak peak;
            candidate.run(m_images);
            row.memory = peak.bytes();
        }
    }

    RunnerTimes times() const { return m_times; }

private:
    void add(const RunnerEntry& entry, Precision precision, int batch,
             const std::vector<torch::Tensor>& expected) {
        RunnerTime row{
            .runner = entry.label, .precision = std::string(choiceName(precision)), .batch = batch};
        Candidate candidate{.row = m_times.rows.size()};
        auto run = entry.open(m_network, precision);
        auto found = run ? (*run)(m_images) : failure(run.error());
        row.why =
            found ? wrongWith(m_network, expected, *found, entry, precision) : found.error().found;
        if (row.why.empty()) {
            for (int i = 1; i < warmUps; ++i)
                (*run)(m_images);
            candidate.run = std::move(*run);
            m_candidates.push_back(std::move(candidate));
        }
        m_times.rows.push_back(std::move(row));
    }

    const CollapsedNetwork& m_network;
    TimingRequest m_request;
    torch::Tensor m_images;
    std::vector<Candidate> m_candidates;
    RunnerTimes m_times;
};

/// Of a file or a checkpoint.
Expected<CollapsedNetwork> collapsedOf(const TimingRequest& request) {
    if (request.isExported)
        return loadCollapsed(request.network);
    const auto loaded = loadNetwork(request.network);
    if (!loaded)
        return failure(loaded.error());
    return fold(loaded->network, loaded->checkpoint);
}

} // namespace

Expected<RunnerTimes> timeNetwork(const TimingRequest& request, const Progress& progress,
                                  const std::stop_token& stop) {
    const torch::NoGradGuard noGrad;
    setComputeThreads(0);
    progress(0, "reading the network");
    const auto network = collapsedOf(request);
    if (!network)
        return failure(network.error());
    torch::manual_seed(0);
    Timing timing(*network, request);
    const auto parts = static_cast<double>(request.batches.size());
    for (std::size_t b = 0; b < request.batches.size(); ++b) {
        const std::string what = "batch " + std::to_string(request.batches[b]);
        progress(double(b) / parts, what);
        timing.open(request.batches[b]);
        bool goesOn = true;
        for (int i = 0; goesOn; ++i) {
            if (stop.stop_requested())
                return failure(stoppedProblem(request.network.string()));
            progress((double(b) + double(i) / double(request.repeats)) / parts, what);
            goesOn = timing.round();
        }
        timing.note();
    }
    progress(1, "done");
    return timing.times();
}

} // namespace concertina
