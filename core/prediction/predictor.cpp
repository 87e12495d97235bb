// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prediction/predictor.h"

#include "core/collapse/collapsed_network.h"
#include "core/data/target_tensors.h"
#include "core/network/run_program.h"
#include "core/tensor/torch.h"
#include "core/training/run_data.h"

#include <algorithm>

namespace concertina {

namespace {

/// Values that are interpolated at once: an output of many classes at a large picture's size would
/// need more memory than there is.
constexpr std::int64_t largestBand = 16'000'000;

/// Where the pixels of a line of another length lie between those that there are: bilinear, corners
/// not aligned.
struct Places {
    torch::Tensor before; ///< indices
    torch::Tensor after;
    torch::Tensor weight; ///< of `after`

    Places(std::int64_t from, std::int64_t to) {
        const auto centres =
            ((torch::arange(to, torch::kFloat64) + 0.5) * (double(from) / double(to)) - 0.5)
                .clamp(0, double(from - 1));
        before = centres.floor().to(torch::kInt64);
        after = (before + 1).clamp_max(from - 1);
        weight = (centres - before).to(torch::kFloat32);
    }

    /// Some of the new places of a tensor [N, C, H, W] along a dimension.
    torch::Tensor interpolated(const torch::Tensor& of, std::int64_t dimension, std::int64_t first,
                               std::int64_t count) const {
        std::vector<std::int64_t> shape(4, 1);
        shape[static_cast<std::size_t>(dimension)] = count;
        const torch::Tensor low = of.index_select(dimension, before.narrow(0, first, count));
        const torch::Tensor high = of.index_select(dimension, after.narrow(0, first, count));
        return low + (high - low) * weight.narrow(0, first, count).view(shape);
    }
};

} // namespace

Expected<Predictor> Predictor::load(const std::filesystem::path& path, bool collapsed) {
    const auto loaded = loadNetwork(path);
    if (!loaded)
        return failure(loaded.error());
    return Predictor(loaded->checkpoint, loaded->network, collapsed);
}

Predictor::Predictor(const Checkpoint& checkpoint, const Network& network, bool collapsed)
    : m_spec(checkpoint.spec),
      m_targets(checkpoint.targets),
      m_step(checkpoint.step),
      m_runner(runners().front()->label) {
    for (auto& task : makeTasks(m_spec, m_targets))
        m_tasks.push_back(std::move(task));
    const torch::NoGradGuard noGrad;
    if (collapsed) {
        m_collapsed = std::make_shared<CollapsedNetwork>(fold(network, checkpoint));
        m_run = [compact = m_collapsed](const torch::Tensor& images) {
            return compact->forward(images, predictionSettings());
        };
        return;
    }
    m_run = [program = network.program(),
             tensors = network.compose(false).tensors](const torch::Tensor& images) {
        return runProgram(program, tensors, images, predictionSettings());
    };
}

Expected<Predictor> Predictor::byQuickest(IfNotKept otherwise, const Progress& progress,
                                          const std::stop_token& stop) const {
    Predictor result = *this;
    if (m_collapsed == nullptr)
        return result;
    auto quickest =
        quickestRunner(*m_collapsed, runnerTimesFolder(), runners(), otherwise, progress, stop);
    if (!quickest)
        return failure(quickest.error());
    result.m_runner = quickest->label;
    // What a runner refuses after all, the executor does.
    result.m_run = [run = std::move(quickest->run),
                    compact = m_collapsed](const torch::Tensor& images) {
        auto outputs = run(images);
        return outputs ? std::move(*outputs) : compact->forward(images, predictionSettings());
    };
    return result;
}

Expected<Predictor> Predictor::ofFile(const std::filesystem::path& path) {
    auto network = openNetwork(path);
    if (!network)
        return failure(network.error());
    return Predictor(std::move(*network));
}

Predictor::Predictor(OpenedNetwork network)
    : m_targets(network.targets),
      m_step(0),
      m_runner(network.runner),
      m_predicts(network.predicts) {
    m_spec.name = network.name;
    m_spec.data.height = network.height;
    m_spec.data.width = network.width;
    m_spec.data.normalization = network.normalization;
    m_spec.tasks.clear(); // a spec begins with one
    for (std::size_t t = 0; t < m_targets.size(); ++t) {
        // How an output becomes a prediction hangs on its kind alone.
        const TaskEntry& entry = taskEntry(m_targets[t].kind->usualName());
        m_spec.tasks.push_back(
            {.method = {entry.info.id}, .name = network.outputs[t], .target = m_targets[t].name});
        m_tasks.push_back(entry.make(completeOptions(entry.info, Json::object()), m_targets[t]));
    }
    // It ran when it was opened, and runs again.
    m_run = [run = std::move(network.run)](const torch::Tensor& images) {
        return run(images).value();
    };
}

std::vector<torch::Tensor> Predictor::outputs(const Image& image) const {
    const BatchMaker maker({}, {}, normalizationOf(data().normalization));
    if (!m_predicts)
        return outputs(maker.image(image));
    const BatchMaker plain({}, {}, normalizationOf(InputNormalization::Unit));
    return outputs(plain.image(image) * 255);
}

std::vector<torch::Tensor> Predictor::outputs(const torch::Tensor& images) const {
    return m_run(images);
}

torch::Tensor Predictor::prediction(std::size_t t, const torch::Tensor& output) const {
    const TargetKind* kind = m_targets[t].kind;
    if (m_predicts && kind == &classesTarget())
        return output[0][0].to(torch::kInt64);
    if (m_predicts && kind->form() == ValueForm::List)
        return output[0];
    return m_tasks[t]->prediction(output)[0];
}

std::vector<ValueMap> Predictor::maps(const Image& image) const {
    const torch::NoGradGuard noGrad;
    const auto given = outputs(image);
    std::vector<ValueMap> maps;
    for (std::size_t t = 0; t < given.size(); ++t)
        maps.push_back(targetTensors(*m_targets[t].kind).predicted(prediction(t, given[t])));
    return maps;
}

std::vector<ValueMap> Predictor::maps(const Image& image, int height, int width) const {
    const torch::NoGradGuard noGrad;
    const auto given = outputs(image);
    std::vector<ValueMap> maps;
    for (std::size_t t = 0; t < given.size(); ++t) {
        const torch::Tensor& output = given[t];
        if (!m_targets[t].kind->isPlane()) {
            maps.push_back(targetTensors(*m_targets[t].kind).predicted(prediction(t, output)));
            continue;
        }
        if (m_predicts && m_targets[t].kind == &classesTarget()) {
            const torch::Tensor near = torch::upsample_nearest2d(output, {height, width});
            maps.push_back(toValueMap(prediction(t, near), *m_targets[t].kind));
            continue;
        }
        const Places rows(output.size(2), height), columns(output.size(3), width);
        const std::int64_t band = std::clamp<std::int64_t>(
            largestBand / (output.size(1) * width), 1, height);
        std::vector<torch::Tensor> parts;
        for (std::int64_t first = 0; first < height; first += band) {
            const auto count = std::min<std::int64_t>(band, height - first);
            const torch::Tensor part = columns.interpolated(
                rows.interpolated(output, 2, first, count), 3, 0, width);
            parts.push_back(prediction(t, part));
        }
        // Bands are rows: the dimension before the last, with or without channels.
        maps.push_back(toValueMap(torch::cat(parts, -2), *m_targets[t].kind));
    }
    return maps;
}

} // namespace concertina
