// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_graph.h"
#include "core/values/field.h"
#include "core/values/metric.h"
#include "core/values/target.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace concertina {

// What is known of a method without LibTorch: enough to list, explain, draw and cost it.
// Each stands in the method's own .cpp, beside the code that makes it.

/// What every catalogued method has.
struct MethodInfo {
    std::string id; ///< frozen: it stands in files
    std::string label;
    std::string help;   ///< one paragraph for people
    std::string source; ///< paper or repository; "own" where it is this project's
    std::vector<FieldInfo> options;
};

struct DatasetInfo : MethodInfo {};

struct TaskInfo : MethodInfo {
    TargetKind target = TargetKind::Classes;
    std::string letter;                ///< one capital, so that grey print distinguishes tasks
    std::vector<MetricInfo> metrics;   ///< of validation, the main one first
    /// Channels of the head's output, from the number of the target's classes (0 if it has none).
    std::function<int(int classes)> outputs;
};

/// How a head of this project is built: 3 × 3 then 1 × 1 on the backbone's last features, as
/// MTAN's prediction layers are. Returns the output's node.
int appendHead(GraphBuilder& builder, int features, const std::string& task, int outputs);

struct BackboneInfo : MethodInfo {
    /// The shared network for an image [3, height, width]. Options are complete and checked; the
    /// last node is what heads are put on, at the image's size.
    std::function<LayerGraph(const Json& options, int height, int width)> build;
    /// What single fields can't show: options that do not go together, images too small. Paths of
    /// its problems are options; empty: the backbone as a whole.
    std::function<Problems(const Json& options, int height, int width)> check;
};

/// One factor of a parametrized kernel.
struct FactorInfo {
    std::string name; ///< "U"; "W" of a plain kernel
    std::vector<std::int64_t> shape;
    bool core = false; ///< what each task has one of in per-task and merged cores, and
                       ///< train.core_rate speeds up

    bool operator==(const FactorInfo&) const = default;

    std::int64_t size() const {
        std::int64_t product = 1;
        for (const std::int64_t extent : shape)
            product *= extent;
        return product;
    }
};

/// A factor that has the shape of a kernel, so that another parametrization can make it.
struct KernelFactor {
    std::size_t factor = 0; ///< its place
    KernelShape kernel;     ///< with as many weights as the factor, in the same order
};

/// One of the convolutions that a layer runs side by side in training, with a norm of its own.
struct KernelBranch {
    std::string name; ///< in tensors' names: "1x1"; empty: the layer's own kernel
    int factor = 0;   ///< the factor that is its kernel; −1: none, the norm reads the layer's input
    KernelShape kernel;
    double scale = 1; ///< γ at the start

    bool operator==(const KernelBranch&) const = default;
};

struct ParametrizationInfo : MethodInfo {
    std::function<std::vector<FactorInfo>(const KernelShape&, const Json& options)> factors;
    /// Multiply–adds of one `compose`.
    std::function<double(const KernelShape&, const Json& options)> composeCost;
    /// What single options can't show, in general or of this kernel; null: nothing. Paths of its
    /// problems are options.
    std::function<Problems(const KernelShape&, const Json& options)> check;
    /// What a chain can go on with; null: nothing.
    std::function<KernelFactor(const KernelShape&, const Json& options)> kernelFactor;
    bool linearInTraining = true; ///< W is a function of the factors alone, so copies can merge
    /// In place of a convolution and its norm, the sum of these; null, and an empty list: the
    /// layer's own. Layers without a norm have no branches: they are plain.
    std::function<std::vector<KernelBranch>(const KernelShape&, const Json& options)> branches;
    /// Each factor as a convolution, where running one behind the other from the last to the first
    /// is the layer; at most one of them is more than a 1 × 1 kernel of stride 1. Null, and an empty
    /// list: the kernel is composed. Its weights are the factor's, in their order.
    std::function<std::vector<KernelShape>(const KernelShape&, const Json& options)> convolutions;
};

struct OptimizerInfo : MethodInfo {
    std::vector<std::string> moments; ///< tensors of a parameter's size that are kept for it
    bool decoupledDecay = false;
};

struct ScheduleInfo : MethodInfo {
    /// The rate ÷ train.lr before step `step` of `steps`, without warm-up.
    std::function<double(const Json& options, double step, double steps, double stepsPerEpoch)>
        factor;
};

/// A form that a collapsed network can be written in.
struct ExportInfo : MethodInfo {
    std::string suffix; ///< of the file, ".onnx"; empty: a folder is written
};

struct BalancingInfo : MethodInfo {
    bool needsGradients = false; ///< of each task on the shared parameters
};

} // namespace concertina
