// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/data_survey.h"
#include "core/values/image.h"
#include "core/values/problem.h"
#include "core/values/target.h"
#include "core/values/value_map.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// What there is for one task of one frame. Maps that are not known are empty: no truth for a
/// dropped picture, no predictions for a sample in Set-up.
struct FrameTask {
    std::string task;
    const TargetKind* kind = &classesTarget();
    std::vector<ClassInfo> classes;
    ValueMap truth;
    ValueMap expanded;
    ValueMap collapsed;
};

/// One picture with its truths and predictions, at the network's size.
struct Frame {
    std::string name;
    Image image;
    std::vector<FrameTask> tasks;
    std::int64_t step = 0;    ///< of the checkpoint that predicted
    double milliseconds = 0;  ///< spent in the networks
};

/// How wrong the collapsed network is on one frame, a value a task (`errorUnit`): NaN where there
/// is no truth.
struct FrameErrors {
    int index = 0;
    std::string name;
    std::vector<double> errors; ///< empty: the frame can't be read, and is passed over
};

/// A sample of a dataset as a person looks at it: its picture and every target of the dataset, in
/// its own proportions; a truth is empty where the sample does not have that target.
struct DataSample {
    Frame frame;       ///< a target's name stands for the task's
    Problems problems; ///< of its files; what could be read of it all the same is there
};

/// A sample as it stands among very many.
struct SampleThumbnail {
    int index = 0; ///< in its split
    Image image;   ///< empty where the picture can't be read
    std::optional<Problem> problem;
};

/// What is known of a dataset before a run.
struct DatasetSummary {
    std::string name;
    struct Split {
        std::string name;
        int samples = 0;
        std::vector<int> targetCounts; ///< that have each of `targets`; empty: all have all
    };
    std::vector<Split> splits;
    struct Target {
        std::string name; ///< the task that learns it has this id
        int classes = 0;  ///< or quantities; 0: it is no target of classes
        const TargetKind* kind = &classesTarget();
        NamesCount count = NamesCount::Nothing; ///< what its names are counted in
    };
    std::vector<Target> targets;
    std::vector<std::string> unused; ///< files that belong to no sample
    std::string fingerprint;         ///< another where the samples are others
};

} // namespace concertina
