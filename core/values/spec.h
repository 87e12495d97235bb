// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"
#include "core/values/problem.h"
#include "core/values/spec_choices.h"
#include "core/values/usual_methods.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// A method of a catalogue by its id, with the options that differ from their defaults.
/// The method's descriptor lists which options there are.
struct MethodChoice {
    std::string id;
    Json options = Json::object();

    bool operator==(const MethodChoice&) const = default;
};

/// `{id, options}`, and back; of what is neither the default.
Json toJson(const MethodChoice& method);
MethodChoice methodFromJson(const Json& json);

/// One of the sets that a run's tasks learn from: a dataset with its splits.
struct DataSetSpec {
    MethodChoice dataset{usual::dataset, Json::object()};
    std::string name{}; ///< empty: its dataset's id
    std::string trainSplit = "train";
    std::string validationSplit = "val";
    double weight = 0; ///< its share of an epoch; 0: as many as its training samples

    /// What it is for tasks, on the command line, in curves and samples' names; each is another.
    const std::string& called() const { return name.empty() ? dataset.id : name; }

    bool operator==(const DataSetSpec&) const = default;
};

/// The members from `dataset` to `weight` that a `DataSetSpec` has as well are those of the first
/// set.
struct DataSpec {
    MethodChoice dataset{usual::dataset, Json::object()};
    int height = 96;
    int width = 128;
    InputNormalization normalization = InputNormalization::ImageNet;
    std::string trainSplit = "train";
    std::string validationSplit = "val";
    std::vector<double> scales{1.0, 1.2, 1.5};
    bool flip = true;
    DamagedSamples damaged = DamagedSamples::Stop;
    int loaderThreads = 1;
    int cacheMb = 1024;
    int diskCacheMb = 0;
    std::string name{};
    double weight = 0;
    DataMix mix = DataMix::Samples;    ///< of several sets
    std::vector<DataSetSpec> others{}; ///< beside the first

    /// All, the first and the others.
    std::vector<DataSetSpec> sets() const;

    bool operator==(const DataSpec&) const = default;
};

struct TaskSpec {
    MethodChoice method;
    double weight = 1.0;
    bool rests = false; ///< everything that it uses stays as it begins
    std::string from{}; ///< the task of the network begun from whose copies it begins with
    std::string name{}; ///< empty: its method's
    std::string target{}; ///< of the dataset; empty: the one with its method's name
    std::vector<std::string> data{}; ///< the sets that it learns from; empty: the first

    /// What it is in plans, rules, series and files; each task is another.
    const std::string& called() const { return name.empty() ? method.id : name; }

    /// The target that it learns.
    const std::string& learns() const { return target.empty() ? method.id : target; }

    /// The same among the targets of all sets: "depth", "coco/detection", "a+b/depth".
    std::string targetName() const;

    bool operator==(const TaskSpec&) const = default;
};

/// The sets that a task learns from, as indices into `DataSpec::sets`; a name that none has is
/// passed over.
std::vector<std::size_t> setsOf(const TaskSpec& task, const std::vector<DataSetSpec>& sets);

/// Which parametrization the layers that match `layers` have; the later record wins.
struct KernelSpec {
    std::string layers = "*";
    MethodChoice method{usual::parametrization, Json::object()};

    bool operator==(const KernelSpec&) const = default;
};

struct NetworkSpec {
    MethodChoice backbone{usual::backbone, Json::object()};
    std::vector<KernelSpec> kernels{KernelSpec{}};
    std::vector<std::string> sharing{"*: tied"}; ///< rules of the sharing plan, the later wins
    std::vector<std::string> planChanges;        ///< "STEP: rule" that joins them in training
    std::string initial;                         ///< what it begins from (initial_source.h)
    InitialChannels initialChannels = InitialChannels::Leading; ///< of weights that are wider
    StartWeights start = StartWeights::Xavier;   ///< of kernels that begin from nothing
    Routing routing = Routing::Exact;            ///< of the gradients of copies in merged layers
    Contraction contraction = Contraction::Cheapest;
    std::vector<std::string> contractionOrder; ///< "LAYERS: STRETCHES", which come before it

    bool operator==(const NetworkSpec&) const = default;
};

struct TrainSpec {
    int steps = 1000;
    double epochs = 0;
    int batch = 8;
    MethodChoice optimizer{usual::optimizer, Json::object()};
    double lr = 1e-3;
    double coreRate = 1.0;
    MethodChoice schedule{usual::schedule, Json::object()};
    int warmup = 0;
    std::string stopAfter;
    double weightDecay = 0;
    DecayOn decayOn = DecayOn::Kernels;
    double clipNorm = 0;
    MethodChoice balancing{usual::balancing, Json::object()};
    Updates updates = Updates::Joint;
    int coreSteps = 1;
    int outerSteps = 1;
    int validateEvery = 1;
    int checkpointEvery = 0;
    int keepCheckpoints = 2;
    int conflictEvery = 50;
    bool trainMetrics = true;
    int previews = 4;
    int threads = 0;
    Device device = Device::Cpu;
    Precision precision = Precision::Float32;
    MemoryFormat memoryFormat = MemoryFormat::Contiguous;

    bool operator==(const TrainSpec&) const = default;
};

/// Everything that one training needs: a value and a JSON file. What each member means, its
/// range and its unit stand in spec_fields.cpp, once.
struct ExperimentSpec {
    std::string name = "experiment";
    std::string notes;
    std::int64_t seed = 0;
    DataSpec data;
    std::vector<TaskSpec> tasks{{{usual::task, Json::object()}, 1.0}};
    NetworkSpec network;
    TrainSpec train;

    bool operator==(const ExperimentSpec&) const = default;
};

/// The version of the JSON form that this program writes; older ones are read, newer are refused.
inline constexpr int SpecVersion = 1;
inline constexpr std::string_view SpecFormat = "concertina-experiment";

/// What reading gave: the spec as far as it could be read, and everything that was wrong.
/// The spec may be used only where `problems` is empty.
struct SpecReading {
    ExperimentSpec spec;
    Problems problems;
};

/// Reads a spec; fields that are absent have their defaults. Checks form, types and ranges of
/// every field; ids, options and rules are checked by `validate` (core/model), which knows the
/// catalogue. Codes: "spec.json" (no JSON, or no object, or far too large), "spec.format",
/// "spec.version", "spec.unknown_key", "field.*".
SpecReading readSpec(const Json& json);
SpecReading readSpecText(std::string_view text);

/// The whole spec with every field, in the table's order.
Json toJson(const ExperimentSpec& spec);

/// Types and ranges of every field of a spec that was made in code.
Problems checkFields(const ExperimentSpec& spec);

/// Sets one place from text, as `--set path=value` does: a field ("train.lr"), one of a list
/// ("network.kernels.0.id"; an index one past the end adds a record), a method by its id
/// ("train.optimizer" or "train.optimizer.id"), one of its options
/// ("network.backbone.options.width"), or a whole list ("tasks", "data.others", "network.kernels":
/// by ids with commas between them, which keeps what is set for those that the spec has, or as
/// JSON). A new id clears the method's options. Problems: "spec.unknown_path", "spec.encoding",
/// "spec.json", "spec.unknown_key", "field.*".
Expected<ExperimentSpec> withValue(const ExperimentSpec& spec, std::string_view path,
                                   std::string_view text);

/// A field in which two specs differ: its path and both values, for people.
struct SpecDifference {
    std::string path;
    std::string left;
    std::string right;

    bool operator==(const SpecDifference&) const = default;
};

std::vector<SpecDifference> differences(const ExperimentSpec& left, const ExperimentSpec& right);

} // namespace concertina
