// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/averaging.h"

#include "core/tensor/torch.h"
#include "core/training/run_data.h"

#include <algorithm>
#include <set>

namespace concertina {

namespace {

/// The mean of networks that come one after the other.
class RunningMean {
public:
    explicit RunningMean(UnfoldedNetwork& mean) : m_mean(mean), m_spread(mean.tensors.size()) {
        for (const Instruction& instruction : mean.program.instructions)
            if (instruction.op == Op::Norm) // a mean and a variance that are this norm's own
                m_spread[static_cast<std::size_t>(instruction.tensors[2])] =
                    torch::zeros_like(mean.tensors[static_cast<std::size_t>(instruction.tensors[2])]);
    }

    /// As X + (Y − X) / n, so that equal ones change nothing; squares as Welford's method has them.
    void add(const std::vector<torch::Tensor>& tensors) {
        ++m_count;
        for (std::size_t i = 0; i < tensors.size(); ++i) {
            const torch::Tensor before = tensors[i] - m_mean.tensors[i];
            m_mean.tensors[i] = m_mean.tensors[i] + before / m_count;
            if (m_spread[i].defined())
                m_spread[i] += before * (tensors[i] - m_mean.tensors[i]);
        }
    }

    void finish() {
        for (const Instruction& instruction : m_mean.program.instructions)
            if (instruction.op == Op::Norm)
                m_mean.tensors[static_cast<std::size_t>(instruction.tensors[3])] +=
                    m_spread[static_cast<std::size_t>(instruction.tensors[2])] / m_count;
    }

private:
    UnfoldedNetwork& m_mean;
    std::vector<torch::Tensor> m_spread; ///< Σ (μ − mean)², of means
    int m_count = 1;
};

std::string layerOf(const std::string& name) {
    return name.substr(0, name.find('/'));
}

/// A layer of which two networks do not run the same; empty: none.
std::string firstDifference(const UnfoldedNetwork& a, const UnfoldedNetwork& b) {
    const std::set<std::string> left(a.program.tensors.begin(), a.program.tensors.end());
    const std::set<std::string> right(b.program.tensors.begin(), b.program.tensors.end());
    for (const std::string& name : a.program.tensors)
        if (!right.contains(name))
            return layerOf(name);
    for (const std::string& name : b.program.tensors)
        if (!left.contains(name))
            return layerOf(name);
    for (std::size_t i = 0; i < a.tensors.size(); ++i)
        if (a.program == b.program && a.tensors[i].sizes() != b.tensors[i].sizes())
            return layerOf(a.program.tensors[i]);
    return a.program == b.program ? "" : "the way that layers are read";
}

Problem anotherPlan(const std::filesystem::path& file, std::int64_t step, const std::string& layer,
                    std::size_t alike) {
    return {"collapse.plan", file.string(),
            "a network with other kernels or norms at step " + std::to_string(step) + ", in " + layer,
            "checkpoints since the last change of the sharing",
            alike == 1 ? "leave averaging out, or train on until there are more"
                       : "average at most " + std::to_string(alike)};
}

bool allFinite(const std::vector<torch::Tensor>& tensors) {
    return std::ranges::all_of(
        tensors, [](const torch::Tensor& t) { return torch::isfinite(t).all().item<bool>(); });
}

/// A part of a longer work's progress.
Progress part(const Progress& progress, double from, double to) {
    return [&progress, from, to](double share, const std::string& what) {
        progress(from + share * (to - from), what);
    };
}

} // namespace

CollapsedNetwork PreparedNetwork::folded(torch::ScalarType type, FoldCounts* counts) const {
    CollapsedNetwork compact = fold(unfolded, about, type, counts);
    compact.origin = origin;
    return compact;
}

Expected<PreparedNetwork> prepare(const std::filesystem::path& checkpoint,
                                  const Averaging& averaging, const ExperimentSpec& spec,
                                  const Progress& progress, const std::stop_token& stop) {
    progress(0, "reading the checkpoint");
    auto about = loadCheckpoint(checkpoint, CheckpointPart::Weights);
    if (!about)
        return failure(about.error());
    auto network = networkOf(*about);
    if (!network)
        return failure(network.error());
    about->tensors.clear();
    if (stop.stop_requested())
        return failure(stoppedProblem(checkpoint.string()));
    UnfoldedNetwork unfolded = unfoldedOf(*network);
    NetworkOrigin origin{.normBatches = averaging.normBatches};
    if (!averaging.earlier.empty()) {
        auto steps = addToMean(unfolded, about->step, averaging.earlier, part(progress, 0.1, 0.5), stop);
        if (!steps)
            return failure(steps.error());
        origin.steps = std::move(*steps);
    }
    origin.steps.push_back(about->step);
    Expected<int> skipped = 0;
    if (averaging.normBatches > 0)
        skipped = estimateNorms(unfolded, spec, averaging.normBatches, part(progress, 0.5, 1), stop);
    if (!skipped)
        return failure(skipped.error());
    unfolded = withEqualKernelsTied(std::move(unfolded));
    return PreparedNetwork{std::move(*about), std::move(*network), std::move(unfolded),
                           std::move(origin), *skipped};
}

Expected<std::vector<std::int64_t>> addToMean(UnfoldedNetwork& network, std::int64_t step,
                                              std::span<const std::filesystem::path> earlier,
                                              const Progress& progress,
                                              const std::stop_token& stop) {
    const torch::NoGradGuard noGrad;
    RunningMean mean(network);
    std::vector<std::int64_t> steps;
    for (std::size_t i = earlier.size(); i-- > 0;) {
        const std::filesystem::path& file = earlier[i];
        if (stop.stop_requested())
            return failure(stoppedProblem(file.string()));
        const std::size_t alike = steps.size() + 1;
        progress(static_cast<double>(steps.size()) / static_cast<double>(earlier.size()),
                 "reading checkpoint " + std::to_string(alike + 1));
        auto checkpoint = loadCheckpoint(file, CheckpointPart::Weights);
        if (!checkpoint)
            return failure(checkpoint.error());
        if (checkpoint->step >= (steps.empty() ? step : steps.front()))
            return failure({"collapse.step", file.string(),
                            "a checkpoint of step " + std::to_string(checkpoint->step),
                            "checkpoints by their steps, each once", ""});
        const auto other = networkOf(*checkpoint);
        if (!other)
            return failure(other.error());
        checkpoint->tensors.clear();
        const UnfoldedNetwork unfolded = unfoldedOf(*other);
        if (const std::string layer = firstDifference(network, unfolded); !layer.empty())
            return failure(anotherPlan(file, checkpoint->step, layer, alike));
        mean.add(unfolded.tensors);
        steps.insert(steps.begin(), checkpoint->step);
    }
    mean.finish();
    return steps;
}

Expected<int> estimateNorms(UnfoldedNetwork& network, const ExperimentSpec& spec, int batches,
                            const Progress& progress, const std::stop_token& stop) {
    const torch::NoGradGuard noGrad;
    const auto data = openRunData(spec);
    if (!data)
        return failure(data.error());
    const std::vector<torch::Tensor> running = network.rounded(torch::kFloat32);
    Loader loader(data->training, data->maker, data->trainingPlan,
                  {.end = batches,
                   .threads = spec.data.loaderThreads,
                   .damaged = skipsDamaged(spec) ? Damaged::Replace : Damaged::Stop});
    RunSettings settings{.training = true};
    std::set<std::string> damaged;
    for (int k = 0; k < batches; ++k) {
        if (stop.stop_requested())
            return failure(stoppedProblem(""));
        progress(double(k) / batches, "norms' statistics, batch " + std::to_string(k + 1));
        const LoadedBatch loaded = loader.next();
        if (!loaded.batch)
            return failure(loaded.batch.error());
        for (const Problem& problem : loaded.damaged)
            damaged.insert(problem.path);
        settings.momenta.assign(network.program.instructions.size(), 1.0 / (k + 1));
        runProgram(network.program, running, loaded.batch->images, settings);
    }
    for (const Instruction& instruction : network.program.instructions)
        if (instruction.op == Op::Norm)
            for (const std::size_t which : {2U, 3U}) {
                const auto slot = static_cast<std::size_t>(instruction.tensors[which]);
                network.tensors[slot] = running[slot].to(torch::kFloat64);
            }
    if (!allFinite(network.tensors))
        return failure({"network.not_finite", "", "statistics of norms that are not finite",
                        "finite numbers", "train with a lower rate, or average fewer checkpoints"});
    return static_cast<int>(damaged.size());
}

} // namespace concertina
