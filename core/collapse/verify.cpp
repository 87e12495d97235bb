// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/collapse.h"

#include "core/collapse/averaging.h"
#include "core/collapse/layer_comparison.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "core/training/run_data.h"
#include "core/values/text.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace concertina {

namespace {

/// Pooling indices of one program for another that has instructions of the same names.
PoolIndices carried(const PoolIndices& indices, const Program& from, const Program& to) {
    std::map<std::string, torch::Tensor> byName;
    for (std::size_t i = 0; i < indices.size(); ++i)
        if (indices[i].defined())
            byName[from.instructions[i].name] = indices[i];
    PoolIndices result(to.instructions.size());
    for (std::size_t i = 0; i < result.size(); ++i)
        if (to.instructions[i].op == Op::MaxPool)
            if (const auto found = byName.find(to.instructions[i].name); found != byName.end())
                result[i] = found->second;
    return result;
}

struct Outputs {
    std::vector<torch::Tensor> outputs;
    PoolIndices indices;
};

/// What the collapsed network is held against.
struct Expanded {
    Program program;
    std::vector<torch::Tensor> wide; ///< of the program, in float64
    std::vector<torch::Tensor> own;  ///< in float32
};

/// The checkpoint's own network as it trains: kernels made in float32, stretches run as stretches.
/// Or the mean of several, which never ran.
Expanded expandedOf(const PreparedNetwork& network, bool isMean) {
    if (isMean)
        return {network.unfolded.program, network.unfolded.tensors, network.unfolded.rounded(torch::kFloat32)};
    const Network& own = network.network;
    return {own.program(),
            own.program() == network.unfolded.program
                ? network.unfolded.tensors
                : own.convertedTo(torch::kFloat64).compose(false).tensors,
            own.compose(false).tensors};
}

/// Compares the two networks image by image and gathers the report.
class Comparison {
public:
    Comparison(const PreparedNetwork& network, const CollapsedNetwork& collapsed,
               const VerifyRequest& request)
        : m_unfolded(network.unfolded),
          m_expanded(expandedOf(network, request.averaging.any())),
          m_collapsed(collapsed) {
        for (const TargetInfo& target : collapsed.targets) {
            m_report.tasks.push_back({.task = target.name});
            m_isClasses.push_back(target.kind == &classesTarget());
        }
        m_largest.resize(m_report.tasks.size());
        if (!request.collapsed)
            m_wideCollapsed = network.folded(torch::kFloat64);
        m_report.borderLayers = borderLayers(network.unfolded.design);
        if (request.layers || m_report.borderLayers > 0) {
            m_layers.emplace(network.unfolded, collapsed);
            m_layerTensors = m_expanded.program == network.unfolded.program
                                 ? m_expanded.own
                                 : network.unfolded.rounded(torch::kFloat32);
        }
    }

    void skip() { ++m_report.skipped; }

    void add(const torch::Tensor& image) {
        ++m_report.images;
        if (m_wideCollapsed)
            addWide(image.to(torch::kFloat64));
        if (m_layers)
            m_layers->add(m_layerTensors, m_collapsed.tensors, image);
        const Outputs expanded = runExpanded(image);
        const auto handed = carried(expanded.indices, m_expanded.program, m_collapsed.program);
        const auto same = m_collapsed.forward(image, {.givenIndices = &handed});
        Outputs free;
        free.outputs = m_collapsed.forward(image, {.usedIndices = &free.indices});
        const bool flipped = countFlips(handed, free.indices);
        for (std::size_t t = 0; t < same.size(); ++t)
            addTask(t, expanded.outputs[t], same[t], free.outputs[t], flipped);
    }

    VerifyReport finish() {
        for (std::size_t t = 0; t < m_report.tasks.size(); ++t) {
            TaskDifference& task = m_report.tasks[t];
            const auto& most = m_largest[t];
            const double scale = most.magnitude == 0 ? 1 : most.magnitude;
            task.maxRel32 = most.same / scale;
            task.freeMaxRel32 = most.free / scale;
            task.freeBeyond = most.values > 0 ? most.beyond / most.values : 0;
            if (m_isClasses[t])
                task.argmaxAgreement = most.agreeing / most.pixels;
            if (!std::isfinite(most.magnitude) || !std::isfinite(most.free)) {
                // A comparison with what is no number is false: it must not count as no difference.
                task.freeBeyond = std::numeric_limits<double>::quiet_NaN();
                if (m_isClasses[t])
                    task.argmaxAgreement = task.freeBeyond;
            }
            m_report.unflippedMaxRel32 =
                largerOrNan(m_report.unflippedMaxRel32, most.unflipped / scale);
        }
        if (m_layers)
            m_report.layers = m_layers->finish();
        judge();
        return std::move(m_report);
    }

private:
    struct Largest {
        double magnitude = 0; ///< of the expanded output, over all images
        double same = 0;      ///< difference with indices handed over
        double free = 0;      ///< difference free-running
        double unflipped = 0; ///< the same, in images without a flipped window
        double beyond = 0;    ///< values that differ by more than the limit free-running
        double values = 0;
        double agreeing = 0; ///< pixels of the same class
        double pixels = 0;
    };

    Outputs runExpanded(const torch::Tensor& image) const {
        Outputs result;
        result.outputs =
            runProgram(m_expanded.program, m_expanded.own, image, {.usedIndices = &result.indices});
        return result;
    }

    void addWide(const torch::Tensor& image) {
        PoolIndices indices;
        const auto left = runProgram(m_expanded.program, m_expanded.wide, image,
                                     {.usedIndices = &indices});
        const auto handed = carried(indices, m_expanded.program, m_wideCollapsed->program);
        const auto right = m_wideCollapsed->forward(image, {.givenIndices = &handed});
        if (m_layers)
            m_layers->add(m_unfolded.tensors, m_wideCollapsed->tensors, image);
        for (std::size_t t = 0; t < left.size(); ++t) {
            auto& most = m_report.tasks[t].maxAbs64;
            most = largerOrNan(most.value_or(0), largestMagnitude(left[t] - right[t]));
        }
    }

    /// Whether the arg-max of any window moved.
    bool countFlips(const PoolIndices& expanded, const PoolIndices& free) {
        std::int64_t flips = 0;
        for (std::size_t i = 0; i < free.size(); ++i) {
            if (!free[i].defined())
                continue;
            m_report.windows += free[i].numel();
            flips += (free[i] != expanded[i]).sum().item<std::int64_t>();
        }
        m_report.flippedWindows += flips;
        m_report.flippedImages += flips > 0 ? 1 : 0;
        return flips > 0;
    }

    void addTask(std::size_t t, const torch::Tensor& expanded, const torch::Tensor& same,
                 const torch::Tensor& free, bool flipped) {
        Largest& most = m_largest[t];
        const torch::Tensor difference = (free - expanded).abs();
        const double magnitude = largestMagnitude(expanded);
        most.magnitude = largerOrNan(most.magnitude, magnitude);
        most.same = largerOrNan(most.same, largestMagnitude(same - expanded));
        most.free = largerOrNan(most.free, largestMagnitude(difference));
        if (!flipped)
            most.unflipped = largerOrNan(most.unflipped, largestMagnitude(difference));
        most.beyond += (difference > LargestRel32 * magnitude).sum().item<double>();
        most.values += static_cast<double>(difference.numel());
        if (!m_isClasses[t])
            return;
        const torch::Tensor agreeing = free.argmax(1) == expanded.argmax(1);
        most.agreeing += agreeing.sum().item<double>();
        most.pixels += static_cast<double>(agreeing.numel());
    }

    void judge() {
        if (m_report.borderLayers > 0) {
            judgeLayers();
            return;
        }
        const auto wide = m_report.maxAbs64();
        if (wide && !(*wide <= LargestAbs64))
            m_report.failure = "in float64 by " + numberText(*wide) + ", more than "
                               + numberText(LargestAbs64);
        else if (!(m_report.maxRel32() <= LargestRel32))
            m_report.failure = "in float32 by " + numberText(m_report.maxRel32())
                               + " of the output's maximum, more than " + numberText(LargestRel32);
        else if (!(m_report.argmaxAgreement() >= SmallestAgreement))
            m_report.failure = "in the class of more than 0.1 % of the pixels";
        else if (!(m_report.unflippedMaxRel32 <= LargestRel32))
            m_report.failure = "free-running by " + numberText(m_report.unflippedMaxRel32)
                               + " of the output's maximum where no window flipped";
        m_report.passed = m_report.failure.empty();
    }

    /// Layers that were folded over their borders change what comes behind: each layer by itself is
    /// what must be right, inside.
    void judgeLayers() {
        for (const LayerDifference& layer : m_report.layers)
            if (!(layer.maxAbs64.value_or(0) <= LargestAbs64) || !(layer.maxRel32 <= LargestRel32))
                m_report.failure = "in layer " + layer.layer + " by " + numberText(layer.maxRel32)
                                   + " of its maximum";
        m_report.passed = m_report.failure.empty();
    }

    const UnfoldedNetwork& m_unfolded;
    Expanded m_expanded;
    const CollapsedNetwork& m_collapsed;
    std::vector<torch::Tensor> m_layerTensors; ///< of `m_unfolded`, in float32; empty: no layers
    std::optional<CollapsedNetwork> m_wideCollapsed;
    std::optional<LayerComparison> m_layers;
    std::vector<bool> m_isClasses;
    std::vector<Largest> m_largest;
    VerifyReport m_report;
};

/// Whether a file's network is the checkpoint's in everything but the values of its weights.
std::optional<Problem> checkBelongs(const CollapsedNetwork& file, const CollapsedNetwork& own,
                                    const std::string& path) {
    const auto sizes = [](const torch::Tensor& tensor) { return tensor.sizes(); };
    if (file.targets == own.targets && file.height == own.height && file.width == own.width
        && file.normalization == own.normalization && file.program == own.program
        && std::ranges::equal(file.tensors, own.tensors, {}, sizes, sizes))
        return std::nullopt;
    return Problem{"verify.other", path, "a network of another structure",
                   "the collapsed network of this run", ""};
}

} // namespace

Expected<VerifyReport> verify(const VerifyRequest& request, const Progress& progress,
                              const std::stop_token& stop) {
    const torch::NoGradGuard noGrad;
    setComputeThreads(0);
    const double preparing = request.averaging.any() ? 0.3 : 0.0;
    const auto network = prepare(
        request.checkpoint, request.averaging, request.spec,
        [&](double share, const std::string& what) { progress(preparing * share, what); }, stop);
    if (!network)
        return failure(network.error());
    CollapsedNetwork collapsed = network->folded(torch::kFloat32);
    if (request.collapsed) {
        auto file = loadCollapsed(*request.collapsed);
        if (!file)
            return failure(file.error());
        if (auto problem = checkBelongs(*file, collapsed, request.collapsed->string()))
            return failure(std::move(*problem));
        collapsed = std::move(*file);
    }
    const auto data = openRunData(request.spec);
    if (!data)
        return failure(data.error());
    Comparison comparison(*network, collapsed, request);
    const int size = data->validation->size();
    const int images = std::min(request.images, size);
    if (images < 1)
        return failure({"verify.images", "", std::to_string(images), "at least one image", ""});
    int compared = 0;
    std::optional<Problem> damaged;
    for (const int i : validationInTurns(*data, size)) {
        if (compared == images)
            break;
        if (stop.stop_requested())
            return failure(stoppedProblem("", "Verification was stopped."));
        progress(preparing + (1 - preparing) * compared / images,
                 "comparing image " + std::to_string(compared + 1));
        const auto sample = data->validation->sample(i);
        if (sample) {
            comparison.add(data->maker.image((*sample)->image));
            ++compared;
        } else if (skipsDamaged(request.spec)) {
            comparison.skip();
            damaged = sample.error();
        } else {
            return failure(sample.error());
        }
    }
    if (compared == 0)
        return failure(std::move(*damaged));
    progress(1, "done");
    return comparison.finish();
}

} // namespace concertina
