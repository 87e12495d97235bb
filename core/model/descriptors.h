// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/fragment.h"
#include "core/model/layer_graph.h"
#include "core/values/factor_reading.h"
#include "core/values/field.h"
#include "core/values/metric.h"
#include "core/values/target.h"

#include <cstdint>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace concertina {

class GraphBuilder;

// What is known of a method without LibTorch: enough to list, explain, draw and cost it.
// Each stands in the method's own .cpp, beside the code that makes it.

/// What every catalogued method has.
struct MethodInfo {
    std::string id; ///< frozen: it stands in files
    std::string label;
    std::string help;   ///< one paragraph for people
    std::string source; ///< paper or repository; "own" where it is this project's
    std::string cost{}; ///< of a step in training, in words; empty: nothing to speak of
    std::vector<FieldInfo> options;
};

/// Whether an option names a folder or a file on the disk.
bool isPlace(const FieldInfo& option);

struct DatasetInfo : MethodInfo {
    /// What a folder of this dataset holds, by which it is recognized: paths inside it, `*` for any
    /// run of characters in the last name. Empty: it is no folder.
    std::vector<std::string> contents{};

    /// The option that says where its samples are; null: it makes them.
    const FieldInfo* place() const;
};

/// What a task's head is put on, and what it has to give.
struct HeadPlace {
    std::string task;                  ///< layers are called "head.TASK.…"
    std::span<const Feature> features; ///< of the backbone, "out" at the end
    int outputs = 1;                   ///< channels
};

struct TaskInfo : MethodInfo {
    const TargetKind* target = &classesTarget(); ///< what it learns
    std::string letter;                ///< one capital, so that grey print distinguishes tasks
    std::vector<MetricInfo> metrics;   ///< of validation, the main one first
    /// Writes the head, which has been started, and returns the node of its output; heads.h has
    /// some. Options are complete and checked.
    std::function<int(GraphBuilder&, const HeadPlace&, const Json& options)> head;
};

struct BackboneInfo : MethodInfo {
    /// The shared network for an image [3, height, width]. Options are complete and checked.
    std::function<FeatureGraph(const Json& options, int height, int width)> build;
    /// What single fields can't show: options that do not go together, images too small. Paths of
    /// its problems are options; empty: the backbone as a whole.
    std::function<Problems(const Json& options, int height, int width)> check;
    /// What torchvision calls the norm of a layer, "layer1.0.bn1" of "layer1.0.conv1"; layers
    /// have its names themselves. Null: torchvision has no such network.
    std::function<std::string(const std::string& layer)> torchNorm{};
};

/// Whose a factor is where no rule says so.
enum class FactorOwner {
    AllTasks, ///< one copy that all share
    EachTask, ///< a copy a task: a layer with such a factor begins in the state `factors shared`
};

/// One factor of a parametrized kernel.
struct FactorInfo {
    std::string name; ///< "U"; "W" of a plain kernel
    std::vector<std::int64_t> shape;
    bool core = false; ///< what each task has one of in per-task and merged cores, and
                       ///< train.core_rate speeds up
    FactorOwner owner = FactorOwner::AllTasks;
    bool frozen = false;          ///< from the start: it rests until a rule unfreezes it
    bool network = false;         ///< one tensor above all layers that have a factor of this name
    bool bias = false;            ///< added to what a convolution gives: it has no decay
    bool scales = true;           ///< the kernel is linear in it, the others held
    bool straightThrough = false; ///< its gradient is not the kernel's derivative: there is none
    double rate = 1;              ///< its learning rate ÷ train.lr
    FactorMeaning meaning = FactorMeaning::None; ///< what its parametrization can read from it
    /// As a kernel with as many weights, in the same order, that another parametrization can make.
    std::optional<KernelShape> kernel{};

    bool operator==(const FactorInfo&) const = default;

    std::int64_t size() const {
        return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
    }
};

struct ParametrizationInfo : MethodInfo {
    std::function<std::vector<FactorInfo>(const KernelShape&, const Json& options)> factors;
    /// Multiply–adds of one `compose`.
    std::function<double(const KernelShape&, const Json& options)> composeCost;
    /// What single options can't show, in general or of this kernel; null: nothing. Paths of its
    /// problems are options.
    std::function<Problems(const KernelShape&, const Json& options)> check;
    /// What a layer with a norm becomes in training; null: a convolution of all factors and the
    /// norm. Where the layer has none, a norm at the end is left out, and a kernel whose fragment
    /// has others is plain.
    std::function<Fragment(const KernelShape&, const Json& options)> fragment;
    /// The layer is its kernel W, a function of the factors alone: it can be made anew from W.
    bool composable = true;
    /// The W of a mean of copies of a factor is the mean of their W: copies can be merged. Null:
    /// it is so.
    std::function<bool(const Json& options)> affine;
    /// Training images whose inputs to the layer `initialize` looks at; null: none.
    std::function<int(const Json& options)> startImages;

    bool isAffine(const Json& chosen) const { return composable && (!affine || affine(chosen)); }
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

/// What a balancing method looks at, and with it what a step costs.
enum class Consumes {
    Losses,          ///< of the step
    LossesAfterStep, ///< these, and those of the same batch after it: one more forward pass
    Gramian,         ///< of the tasks' gradients on what they share: a backward pass a task
};

/// "T backward passes a step: …", for lists and tooltips.
std::string costText(Consumes consumes);

/// A form that a collapsed network can be written in.
struct ExportInfo : MethodInfo {
    std::string suffix; ///< of the file, ".onnx"; empty: a folder is written
};

struct BalancingInfo : MethodInfo {
    Consumes consumes = Consumes::Losses;
    bool weighs = true; ///< false: the tasks' weights never change, and are not recorded
};

} // namespace concertina
