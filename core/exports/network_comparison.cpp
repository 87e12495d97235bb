// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/network_comparison.h"

#include "core/collapse/collapsed_network.h"
#include "core/exports/export.h"
#include "core/exports/samples.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace concertina {

namespace {

/// Bytes of what one network gave that are held until the other has run.
constexpr std::size_t mostHeld = 1'000'000'000;

/// A network as it is compared; of a plan without tensors.
struct ComparedNetwork {
    NetworkOutline outline;
    std::vector<torch::Tensor> tensors; ///< in float32
};

ComparedNetwork comparedOf(const CollapsedNetwork& network, std::string name) {
    ComparedNetwork result{.outline = {.name = std::move(name),
                                       .form = "collapsed",
                                       .program = network.program,
                                       .height = network.height,
                                       .width = network.width,
                                       .normalization = choiceName(network.normalization)}};
    for (const TargetInfo& target : network.targets)
        result.outline.tasks.push_back(target.name);
    for (const torch::Tensor& tensor : network.tensors)
        result.tensors.push_back(tensor.to(torch::kFloat32));
    return result;
}

ComparedNetwork expandedOf(const LoadedNetwork& loaded, const std::string& name) {
    ComparedNetwork result{.outline = outlineOf(loaded.network.design(), name),
                           .tensors = loaded.network.compose(false).tensors};
    result.outline.form = "expanded";
    result.outline.program = loaded.network.program();
    result.outline.normalization = choiceName(loaded.checkpoint.spec.data.normalization);
    return result;
}

Expected<ComparedNetwork> loadSide(const ComparedSide& side) {
    if (!side.file.empty()) {
        const auto network = loadCollapsed(side.file);
        if (!network)
            return failure(network.error());
        return comparedOf(*network, side.name);
    }
    if (side.checkpoint.empty())
        return ComparedNetwork{outlineOf(*side.plan, side.name), {}};
    const auto loaded = loadNetwork(side.checkpoint);
    if (!loaded)
        return failure(loaded.error());
    return side.expanded ? expandedOf(*loaded, side.name)
                         : comparedOf(fold(loaded->network, loaded->checkpoint), side.name);
}

void setShapes(ComparedNetwork& network) {
    if (network.tensors.empty())
        return;
    network.outline.shapes.clear();
    for (const torch::Tensor& tensor : network.tensors)
        network.outline.shapes.emplace_back(tensor.sizes().begin(), tensor.sizes().end());
}

double normOf(const torch::Tensor& tensor) {
    return tensor.to(torch::kFloat64).norm().item<double>();
}

/// Of the left one, or of 1 where this is zero.
double shareOf(double difference, double whole) {
    return difference / (whole == 0 ? 1 : whole);
}

bool sameToTheBit(const torch::Tensor& left, const torch::Tensor& right) {
    return torch::equal(left.contiguous().view(torch::kInt32),
                        right.contiguous().view(torch::kInt32));
}

void compareTensors(NetworkDifference& difference, const ComparedNetwork& left,
                    const ComparedNetwork& right) {
    for (NodeDifference& node : difference.nodes) {
        if (node.isAdded() || node.isRemoved())
            continue;
        const auto& here =
            difference.left.program.instructions[static_cast<std::size_t>(node.left)];
        const auto& there =
            difference.right.program.instructions[static_cast<std::size_t>(node.right)];
        if (here.op != there.op)
            continue;
        for (std::size_t i = 0; i < std::min(here.tensors.size(), there.tensors.size()); ++i) {
            const auto mine = static_cast<std::size_t>(here.tensors[i]);
            const auto other = static_cast<std::size_t>(there.tensors[i]);
            const torch::Tensor& a = left.tensors[mine];
            const torch::Tensor& b = right.tensors[other];
            if (!a.sizes().equals(b.sizes()))
                continue; // noted in the structure
            TensorDifference found{.left = difference.left.program.tensors[mine],
                                   .right = difference.right.program.tensors[other],
                                   .equal = sameToTheBit(a, b)};
            if (!found.equal && a.numel() > 0) {
                const torch::Tensor apart = a.to(torch::kFloat64) - b.to(torch::kFloat64);
                found.maxAbs = apart.abs().max().item<double>();
                found.relativeNorm = shareOf(normOf(apart), normOf(a));
            }
            node.tensors.push_back(std::move(found));
        }
    }
}

/// Gathers how far the outputs of paired nodes are apart, image by image.
class OutputComparison {
public:
    OutputComparison(const NetworkDifference& difference, const ComparedNetwork& left,
                     const ComparedNetwork& right)
        : m_left(left), m_right(right), m_sums(difference.nodes.size()) {
        for (std::size_t i = 0; i < difference.nodes.size(); ++i)
            if (const NodeDifference& node = difference.nodes[i];
                node.left > 0 && node.right > 0) // the image itself is the same
                m_nodes.push_back({node.left, node.right, i});
        std::ranges::sort(m_nodes, {}, &Paired::left);
    }

    /// What the left one gives is held as far as there is room; the rest in further passes.
    void add(const torch::Tensor& image) {
        for (std::size_t from = 0; from < m_nodes.size();)
            from = std::max(from + 1, addFrom(from, image)); // what is not shown is passed over
    }

    void writeTo(NetworkDifference& difference) const {
        for (std::size_t i = 0; i < m_sums.size(); ++i)
            if (const Sums& sums = m_sums[i]; sums.any)
                difference.nodes[i].output = OutputDifference{
                    .relativeNorm = shareOf(std::sqrt(sums.apart), std::sqrt(sums.left)),
                    .relativeMax = shareOf(sums.mostApart, sums.mostLeft)};
    }

private:
    struct Paired {
        int left = 0, right = 0;
        std::size_t node = 0;
    };
    struct Sums {
        bool any = false;
        double apart = 0, left = 0; ///< of squares
        double mostApart = 0, mostLeft = 0;
    };

    /// From one of `m_nodes` on; returns the first that did not fit.
    std::size_t addFrom(std::size_t from, const torch::Tensor& image) {
        std::map<int, torch::Tensor> held; // by the right instruction
        std::map<int, std::size_t> nodeOf;
        std::size_t next = from, bytes = 0;
        runProgram(m_left.outline.program, m_left.tensors, image,
                   {.look = [&](int at, const torch::Tensor& output) {
                       if (next == m_nodes.size() || m_nodes[next].left != at
                           || (bytes > mostHeld && next > from))
                           return;
                       // A copy: what follows may work in place.
                       held[m_nodes[next].right] = output.clone();
                       nodeOf[m_nodes[next].right] = m_nodes[next].node;
                       bytes += output.nbytes();
                       ++next;
                   }});
        runProgram(m_right.outline.program, m_right.tensors, image,
                   {.look = [&](int at, const torch::Tensor& output) {
                       const auto found = held.find(at);
                       if (found == held.end())
                           return;
                       compare(m_sums[nodeOf[at]], found->second, output);
                       held.erase(found);
                   }});
        return next;
    }

    static void compare(Sums& sums, const torch::Tensor& left, const torch::Tensor& right) {
        if (!left.sizes().equals(right.sizes()) || left.numel() == 0)
            return; // other channels, which the structure says, or other sides behind them
        const torch::Tensor wide = left.to(torch::kFloat64);
        const torch::Tensor apart = wide - right.to(torch::kFloat64);
        const auto most = [](double before, const torch::Tensor& tensor) {
            const double now = tensor.abs().max().item<double>();
            return before >= now || std::isnan(before) ? before : now;
        };
        sums.any = true;
        sums.apart += apart.square().sum().item<double>();
        sums.left += wide.square().sum().item<double>();
        sums.mostApart = most(sums.mostApart, apart);
        sums.mostLeft = most(sums.mostLeft, wide);
    }

    const ComparedNetwork& m_left;
    const ComparedNetwork& m_right;
    std::vector<Paired> m_nodes; ///< in the left order
    std::vector<Sums> m_sums;    ///< one a node of the difference
};

/// Of the size that both networks take.
ExportSamples imagesFor(const ComparisonRequest& request, const NetworkOutline& network) {
    for (const auto* side : {&request.left, &request.right})
        if (side->spec && side->spec->data.height == network.height
            && side->spec->data.width == network.width
            && choiceName(side->spec->data.normalization) == network.normalization)
            return exportSamples(*side->spec, request.images)();
    return madeSamples(request.images, network.height, network.width);
}

} // namespace

Expected<NetworkDifference> compareNetworks(const ComparisonRequest& request,
                                            const Progress& progress, const std::stop_token& stop) {
    const torch::NoGradGuard noGrad;
    setComputeThreads(0);
    progress(0, "reading the networks");
    auto left = loadSide(request.left);
    if (!left)
        return failure(left.error());
    auto right = loadSide(request.right);
    if (!right)
        return failure(right.error());
    setShapes(*left);
    setShapes(*right);
    NetworkDifference difference = structuralDifference(left->outline, right->outline);
    if (!difference.noWeights.empty())
        return difference;
    progress(0.1, "comparing parameters");
    compareTensors(difference, *left, *right);
    if (!difference.noOutputs.empty())
        return difference;
    const ExportSamples samples = imagesFor(request, left->outline);
    difference.images = samples.text;
    OutputComparison outputs(difference, *left, *right);
    const auto count = samples.images.size(0);
    for (std::int64_t i = 0; i < count; ++i) {
        if (stop.stop_requested())
            return failure(stoppedProblem("", "The networks were not compared."));
        progress(0.2 + 0.8 * static_cast<double>(i) / static_cast<double>(count),
                 "comparing image " + std::to_string(i + 1));
        outputs.add(samples.images.slice(0, i, i + 1));
    }
    outputs.writeTo(difference);
    progress(1, "done");
    return difference;
}

} // namespace concertina
