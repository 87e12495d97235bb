// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/class_figures.h"
#include "core/values/frame.h"
#include "core/values/problem.h"
#include "core/values/report.h"
#include "core/values/spec.h"

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

namespace concertina {

/// Frames of one checkpoint, predicted by the expanded and by the collapsed network: for looking
/// at them one by one. From one thread at a time.
class FramePredictor {
public:
    /// `spec` is the run's, with the dataset's place; the dataset is opened when a frame of it is
    /// wanted. Problems of `loadCheckpoint`.
    static Expected<FramePredictor> load(const std::filesystem::path& checkpoint,
                                         ExperimentSpec spec);

    FramePredictor(FramePredictor&&) noexcept;
    FramePredictor& operator=(FramePredictor&&) noexcept;
    ~FramePredictor();

    /// Problems of `openRunData`; "frame.split" and "frame.index" for what is not there.
    Expected<Frame> frame(const std::string& split, int index);

    /// A picture from anywhere, resized to the network's size. Problems of `readImage`.
    Expected<Frame> picture(const std::filesystem::path& file);

    /// A frame's picture alone, at most `height` pixels high, in its own proportions.
    Expected<Image> thumbnail(const std::string& split, int index, int height);
    Expected<Image> thumbnail(const std::filesystem::path& file, int height) const;

    /// How wrong the collapsed network is on every frame of a split, in its order; where the spec
    /// skips what can't be read, such a frame has no errors. Problems of `frame`, and "stopped".
    Expected<std::vector<FrameErrors>> rank(const std::string& split, const Progress& progress,
                                            const std::stop_token& stop);

    /// What the metrics of the validation split are of each class by itself, by the collapsed
    /// network; tasks whose metrics are not of classes are left out. Problems of `evaluate`.
    Expected<std::vector<ClassFigures>> classFigures(const Progress& progress,
                                                     const std::stop_token& stop);

private:
    struct Parts;
    explicit FramePredictor(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> m_parts;
};

/// Samples of a spec's training split with their truths, without a network. Fewer where the split
/// ends; of several sets in turns. Problems of `openRunData` and of reading.
Expected<std::vector<Frame>> trainingSamples(const ExperimentSpec& spec, int first, int count,
                                             const std::stop_token& stop);

} // namespace concertina
