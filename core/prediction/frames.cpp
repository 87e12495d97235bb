// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prediction/frames.h"

#include "core/data/image_files.h"
#include "core/data/target_tensors.h"
#include "core/prediction/predictor.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "core/training/evaluation.h"
#include "core/training/run_data.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <optional>

namespace concertina {

namespace {

/// Image and truths of one sample.
Frame frameOf(const RunData& data, const ExperimentSpec& spec, const std::string& split, int index,
              const Sample& sample) {
    const Sample* one = &sample;
    const Augmentation none;
    const Batch batch = data.maker.make({&one, 1}, {&none, 1});
    Frame frame;
    frame.name = data.dataset->sampleName(split, index);
    frame.image = sample.image;
    for (std::size_t t = 0; t < data.targets.size(); ++t) {
        const TargetInfo& target = data.targets[t];
        frame.tasks.push_back({.task = spec.tasks[t].called(),
                               .kind = target.kind,
                               .classes = target.classes,
                               .truth = targetTensors(*target.kind).truth(batch.targets[t], 0)});
    }
    return frame;
}

Expected<Frame> sampleFrame(const RunData& data, const ExperimentSpec& spec,
                            const std::string& split, int index) {
    auto sample = data.dataset->sample(split, index, spec.data.height, spec.data.width);
    if (!sample)
        return failure(sample.error());
    return frameOf(data, spec, split, index, *sample);
}

Problem noSuchFrame(const std::string& split, int index, int size) {
    return {"frame.index", split, "frame " + std::to_string(index),
            "0 to " + std::to_string(size - 1), ""};
}

} // namespace

struct FramePredictor::Parts {
    ExperimentSpec spec;
    Predictor expanded;
    Predictor collapsed;
    std::optional<RunData> data;

    /// The collapsed network for so many images of which the difference from the expanded one is
    /// not looked at: those of a frame are the executor's.
    Expected<Predictor> quickest(int images, const Progress& progress,
                                 const std::stop_token& stop) const {
        return collapsed.byQuickest(
            images < WorthMeasuring ? IfNotKept::TakeExecutor : IfNotKept::Measure, progress, stop);
    }

    /// Runs both networks on the frame's image.
    void predict(Frame& frame) const {
        setComputeThreads(0);
        const auto start = std::chrono::steady_clock::now();
        auto left = expanded.maps(frame.image);
        auto right = collapsed.maps(frame.image);
        const std::chrono::duration<double, std::milli> spent =
            std::chrono::steady_clock::now() - start;
        frame.milliseconds = spent.count();
        frame.step = expanded.step();
        for (std::size_t t = 0; t < frame.tasks.size(); ++t) {
            frame.tasks[t].expanded = std::move(left[t]);
            frame.tasks[t].collapsed = std::move(right[t]);
        }
    }

    Expected<int> open(const std::string& split) {
        if (!data) {
            auto opened = openRunData(spec);
            if (!opened)
                return failure(opened.error());
            data.emplace(std::move(*opened));
        }
        const SplitInfo* info = data->dataset->description().split(split);
        if (info == nullptr)
            return failure({"frame.split", split, "no such split",
                            "a split of " + data->dataset->description().name, ""});
        return info->size;
    }
};

Expected<FramePredictor> FramePredictor::load(const std::filesystem::path& checkpoint,
                                              ExperimentSpec spec) {
    const auto loaded = loadNetwork(checkpoint);
    if (!loaded)
        return failure(loaded.error());
    const auto& [about, network] = *loaded;
    return FramePredictor(
        std::make_unique<Parts>(Parts{std::move(spec), Predictor(about, network, false),
                                      Predictor(about, network, true), std::nullopt}));
}

FramePredictor::FramePredictor(std::unique_ptr<Parts> parts) : m_parts(std::move(parts)) {}
FramePredictor::FramePredictor(FramePredictor&&) noexcept = default;
FramePredictor& FramePredictor::operator=(FramePredictor&&) noexcept = default;
FramePredictor::~FramePredictor() = default;

Expected<Frame> FramePredictor::frame(const std::string& split, int index) {
    const auto size = m_parts->open(split);
    if (!size)
        return failure(size.error());
    if (index < 0 || index >= *size)
        return failure(noSuchFrame(split, index, *size));
    auto frame = sampleFrame(*m_parts->data, m_parts->spec, split, index);
    if (frame)
        m_parts->predict(*frame);
    return frame;
}

Expected<Frame> FramePredictor::picture(const std::filesystem::path& file) {
    const auto image = readImage(file);
    if (!image)
        return failure(image.error());
    const DataSpec& data = m_parts->expanded.data();
    Frame frame;
    frame.name = file.filename().string();
    frame.image = resized(*image, data.height, data.width);
    for (std::size_t t = 0; t < m_parts->expanded.taskCount(); ++t) {
        const TargetInfo& target = m_parts->expanded.target(t);
        frame.tasks.push_back({.task = m_parts->expanded.taskName(t),
                               .kind = target.kind,
                               .classes = target.classes});
    }
    m_parts->predict(frame);
    return frame;
}

Expected<Image> FramePredictor::thumbnail(const std::string& split, int index, int height) {
    const auto size = m_parts->open(split);
    if (!size)
        return failure(size.error());
    if (index < 0 || index >= *size)
        return failure(noSuchFrame(split, index, *size));
    const DataSpec& data = m_parts->spec.data;
    const int small = std::min(height, data.height);
    auto sample = m_parts->data->dataset->sample(split, index, small,
                                                 std::max(1, small * data.width / data.height));
    if (!sample)
        return failure(sample.error());
    return std::move(sample->image);
}

Expected<Image> FramePredictor::thumbnail(const std::filesystem::path& file, int height) const {
    const auto image = readImage(file);
    if (!image)
        return failure(image.error());
    const int small = std::min(height, image->height);
    return resized(*image, small, std::max(1, small * image->width / image->height));
}

Expected<std::vector<FrameErrors>> FramePredictor::rank(const std::string& split,
                                                        const Progress& progress,
                                                        const std::stop_token& stop) {
    const auto size = m_parts->open(split);
    if (!size)
        return failure(size.error());
    setComputeThreads(0);
    const auto quickest = m_parts->quickest(*size, progress, stop);
    if (!quickest)
        return failure(quickest.error());
    std::vector<FrameErrors> ranked;
    for (int index = 0; index < *size; ++index) {
        if (stop.stop_requested())
            return failure(stoppedProblem(split));
        progress(double(index) / *size, "frame " + std::to_string(index + 1) + " of "
                                            + std::to_string(*size));
        const auto wanted = sampleFrame(*m_parts->data, m_parts->spec, split, index);
        if (!wanted && skipsDamaged(m_parts->spec)) {
            ranked.push_back({index, m_parts->data->dataset->sampleName(split, index), {}});
            continue;
        }
        if (!wanted)
            return failure(wanted.error());
        const auto predicted = quickest->maps(wanted->image);
        FrameErrors errorsOfFrame{index, wanted->name, {}};
        for (std::size_t t = 0; t < predicted.size(); ++t)
            errorsOfFrame.errors.push_back(
                meanError(errors(predicted[t], wanted->tasks[t].truth, wanted->tasks[t].classes)));
        ranked.push_back(std::move(errorsOfFrame));
    }
    return ranked;
}

Expected<std::vector<ClassFigures>> FramePredictor::classFigures(const Progress& progress,
                                                                 const std::stop_token& stop) {
    const auto size = m_parts->open(m_parts->spec.data.validationSplit);
    if (!size)
        return failure(size.error());
    setComputeThreads(0);
    const auto quickest = m_parts->quickest(*size, progress, stop);
    if (!quickest)
        return failure(quickest.error());
    auto found = evaluate(m_parts->spec, *m_parts->data,
                          [&](const torch::Tensor& images) { return quickest->outputs(images); },
                          {.byClass = true, .progress = progress, .stop = stop});
    if (!found)
        return failure(found.error());
    return std::move(found->classes);
}

Expected<std::vector<Frame>> trainingSamples(const ExperimentSpec& spec, int first, int count,
                                             const std::stop_token& stop) {
    const auto data = openRunData(spec);
    if (!data)
        return failure(data.error());
    const std::string& split = spec.data.trainSplit;
    const std::vector<int> order = trainingInTurns(*data, first + count);
    std::vector<Frame> frames;
    for (auto i = static_cast<std::size_t>(std::max(0, first)); i < order.size(); ++i) {
        if (stop.stop_requested())
            return failure(stoppedProblem(split));
        auto frame = sampleFrame(*data, spec, split, order[i]);
        if (!frame)
            return failure(frame.error());
        frames.push_back(std::move(*frame));
    }
    return frames;
}

} // namespace concertina
