// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/spec_fields.h"

#include <concepts>
#include <utility>

namespace concertina {

namespace {

template <class Value>
FieldType typeOf() {
    if constexpr (std::same_as<Value, bool>)
        return FieldType::Boolean;
    else if constexpr (std::is_enum_v<Value>)
        return FieldType::Choice;
    else if constexpr (std::integral<Value>)
        return FieldType::Integer;
    else if constexpr (std::floating_point<Value>)
        return FieldType::Real;
    else if constexpr (std::same_as<Value, std::vector<double>>)
        return FieldType::Reals;
    else if constexpr (std::same_as<Value, std::vector<std::string>>)
        return FieldType::Texts;
    else
        return FieldType::Text;
}

template <class Value>
Json jsonOf(const Value& value) {
    if constexpr (std::is_enum_v<Value>)
        return choiceName(value);
    else
        return value;
}

/// A field of `Record`; its type, its default and its choices are those of the member.
template <class Record, class Value>
Field<Record> field(Value Record::*member, FieldInfo info) {
    info.type = typeOf<Value>();
    info.defaultValue = jsonOf(Record{}.*member);
    if constexpr (std::is_enum_v<Value>)
        info.choices.assign(choiceNames<Value>.begin(), choiceNames<Value>.end());
    return {std::move(info), [member](const Record& record) { return jsonOf(record.*member); },
            [member](Record& record, const Json& value) {
                if constexpr (std::is_enum_v<Value>)
                    record.*member =
                        choiceNamed<Value>(value.get_ref<const std::string&>()).value();
                else if constexpr (std::integral<Value> && !std::same_as<Value, bool>)
                    record.*member = static_cast<Value>(value.get<double>());
                else
                    record.*member = value.get<Value>();
            }};
}

template <class Record>
MethodPlace<Record> method(MethodChoice Record::*member, std::string path, Family family,
                           std::string label, std::string help) {
    return {std::move(path),
            family,
            std::move(label),
            std::move(help),
            [member](const Record& record) -> const MethodChoice& { return record.*member; },
            [member](Record& record) -> MethodChoice& { return record.*member; }};
}

/// Fields of a section of the spec, as fields of the spec.
template <class Section>
void append(std::vector<Field<ExperimentSpec>>& all, Section ExperimentSpec::*section,
            std::vector<Field<Section>> fields) {
    for (Field<Section>& inner : fields)
        all.push_back({static_cast<FieldInfo&>(inner),
                       [section, get = std::move(inner.get)](const ExperimentSpec& spec) {
                           return get(spec.*section);
                       },
                       [section, set = std::move(inner.set)](ExperimentSpec& spec, const Json& v) {
                           set(spec.*section, v);
                       }});
}

template <class Section>
void append(std::vector<MethodPlace<ExperimentSpec>>& all, Section ExperimentSpec::*section,
            std::vector<MethodPlace<Section>> places) {
    for (MethodPlace<Section>& inner : places)
        all.push_back({inner.path, inner.family, inner.label, inner.help,
                       [section, get = inner.get](const ExperimentSpec& spec)
                           -> const MethodChoice& { return get(spec.*section); },
                       [section, edit = inner.edit](ExperimentSpec& spec) -> MethodChoice& {
                           return edit(spec.*section);
                       }});
}

// The tables. Help is one sentence that a person who has not read the papers understands.

std::vector<Field<ExperimentSpec>> headFields() {
    return {
        field(&ExperimentSpec::name,
              {.path = "name", .label = "Name", .help = "What the run is called in tables."}),
        field(&ExperimentSpec::notes, {.path = "notes",
                                       .label = "Notes",
                                       .help = "Anything worth remembering.",
                                       .advanced = true}),
        field(&ExperimentSpec::seed,
              {.path = "seed",
               .minimum = 0,
               .maximum = LargestInteger,
               .label = "Seed",
               .help = "Fixes the initial weights, the order of samples and their "
                       "augmentation; two runs with one spec are equal to the bit."}),
    };
}

std::vector<Field<DataSpec>> dataFields() {
    return {
        field(&DataSpec::height,
              {.path = "data.height",
               .minimum = 8,
               .maximum = 4096,
               .unit = "pixels",
               .label = "Input height",
               .help = "Samples are resized to this height before they reach the network."}),
        field(&DataSpec::width,
              {.path = "data.width",
               .minimum = 8,
               .maximum = 4096,
               .unit = "pixels",
               .label = "Input width",
               .help = "Samples are resized to this width before they reach the network."}),
        field(&DataSpec::normalization,
              {.path = "data.normalization",
               .label = "Normalization",
               .help = "imagenet: mean 0.485, 0.456, 0.406 and deviation 0.229, 0.224, 0.225 a "
                       "channel; unit: values from 0 to 1, as MTAN does.",
               .advanced = true}),
        field(&DataSpec::trainSplit, {.path = "data.train_split",
                                      .label = "Training split",
                                      .help = "The dataset's split that is trained on.",
                                      .advanced = true}),
        field(&DataSpec::validationSplit,
              {.path = "data.val_split",
               .label = "Validation split",
               .help = "The dataset's split that metrics and pictures are taken from.",
               .advanced = true}),
        field(&DataSpec::scales,
              {.path = "data.scales",
               .minimum = 1,
               .maximum = 8,
               .mayBeEmpty = false,
               .label = "Scale-crop",
               .help = "Each training sample is enlarged by one of these factors and cropped back; "
                       "depth is divided by the factor. [1]: off."}),
        field(&DataSpec::flip, {.path = "data.flip",
                                .label = "Horizontal flip",
                                .help = "Mirror every second training sample; the x of normals "
                                        "is negated."}),
        field(&DataSpec::damaged,
              {.path = "data.damaged",
               .label = "Damaged samples",
               .help = "A sample that can't be read: stop the run and say which, or take another "
                       "in its place and report it. Validation and all that looks at the run later "
                       "leave it out and count it.",
               .advanced = true}),
        field(&DataSpec::loaderThreads,
              {.path = "data.loader_threads",
               .minimum = 1,
               .maximum = 64,
               .label = "Loader threads",
               .help = "How many threads prepare batches; the result does not depend on it.",
               .advanced = true}),
        field(&DataSpec::cacheMb,
              {.path = "data.cache_mb",
               .minimum = 0,
               .maximum = 1048576,
               .unit = "MB",
               .label = "Sample cache",
               .help = "Decoded samples are kept in memory up to this size. 0: none.",
               .advanced = true}),
        field(&DataSpec::diskCacheMb,
              {.path = "data.disk_cache_mb",
               .minimum = 0,
               .maximum = 10'485'760,
               .unit = "MB",
               .label = "Cache on disk",
               .help = "Decoded samples that memory has no room for are kept in a temporary file "
                       "up to this size, in $TMPDIR, while a run is trained. 0: none.",
               .advanced = true}),
    };
}

/// What one set is among several; `prefix` is what stands before its fields' names, `which` what a
/// label says of it.
template <class Record>
std::vector<Field<Record>> fieldsOfSet(const std::string& prefix, const std::string& which) {
    return {
        field(&Record::name,
              {.path = prefix + "name",
               .label = "Name of the " + which,
               .help = "What tasks, curves and --data NAME=PATH call it where a run has several "
                       "data sets. Empty: as its dataset.",
               .advanced = true,
               .seldom = true}),
        field(&Record::weight,
              {.path = prefix + "weight",
               .minimum = 0,
               .maximum = 1e6,
               .label = "Share of the " + which,
               .help = "Its share of an epoch, beside the shares of the other sets: 1 and 3 are a "
                       "quarter and three. An epoch goes through every set at least once. 0, for "
                       "all: as many as it has training samples, each once.",
               .advanced = true,
               .seldom = true})};
}

/// How several sets make an epoch.
std::vector<Field<DataSpec>> mixFields() {
    auto fields = fieldsOfSet<DataSpec>("data.", "first set");
    fields.push_back(field(
        &DataSpec::mix,
        {.path = "data.mix",
         .label = "Mix of sets",
         .help =
             "samples: a batch has samples of all sets, and norms see all of them; batches: each "
             "batch is of one set, drawn by the shares, and runs its tasks alone, which is "
             "quicker; norms that tasks share then see one set's statistics at a time, and "
             "balancing no two tasks of different sets together. samples is the safer one.",
         .advanced = true,
         .seldom = true}));
    return fields;
}

std::vector<MethodPlace<DataSpec>> dataMethods() {
    return {method(&DataSpec::dataset, "data.dataset", Family::Dataset, "Dataset",
                   "Where images and targets come from.")};
}

/// What a network begins as.
std::vector<Field<NetworkSpec>> beginningFields() {
    return {
        field(&NetworkSpec::initial,
              {.path = "network.initial",
               .label = "Begins from",
               .help = "A trained network that this one begins as, layer by layer: a run (id or "
                       "name, at a step as in \"k7f3m2qd@1000\"), the file of a collapsed "
                       "network, or weights of another program (a state dict that torch.save "
                       "wrote, safetensors). The step and the file's SHA-256 join it when the run "
                       "is made. Empty: new weights.",
               .advanced = true}),
        field(&NetworkSpec::initialChannels,
              {.path = "network.initial_channels",
               .label = "Channels it takes",
               .help = "Where layers of another program's weights have more channels than this "
                       "network. leading: the first ones; strongest: those whose kernels have the "
                       "largest sum of magnitudes.",
               .advanced = true}),
        field(&NetworkSpec::start,
              {.path = "network.start",
               .label = "New weights",
               .help =
                   "How kernels that begin from nothing are drawn. xavier: as in MTAN's SegNet; "
                   "kaiming: by their outputs, as in torchvision's ResNet (He 2015, arXiv "
                   "1502.01852).",
               .advanced = true})};
}

/// How it trains.
std::vector<Field<NetworkSpec>> routeFields() {
    return {
        field(&NetworkSpec::routing,
              {.path = "network.routing",
               .label = "Routing",
               .help = "How copies in merged layers get their own tasks' gradient. exact: a "
                       "backward pass for each, (1 + 2T)/3 of a step; sampled: they take "
                       "turns, 5/3 of a step from three tasks on; partitioned: each image is "
                       "for one task in a step, in turn, about one step (both our own).",
               .advanced = true}),
        field(&NetworkSpec::contraction,
              {.path = "network.contraction",
               .label = "Contraction",
               .help =
                   "How factored kernels meet their input in training. compose: multiplied "
                   "into one kernel, then one convolution; run: a convolution for each "
                   "factor; cheapest: layer by layer what costs least, factors that stand "
                   "together multiplied where that is less; calibrate: what was quickest "
                   "before step 0, written into network.contraction_order. All compute the same. "
                   "Where kernels decay with their gradient, they are composed.",
               .advanced = true}),
        field(&NetworkSpec::contractionOrder,
              {.path = "network.contraction_order",
               .label = "Contraction order",
               .help =
                   "Layers whose contraction is fixed, the later wins: \"enc5.*: U·M | V\" runs "
                   "V, then the product of U and M; \"enc1.*: U·M·V\" composes.",
               .advanced = true})};
}

std::vector<Field<NetworkSpec>> networkFields() {
    std::vector<Field<NetworkSpec>> fields{
        field(&NetworkSpec::sharing,
              {.path = "network.sharing",
               .label = "Sharing",
               .help = "Rules of the sharing plan, the later wins: \"layers: state\" with the "
                       "states tied, merged, factors shared, separate, for example \"enc*: "
                       "merged\", \"dec1.*: {segmentation, depth} | {normal} separate\"; or "
                       "\"layers: factor {…} | {…}\" for one factor, bias or norm."}),
        field(&NetworkSpec::planChanges,
              {.path = "network.plan_changes",
               .label = "Changes in training",
               .help = "Rules that join the others before a step, in order: sharing (\"400: "
                       "dec1.*: separate\"), \"500: enc*: freeze\", \"600: dec*: kernel "
                       "factored\".",
               .advanced = true})};
    for (const auto& more : {beginningFields(), routeFields()})
        fields.insert(fields.end(), more.begin(), more.end());
    return fields;
}

std::vector<MethodPlace<NetworkSpec>> networkMethods() {
    return {method(&NetworkSpec::backbone, "network.backbone", Family::Backbone, "Backbone",
                   "The convolutional network that the tasks share.")};
}

std::vector<Field<TrainSpec>> trainFields() {
    return {
        field(
            &TrainSpec::steps,
            {.path = "train.steps",
             .minimum = 1,
             .maximum = 1e9,
             .unit = "steps",
             .label = "Steps",
             .help = "How many batches are learned from; train.epochs comes before it where set."}),
        field(&TrainSpec::epochs,
              {.path = "train.epochs",
               .minimum = 0,
               .maximum = 1e6,
               .unit = "epochs",
               .label = "Epochs",
               .help = "How often the training split is gone through. 0: train.steps counts.",
               .advanced = true}),
        field(&TrainSpec::stopAfter,
              {.path = "train.stop_after",
               .label = "Stop after",
               .help = "Cuts the run before its planned end: \"500 steps\", or trained time as in "
                       "\"90 s\", \"10 min\", \"2 h\". Schedules stay those of all planned steps. "
                       "Empty: not.",
               .advanced = true}),
        field(&TrainSpec::batch, {.path = "train.batch",
                                  .minimum = 1,
                                  .maximum = 4096,
                                  .unit = "images",
                                  .label = "Batch",
                                  .help = "Images a step."}),
        field(&TrainSpec::lr, {.path = "train.lr",
                               .minimum = 0,
                               .maximum = 100,
                               .label = "Learning rate",
                               .help = "The largest rate of the schedule. Expanded networks often "
                                       "want half the rate of plain ones."}),
        field(&TrainSpec::coreRate, {.path = "train.core_rate",
                                     .minimum = 0,
                                     .maximum = 1e6,
                                     .label = "Core rate",
                                     .help = "Multiplies the learning rate of cores (M).",
                                     .advanced = true}),
        field(&TrainSpec::warmup,
              {.path = "train.warmup",
               .minimum = 0,
               .maximum = 1e9,
               .unit = "steps",
               .label = "Warm-up",
               .help = "The rate grows linearly to the schedule's over these first steps.",
               .advanced = true}),
        field(&TrainSpec::weightDecay,
              {.path = "train.weight_decay",
               .minimum = 0,
               .maximum = 10,
               .label = "Weight decay",
               .help = "λ of λ/2·‖·‖²; coupled to the gradient in sgd and adam, decoupled in "
                       "adamw. Norms and biases have none.",
               .advanced = true}),
        field(&TrainSpec::decayOn,
              {.path = "train.decay_on",
               .label = "Decay acts on",
               .help = "kernels: the product W is decayed, as in a plain network; factors: each "
                       "factor for itself, which is not the same.",
               .advanced = true}),
        field(&TrainSpec::clipNorm,
              {.path = "train.clip_norm",
               .minimum = 0,
               .maximum = 1e9,
               .label = "Clip gradients",
               .help = "The gradient of everything that moves is scaled down to this norm. 0: "
                       "off.",
               .advanced = true}),
        field(&TrainSpec::updates,
              {.path = "train.updates",
               .label = "Updates",
               .help = "joint: everything moves in every step; alternating: cores alone for some "
                       "steps, then the other factors for some (heads, norms and biases always).",
               .advanced = true}),
        field(&TrainSpec::coreSteps, {.path = "train.core_steps",
                                      .minimum = 1,
                                      .maximum = 1e6,
                                      .unit = "steps",
                                      .label = "Core steps",
                                      .help = "Steps of cores in one alternating round.",
                                      .advanced = true}),
        field(&TrainSpec::outerSteps,
              {.path = "train.outer_steps",
               .minimum = 1,
               .maximum = 1e6,
               .unit = "steps",
               .label = "Outer steps",
               .help = "Steps of the other factors in one alternating round.",
               .advanced = true}),
        field(&TrainSpec::validateEvery,
              {.path = "train.validate_every",
               .minimum = 1,
               .maximum = 1e6,
               .unit = "epochs",
               .label = "Validate every",
               .help = "Epochs between two validations; there is always one at the end.",
               .advanced = true}),
        field(&TrainSpec::checkpointEvery,
              {.path = "train.checkpoint_every",
               .minimum = 0,
               .maximum = 1e9,
               .unit = "steps",
               .label = "Checkpoint every",
               .help = "Steps between two checkpoints, beside those at validations, pauses and "
                       "stops. 0: only those.",
               .advanced = true}),
        field(&TrainSpec::keepCheckpoints,
              {.path = "train.keep_checkpoints",
               .minimum = 1,
               .maximum = 100000,
               .label = "Keep checkpoints",
               .help = "How many of the latest checkpoints stay on the disk.",
               .advanced = true}),
        field(&TrainSpec::conflictEvery,
              {.path = "train.conflict_every",
               .minimum = 0,
               .maximum = 1e9,
               .unit = "steps",
               .label = "Conflict every",
               .help = "Steps between two measurements of how the tasks' gradients agree on what "
                       "they share, on half a batch; 50 costs about 2 %. 0: never.",
               .advanced = true}),
        field(&TrainSpec::trainMetrics,
              {.path = "train.train_metrics",
               .label = "Training metrics",
               .help = "Metrics of every training batch beside its losses; costs a little time.",
               .advanced = true}),
        field(&TrainSpec::previews,
              {.path = "train.previews",
               .minimum = 0,
               .maximum = 64,
               .label = "Previews",
               .help = "Predictions of this many validation frames are drawn at each validation.",
               .advanced = true}),
        field(&TrainSpec::threads,
              {.path = "train.threads",
               .minimum = 0,
               .maximum = 1024,
               .label = "Threads",
               .help = "Threads that compute. 0: OMP_NUM_THREADS, or one for each "
                       "processor that the process may use.",
               .advanced = true}),
        field(&TrainSpec::device, {.path = "train.device",
                                   .label = "Device",
                                   .help = "Where the network is trained. A GPU convolves float32 "
                                           "in TF32 where it can.",
                                   .advanced = true}),
        field(&TrainSpec::precision,
              {.path = "train.precision",
               .label = "Precision",
               .help = "Of convolutions and activations while training. bfloat16 takes a quarter "
                       "or more off a step on processors that have it; weights, statistics and "
                       "losses stay in float32, as do validation and everything after training.",
               .advanced = true}),
        field(&TrainSpec::memoryFormat,
              {.path = "train.memory_format",
               .label = "Memory format",
               .help =
                   "How activations lie in memory while training. channels-last, for layers of up "
                   "to 128 channels, is faster on most processors.",
               .advanced = true}),
    };
}

std::vector<MethodPlace<TrainSpec>> trainMethods() {
    return {
        method(&TrainSpec::optimizer, "train.optimizer", Family::Optimizer, "Optimizer",
               "How gradients become steps."),
        method(&TrainSpec::schedule, "train.schedule", Family::Schedule, "Schedule",
               "How the learning rate goes over the planned steps."),
        method(&TrainSpec::balancing, "train.balancing", Family::Balancing, "Task losses",
               "How the losses of the tasks are combined in one step."),
    };
}

} // namespace

const std::vector<Field<ExperimentSpec>>& specFields() {
    static const auto fields = [] {
        auto all = headFields();
        append(all, &ExperimentSpec::data, dataFields());
        append(all, &ExperimentSpec::data, mixFields());
        append(all, &ExperimentSpec::network, networkFields());
        append(all, &ExperimentSpec::train, trainFields());
        return all;
    }();
    return fields;
}

const std::vector<MethodPlace<ExperimentSpec>>& specMethods() {
    static const auto places = [] {
        std::vector<MethodPlace<ExperimentSpec>> all;
        append(all, &ExperimentSpec::data, dataMethods());
        append(all, &ExperimentSpec::network, networkMethods());
        append(all, &ExperimentSpec::train, trainMethods());
        return all;
    }();
    return places;
}

const std::vector<Field<TaskSpec>>& taskFields() {
    static const std::vector<Field<TaskSpec>> fields{
        field(&TaskSpec::weight, {.path = "weight",
                                  .minimum = 0,
                                  .maximum = 1e6,
                                  .label = "Weight",
                                  .help = "Multiplies the task's loss.",
                                  .advanced = true}),
        field(&TaskSpec::rests,
              {.path = "rests",
               .label = "Rests",
               .help = "Everything that the task uses stays as the network begins: its head, its "
                       "copies and those that it shares, its norms' statistics. Its outputs stay "
                       "equal to the bit. Needs network.initial.",
               .advanced = true}),
        field(&TaskSpec::from,
              {.path = "from",
               .label = "Begins as",
               .help = "The task of network.initial whose copies this one begins with; its head is "
                       "new. Empty: the task of its own name, or else the mean of all.",
               .advanced = true}),
        field(&TaskSpec::name,
              {.path = "name",
               .label = "Own name",
               .help = "What the task is called in rules, curves and files, so that several may be "
                       "of one method. Empty: as its method.",
               .advanced = true}),
        field(
            &TaskSpec::target,
            {.path = "target",
             .label = "Target",
             .help = "The dataset's target that it learns. Empty: the one with its method's name.",
             .advanced = true}),
        field(&TaskSpec::data,
              {.path = "data",
               .label = "Data set",
               .help = "The sets that it learns from, by their names, where a run has several; in "
                       "all of them its target is of one kind, with the same classes. Empty: the "
                       "first.",
               .advanced = true,
               .seldom = true})};
    return fields;
}

const MethodPlace<TaskSpec>& taskMethod() {
    static const auto place =
        method(&TaskSpec::method, "", Family::Task, "Task", "What is predicted from the image.");
    return place;
}

const std::vector<Field<DataSetSpec>>& dataSetFields() {
    static const auto fields = [] {
        auto all = fieldsOfSet<DataSetSpec>("", "set");
        all.push_back(
            field(&DataSetSpec::trainSplit, {.path = "train_split",
                                             .label = "Its training split",
                                             .help = "The set's split that is trained on.",
                                             .advanced = true}));
        all.push_back(field(&DataSetSpec::validationSplit,
                            {.path = "val_split",
                             .label = "Its validation split",
                             .help = "The set's split that metrics and pictures are taken from.",
                             .advanced = true}));
        return all;
    }();
    return fields;
}

const MethodPlace<DataSetSpec>& dataSetMethod() {
    static const auto place = method(&DataSetSpec::dataset, "", Family::Dataset, "Its dataset",
                                     "Where more images and targets come from.");
    return place;
}

const std::vector<Field<KernelSpec>>& kernelFields() {
    static const std::vector<Field<KernelSpec>> fields{
        field(&KernelSpec::layers,
              {.path = "layers",
               .label = "Layers",
               .help = "Names of the backbone's layers; * stands for any run of letters."})};
    return fields;
}

const MethodPlace<KernelSpec>& kernelMethod() {
    static const auto place = method(&KernelSpec::method, "", Family::Parametrization, "Kernels",
                                     "How the layers' kernels are made during training.");
    return place;
}

} // namespace concertina
