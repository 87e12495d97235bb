// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/model/test_catalogue.h"

#include "core/model/heads.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace concertina {

namespace {

FieldInfo integer(std::string path, int defaultValue, double minimum, double maximum,
                  std::string label) {
    return {.path = std::move(path),
            .type = FieldType::Integer,
            .defaultValue = defaultValue,
            .minimum = minimum,
            .maximum = maximum,
            .label = std::move(label),
            .help = "A whole number of the test catalogue."};
}

FieldInfo real(std::string path, double defaultValue, double minimum, double maximum,
               std::string label) {
    return {.path = std::move(path),
            .type = FieldType::Real,
            .defaultValue = defaultValue,
            .minimum = minimum,
            .maximum = maximum,
            .label = std::move(label),
            .help = "A number of the test catalogue."};
}

FieldInfo choice(std::string path, std::vector<std::string> choices, std::string label) {
    return {.path = std::move(path),
            .type = FieldType::Choice,
            .defaultValue = choices.front(),
            .choices = std::move(choices),
            .label = std::move(label),
            .help = "A choice of the test catalogue."};
}

MethodInfo method(std::string id, std::string label, std::vector<FieldInfo> options = {}) {
    return {.id = std::move(id),
            .label = std::move(label),
            .help = "A method of the test catalogue.",
            .source = "own",
            .options = std::move(options)};
}

DatasetInfo dataset() {
    return {method("rooms", "Rendered rooms",
                   {integer("samples", 100, 1, 1e6, "Samples"),
                    {.path = "folder",
                     .type = FieldType::Folder,
                     .defaultValue = "",
                     .label = "Folder",
                     .help = "A folder of the test catalogue."}}),
            {"dataset.json"}};
}

int toyHead(GraphBuilder& builder, const HeadPlace& place, const Json&) {
    return plainHead(builder, place);
}

std::vector<TaskInfo> tasks() {
    TaskInfo segmentation{
        method("segmentation", "Segmentation", {real("smoothing", 0, 0, 0.5, "Label smoothing")})};
    segmentation.target = &classesTarget();
    segmentation.letter = "S";
    segmentation.metrics = {{"miou", "mIoU", "", true, 3},
                            {"accuracy", "pixel accuracy", "", true, 3}};
    segmentation.head = toyHead;

    TaskInfo depth{method("depth", "Depth")};
    depth.target = &depthTarget();
    depth.letter = "D";
    depth.metrics = {{"abs_err", "absolute error", "m", false, 3}};
    depth.head = toyHead;

    TaskInfo normal{method("normal", "Surface normals")};
    normal.target = &normalsTarget();
    normal.letter = "N";
    normal.metrics = {{"mean_angle", "mean angle", "°", false, 1}};
    normal.head = toyHead;
    return {segmentation, depth, normal};
}

int channelsOf(const Json& options, int stage) {
    return static_cast<int>(
               std::lround(options["channels"].get<double>() * options["width"].get<double>()))
           << std::min(stage - 1, 4);
}

/// An encoder and a decoder: enc1.1, enc1.2, …, pooled after each stage, then the way back.
FeatureGraph buildToy(const Json& options, int height, int width) {
    const int stages = options["stages"].get<int>();
    const int convolutions = options["convolutions"].get<int>();
    const bool concat = options["decoder"] == "concat";
    GraphBuilder builder(3, height, width);
    std::vector<int> skips, pools;
    int at = 0;
    for (int stage = 1; stage <= stages; ++stage) {
        const std::string number = std::to_string(stage);
        for (int i = 1; i <= convolutions; ++i)
            at = builder.convNormRelu("enc" + number + "." + std::to_string(i), at,
                                      channelsOf(options, stage), 3);
        skips.push_back(at);
        at = builder.maxPool("pool" + number, at);
        pools.push_back(at);
    }
    for (int stage = stages; stage >= 1; --stage) {
        const std::string number = std::to_string(stage);
        const auto index = static_cast<std::size_t>(stage) - 1;
        if (concat)
            at = builder.concat("cat" + number,
                                {builder.upsample("up" + number, at, skips[index]), skips[index]});
        else
            at = builder.maxUnpool("unpool" + number, at, pools[index]);
        for (int i = 1; i <= convolutions; ++i)
            at = builder.convNormRelu(
                "dec" + number + "." + std::to_string(i), at,
                channelsOf(options, i == convolutions ? std::max(stage - 1, 1) : stage), 3);
    }
    return {builder.take(), {{.name = "out", .node = at}}};
}

Problems checkToy(const Json& options, int height, int width) {
    Problems problems;
    if ((std::min(height, width) >> options["stages"].get<int>()) < 1)
        problems.push_back({"backbone.small_image", "stages", options["stages"].dump(),
                            "fewer stages for so small an image", ""});
    if (channelsOf(options, 1) < 1)
        problems.push_back(
            {"backbone.no_channels", "", "no channel in the first stage", "at least one", ""});
    return problems;
}

BackboneInfo toy() {
    return {method("toy", "Toy",
                   {integer("stages", 2, 1, 4, "Stages"),
                    integer("convolutions", 1, 1, 4, "Convolutions a stage"),
                    integer("channels", 8, 1, 256, "First channels"),
                    real("width", 1, 0.01, 4, "Width multiplier"),
                    choice("decoder", {"unpool", "concat"}, "Decoder")}),
            buildToy, checkToy};
}

ParametrizationInfo plain() {
    ParametrizationInfo info{method("plain", "Plain")};
    info.factors = [](const KernelShape& kernel, const Json&) -> std::vector<FactorInfo> {
        return {{"W", {kernel.out, kernel.in / kernel.groups, kernel.height, kernel.width}}};
    };
    info.composeCost = [](const KernelShape&, const Json&) { return 0.0; };
    return info;
}

/// Rows and columns of the kernel as a matrix (methods.md, section 1).
std::pair<std::int64_t, std::int64_t> matrixSize(const KernelShape& kernel, const Json& options) {
    const std::int64_t in = kernel.in / kernel.groups;
    if (options["matricization"] == "spatial")
        return {std::int64_t{kernel.out} * kernel.height, in * kernel.width};
    return {kernel.out, in * kernel.height * kernel.width};
}

ParametrizationInfo factored() {
    ParametrizationInfo info{
        method("factored", "Factored",
               {choice("matricization", {"channel", "spatial"}, "Matricization"),
                choice("core", {"full", "diagonal"}, "Core"),
                real("rank", 1, 0.01, 4, "Rank multiplier")})};
    const auto rank = [](const KernelShape& kernel, const Json& options) {
        const auto [rows, columns] = matrixSize(kernel, options);
        return std::max<std::int64_t>(1,
                                      std::llround(options["rank"].get<double>()
                                                   * static_cast<double>(std::min(rows, columns))));
    };
    info.factors = [rank](const KernelShape& kernel, const Json& options) {
        const auto [rows, columns] = matrixSize(kernel, options);
        const std::int64_t r = rank(kernel, options);
        FactorInfo core{"M", {r, r}, true};
        if (options["core"] == "diagonal")
            core.shape = {r};
        return std::vector<FactorInfo>{{"U", {rows, r}}, core, {"V", {r, columns}}};
    };
    info.composeCost = [rank](const KernelShape& kernel, const Json& options) {
        const auto [rows, columns] = matrixSize(kernel, options);
        const auto r = static_cast<double>(rank(kernel, options));
        const double product = static_cast<double>(rows) * r * static_cast<double>(columns);
        return product + static_cast<double>(rows) * r * (options["core"] == "full" ? r : 1.0);
    };
    return info;
}

std::vector<OptimizerInfo> optimizers() {
    const FieldInfo beta = real("beta1", 0.9, 0, 0.9999, "β₁");
    return {
        {method("sgd", "SGD", {real("momentum", 0.9, 0, 0.9999, "Momentum")}), {"momentum"}, false},
        {method("adam", "Adam", {beta}), {"m", "v"}, false},
        {method("adamw", "AdamW", {beta}), {"m", "v"}, true}};
}

std::vector<ScheduleInfo> schedules() {
    return {
        {method("constant", "Constant"), [](const Json&, double, double, double) { return 1.0; }},
        {method("step", "Steps", {real("every", 100, 1, 1e6, "Epochs between two halvings")}),
         [](const Json& options, double step, double, double stepsPerEpoch) {
             const double epochs = step / stepsPerEpoch;
             return std::pow(0.5, std::floor(epochs / options["every"].get<double>()));
         }},
        {method("cosine", "Cosine"), [](const Json&, double step, double steps, double) {
             return (1 + std::cos(std::numbers::pi * step / steps)) / 2;
         }}};
}

} // namespace

Catalogue testCatalogue() {
    return {.datasets = {dataset()},
            .tasks = tasks(),
            .backbones = {toy()},
            .parametrizations = {plain(), factored()},
            .optimizers = optimizers(),
            .schedules = schedules(),
            .balancings = {{method("equal", "Equal weights"), Consumes::Losses, false}},
            .exports = {{method("safetensors", "Safetensors"), ".safetensors"}}};
}

Catalogue catalogueWithLists() {
    Catalogue catalogue = testCatalogue();
    ParametrizationInfo stack = plain();
    static_cast<MethodInfo&>(stack) =
        method("stack", "Stack",
               {{.path = "parts",
                 .type = FieldType::Methods,
                 .defaultValue = parseJson(R"([{"id": "plain", "options": {}},
                                               {"id": "factored", "options": {}}])"),
                 .mayBeEmpty = false,
                 .family = Family::Parametrization,
                 .label = "Parts",
                 .help = "A list of the test catalogue."}});
    catalogue.parametrizations.push_back(std::move(stack));
    return catalogue;
}

ExperimentSpec testSpec() {
    ExperimentSpec spec;
    spec.data.height = 16;
    spec.data.width = 24;
    spec.tasks = {{{"segmentation", Json::object()}, 1.0},
                  {{"depth", Json::object()}, 1.0},
                  {{"normal", Json::object()}, 1.0}};
    spec.network.backbone = {"toy", Json::object()};
    spec.network.kernels = {{"*", {"factored", Json::object()}}};
    return spec;
}

} // namespace concertina
