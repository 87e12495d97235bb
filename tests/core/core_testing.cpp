// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/core_testing.h"

#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/tensor/torch.h"
#include "core/training/run_data.h"

#include <QFileInfo>
#include <QString>

#include <cstring>

namespace concertina::testing {

ExperimentSpec tinySpec() {
    ExperimentSpec spec;
    spec.name = "tiny";
    spec.seed = 7;
    spec.data.height = 16;
    spec.data.width = 24;
    spec.data.dataset = {"rooms", {{"train_size", 8}, {"val_size", 3}}};
    spec.tasks = {{{"segmentation"}, 1.0}, {{"depth"}, 1.0}, {{"normal"}, 1.0}};
    spec.network.backbone = {"segnet", {{"channels", {6, 8}}, {"convolutions", {1, 2}}}};
    spec.train.batch = 4;
    spec.train.steps = 6;
    spec.train.threads = 2;
    return withCompleteOptions(spec, catalogue());
}

ExperimentSpec tinySpec(const std::string& parametrization, const std::string& rule) {
    ExperimentSpec spec = tinySpec();
    spec.network.kernels = {{"*", {parametrization}}};
    spec.network.sharing = {rule};
    return withCompleteOptions(spec, catalogue());
}

ExperimentSpec tinyUnet(const std::string& parametrization, const std::string& rule) {
    ExperimentSpec spec = tinySpec(parametrization, rule);
    spec.network.backbone = {"unet", {{"channels", {4, 6, 8}}, {"convolutions", 1}}};
    return withCompleteOptions(spec, catalogue());
}

NetworkDesign designFor(const ExperimentSpec& spec) {
    constexpr int classes = 14; // of rooms
    std::vector<int> outputs;
    for (const TaskSpec& task : spec.tasks)
        outputs.push_back(catalogue().task(task.method.id)->target->outputs(classes));
    DesignResult result = designNetwork(spec, catalogue(), outputs);
    if (!result.problems.empty())
        qFatal("%s", toText(result.problems).c_str());
    return std::move(result.design);
}

Network networkFor(const ExperimentSpec& spec) {
    return Network(designFor(spec), static_cast<std::uint64_t>(spec.seed));
}

Batch firstBatch(const ExperimentSpec& spec, torch::ScalarType type) {
    const auto data = openRunData(spec);
    if (!data)
        qFatal("%s", toText(data.error()).c_str());
    std::vector<std::shared_ptr<const Sample>> samples;
    std::vector<const Sample*> pointers;
    for (int i = 0; i < spec.train.batch; ++i) {
        samples.push_back(*data->training->sample(i));
        pointers.push_back(samples.back().get());
    }
    Batch batch = data->maker.make(pointers, std::vector<Augmentation>(samples.size()));
    batch.images = batch.images.to(type);
    return batch;
}

Learner learnerFor(const ExperimentSpec& spec, torch::ScalarType type) {
    const Network network = networkFor(spec);
    return learnerFor(spec, network.convertedTo(type));
}

Learner learnerFor(const ExperimentSpec& spec, Network network) {
    const auto data = openRunData(spec);
    if (!data)
        qFatal("%s", toText(data.error()).c_str());
    return {spec, std::move(network), makeTasks(spec, data->targets), spec.train.steps,
            data->trainingPlan.batchesPerEpoch()};
}

namespace {

torch::Tensor noise(const torch::Tensor& like, std::uint64_t seed) {
    auto generator = at::make_generator<at::CPUGeneratorImpl>(seed);
    return torch::empty_like(like, torch::TensorOptions().dtype(torch::kFloat32))
        .normal_(0, 1, generator)
        .to(like.scalar_type());
}

} // namespace

void scrambleNorms(Network& network, std::uint64_t seed) {
    const torch::NoGradGuard noGrad;
    auto tensors = network.namedTensors();
    for (auto& [name, tensor] : tensors) {
        const bool positive = name.find(".var/") != std::string::npos
                              || name.find(".weight/") != std::string::npos;
        if (positive)
            tensor.copy_((noise(tensor, ++seed) * 0.3).exp());
        else if (name.find("/norm.") != std::string::npos)
            tensor.copy_(noise(tensor, ++seed) * 0.3);
    }
}

void scrambleFactors(Network& network, std::uint64_t seed) {
    const torch::NoGradGuard noGrad;
    for (Parameter& parameter : network.parameters()) {
        const double scale = parameter.value.abs().mean().item<double>();
        parameter.value.add_(noise(parameter.value, ++seed), 0.2 * scale + 0.02);
    }
}

double relativeDifference(const torch::Tensor& actual, const torch::Tensor& expected) {
    const double scale = expected.abs().max().item<double>();
    return (actual - expected).abs().max().item<double>() / (scale > 0 ? scale : 1);
}

bool sameBits(const torch::Tensor& a, const torch::Tensor& b) {
    return a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type()
           && (a.numel() == 0 // no data to point at
               || std::memcmp(a.contiguous().data_ptr(), b.contiguous().data_ptr(), a.nbytes())
                      == 0);
}

std::map<std::string, torch::Tensor> copyOf(const std::map<std::string, torch::Tensor>& tensors) {
    std::map<std::string, torch::Tensor> copies;
    for (const auto& [name, tensor] : tensors)
        copies[name] = tensor.detach().clone();
    return copies;
}

torch::Tensor randomImages(std::int64_t count, std::int64_t height, std::int64_t width,
                           std::uint64_t seed, torch::ScalarType type) {
    return noise(torch::empty({count, 3, height, width}, type), seed);
}

std::string realData(const std::string& name) {
    const QString folder =
        qEnvironmentVariable("CONCERTINA_DATA", QStringLiteral(CONCERTINA_SOURCE_DIR "/../shared/data"))
        + QLatin1Char('/') + QString::fromStdString(name);
    return QFileInfo::exists(folder) ? folder.toStdString() : std::string();
}

} // namespace concertina::testing
