// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapse.h"

#include "core/catalogue.h"
#include "core/collapse/averaging.h"
#include "core/collapse/layer_comparison.h"
#include "core/model/costs.h"
#include "core/model/plan_change.h"
#include "core/model/task_change.h"
#include "core/model/weight_owners.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"

#include <algorithm>
#include <chrono>

namespace concertina {

namespace {

constexpr int warmUpPasses = 3;   // fewer of networks that take `warmUpTime`
constexpr double warmUpTime = 300; // milliseconds
constexpr int timedPasses = 15;
constexpr int fewestPasses = 3;   // of large networks
constexpr double patience = 3000; // milliseconds for all that are timed

using Forward = std::function<void(const torch::Tensor&)>;

double milliseconds(const Forward& forward, const torch::Tensor& image) {
    const auto start = std::chrono::steady_clock::now();
    forward(image);
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start)
        .count();
}

double median(std::vector<double> values) {
    std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
    return values[values.size() / 2];
}

/// Both in turn, so that a change of the machine's speed meets both.
BeforeAfter time(const Network& network, const CollapsedNetwork& compact) {
    const torch::Tensor image = torch::zeros({1, 3, compact.height, compact.width});
    const Forward expanded = [&](const torch::Tensor& x) {
        network.forward(network.compose(false), x, {});
    };
    const Forward collapsed = [&](const torch::Tensor& x) { compact.forward(x, {}); };
    std::vector<double> before, after;
    double spent = 0;
    for (int i = 0; i < warmUpPasses && spent < warmUpTime; ++i)
        spent += milliseconds(expanded, image) + milliseconds(collapsed, image);
    spent = 0;
    for (int i = 0; i < timedPasses && (spent < patience || i < fewestPasses); ++i) {
        before.push_back(milliseconds(expanded, image));
        after.push_back(milliseconds(collapsed, image));
        spent += before.back() + after.back();
    }
    return {median(before), median(after)};
}

double weightBytes(const Network& network) {
    double sum = 0;
    for (const auto& [name, tensor] : network.namedTensors())
        sum += static_cast<double>(tensor.nbytes());
    return sum;
}

std::int64_t weightBytes(const CollapsedNetwork& network) {
    std::int64_t sum = 0;
    for (const torch::Tensor& tensor : network.tensors)
        sum += static_cast<std::int64_t>(tensor.nbytes());
    return sum;
}

/// What is shipped of a network: all of it, or what is left without one of its tasks.
Expected<NetworkDesign> shippedDesign(const PreparedNetwork& prepared, const std::string& without) {
    const NetworkDesign& design = prepared.network.design();
    if (without.empty())
        return prepared.unfolded.design;
    const Checkpoint& about = prepared.about;
    const auto spec = withTaskDropped({.spec = about.spec,
                                       .changes = changesBefore(about.spec.network, about.step),
                                       .plan = prepared.unfolded.design.plan},
                                      without, catalogue());
    if (!spec)
        return failure(spec.error());
    std::vector<int> outputs;
    for (std::size_t t = 0; t < about.targets.size(); ++t)
        if (design.plan.tasks[t] != without)
            outputs.push_back(design.graph.node(design.graph.outputs[t]).channels);
    DesignResult left = designNetwork(*spec, catalogue(), outputs);
    if (!left.problems.empty())
        return failure(std::move(left.problems.front()));
    return std::move(left.design);
}

/// A mean of checkpoints has no gates: each kernel is a mean of what they were.
std::vector<LayerClaims> claimsOf(const Network& network, const NetworkOrigin& origin) {
    if (origin.steps.size() > 1)
        return {};
    return layerClaims({origin.steps.back(), network.design().plan.tasks, network.readings()});
}

} // namespace

Expected<CollapseReport> collapse(const CollapseRequest& request, const Progress& progress,
                                  const std::stop_token& stop) {
    const Problem stopped =
        stoppedProblem(request.checkpoint.string(), "No collapsed network was written.");
    const torch::NoGradGuard noGrad;
    setComputeThreads(0);
    auto prepared =
        prepare(request.checkpoint, request.averaging, request.spec,
                [&](double share, const std::string& what) { progress(0.4 * share, what); }, stop);
    if (!prepared)
        return failure(prepared.error());
    if (stop.stop_requested())
        return failure(stopped);
    progress(0.4, "folding");
    FoldCounts counts;
    CollapsedNetwork compact = prepared->folded(torch::kFloat32, &counts);
    const auto shipped = shippedDesign(*prepared, request.without);
    if (!shipped)
        return failure(shipped.error());
    if (!request.without.empty())
        compact = withoutTask(compact, request.without, counts);
    prepared->unfolded.tensors.clear(); // in float64, the most that is held
    if (stop.stop_requested())
        return failure(stopped);
    std::optional<WrittenNetwork> written;
    if (request.write) {
        progress(0.5, "writing");
        auto saved = request.write(compact);
        if (!saved)
            return failure(saved.error());
        written = std::move(*saved);
    }
    if (request.timed)
        progress(0.6, "timing both networks");
    const Network& network = prepared->network;
    const NetworkCosts costs = networkCosts(network.design(), {});
    CollapseReport report{
        .written = written,
        .origin = compact.origin,
        .parameters = {costs.trainedParameters, static_cast<double>(compact.parameters())},
        .multiplyAdds = {costs.multiplyAdds + costs.composeMultiplyAdds,
                         networkCosts(*shipped, {}).multiplyAdds},
        .bytes = {weightBytes(network),
                  static_cast<double>(written ? written->bytes : weightBytes(compact))},
        .milliseconds = request.timed ? time(network, compact) : BeforeAfter(),
        .owners = weightOwners(request.without.empty() ? network.design() : *shipped, *shipped),
        .distinctKernels = counts.kernels,
        .foldedNorms = counts.foldedNorms,
        .keptNorms = counts.keptNorms,
        .keptParts = counts.keptParts,
        .borderLayers = borderLayers(network.design()),
        .claims = claimsOf(network, compact.origin),
        .skipped = prepared->skipped};
    progress(1, "done");
    return report;
}

} // namespace concertina
