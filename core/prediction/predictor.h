// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/exports/opened_network.h"
#include "core/runners/quickest.h"
#include "core/tasks/task.h"
#include "core/training/checkpoint.h"
#include "core/values/image.h"
#include "core/values/value_map.h"

#include <torch/types.h>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace concertina {

/// A network of a checkpoint, expanded or collapsed, or an exported one, that answers for one
/// picture at a time.
class Predictor {
public:
    /// Problems of `loadCheckpoint`.
    static Expected<Predictor> load(const std::filesystem::path& path, bool collapsed);

    /// Of a network that was exported. Problems of `openNetwork`.
    static Expected<Predictor> ofFile(const std::filesystem::path& path);

    /// The same network by the quickest right runner at hand, where it is a collapsed one: as was
    /// measured before (quickest.h), else as is said. Problem "stopped".
    Expected<Predictor> byQuickest(IfNotKept otherwise, const Progress& progress,
                                   const std::stop_token& stop) const;

    /// What runs it: "OpenCV (cv::dnn)".
    const std::string& runner() const { return m_runner; }

    /// `network` is the checkpoint's.
    Predictor(const Checkpoint& checkpoint, const Network& network, bool collapsed);

    const DataSpec& data() const { return m_spec.data; }
    std::int64_t step() const { return m_step; }
    std::size_t taskCount() const { return m_tasks.size(); }
    const std::string& taskName(std::size_t t) const { return m_spec.tasks[t].called(); }
    const TargetInfo& target(std::size_t t) const { return m_targets[t]; }

    /// One map a task for a picture of the network's size.
    std::vector<ValueMap> maps(const Image& image) const;

    /// The same in another size: outputs are interpolated before a class is chosen of them, so
    /// that borders run between the network's pixels. Classes that an exported network has chosen
    /// itself are those of the nearest pixel.
    std::vector<ValueMap> maps(const Image& image, int height, int width) const;

    /// Outputs [N, C, H, W], one a task, for images [N, 3, H, W] as `BatchMaker` makes them.
    std::vector<torch::Tensor> outputs(const torch::Tensor& images) const;

private:
    explicit Predictor(OpenedNetwork network);

    std::vector<torch::Tensor> outputs(const Image& image) const;
    torch::Tensor prediction(std::size_t t, const torch::Tensor& output) const;

    ExperimentSpec m_spec;
    std::vector<TargetInfo> m_targets;
    std::int64_t m_step;
    std::vector<std::shared_ptr<Task>> m_tasks;
    std::function<std::vector<torch::Tensor>(const torch::Tensor& images)> m_run;
    std::string m_runner;
    std::shared_ptr<const CollapsedNetwork> m_collapsed; ///< of a checkpoint; null of others
    bool m_predicts = false; ///< what it runs gives predictions, of pixels from 0 to 255
};

} // namespace concertina
