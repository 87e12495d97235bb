// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/factor_reading.h"
#include "core/values/json.h"
#include "core/values/metric.h"
#include "core/values/network_file.h"
#include "core/values/problem.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// Called by long functions: how much is done, from 0 to 1, and what is being done.
using Progress = std::function<void(double share, const std::string& what)>;

/// Something of the expanded network and of the collapsed one.
struct BeforeAfter {
    double expanded = 0;
    double collapsed = 0;

    bool operator==(const BeforeAfter&) const = default;
};

/// Whose the weights of a network are: what a group of tasks shares, what one has of its own.
struct WeightOwners {
    /// Layers that are shared in one way.
    struct Part {
        std::string name; ///< "tied", "merged", "factors shared", "separate", "other", "heads"
        int layers = 0;
        std::vector<BeforeAfter> weights; ///< one an owner
    };

    std::vector<std::string> owners; ///< "all tasks", "depth+normal", "depth": the larger first
    std::vector<Part> parts;         ///< those that there are, in this order

    /// Of an owner over all parts.
    BeforeAfter of(std::size_t owner) const;

    /// The share of the weights that one task has to itself.
    BeforeAfter ownShare() const;
};

struct CollapseReport {
    std::optional<WrittenNetwork> written; ///< the collapsed network, where it was written
    NetworkOrigin origin;
    BeforeAfter parameters;
    BeforeAfter multiplyAdds; ///< of one image
    BeforeAfter bytes;        ///< of the weights' file: the checkpoint without optimizer state
    BeforeAfter milliseconds; ///< of one image on this machine, median; 0: not measured
    WeightOwners owners;
    int distinctKernels = 0;
    int foldedNorms = 0;
    int keptNorms = 0; ///< as a scale and shift a channel, as their kernel has several norms
    int keptParts = 0; ///< convolutions behind kernels, as one kernel would not be exact
    int borderLayers = 0; ///< made one kernel that is exact but for a border of the image
    /// Which layers each task claims, of one checkpoint; none without gates.
    std::vector<LayerClaims> claims{};
    int skipped = 0; ///< samples that can't be read, which others stood in for (data.damaged)
};

/// How far the outputs of one task are apart.
struct TaskDifference {
    std::string task;
    std::optional<double> maxAbs64; ///< float64, pooling indices handed over
    double maxRel32 = 0;            ///< float32 in the same way, ÷ the output's largest magnitude
    double freeMaxRel32 = 0;        ///< float32 free-running
    double freeBeyond = 0; ///< share of values that differ by more than 1e-4 of the maximum then
    std::optional<double> argmaxAgreement; ///< free-running; for classes
};

/// How far one layer of the collapsed network is from what it stands for, both given what the
/// expanded network hands that layer: the difference is its own.
struct LayerDifference {
    std::string layer;
    std::string tasks; ///< that it runs for: "segmentation+depth"
    std::string what;  ///< "kernel", "kernel and norm", "branches" (made one), "norm" (kept)
    std::optional<double> maxAbs64;
    double maxRel32 = 0; ///< ÷ the largest magnitude of its output
};

/// Whether the collapsed network computes what the expanded one does, on real images.
struct VerifyReport {
    int images = 0;
    int skipped = 0; ///< images that can't be read and were passed over (data.damaged)
    std::vector<TaskDifference> tasks;
    std::vector<LayerDifference> layers; ///< in the order of execution, where they were asked for
    std::int64_t windows = 0;        ///< of max-pooling, over all images
    std::int64_t flippedWindows = 0; ///< whose arg-max rounding moved, free-running
    int flippedImages = 0;           ///< with at least one such window
    double unflippedMaxRel32 = 0;    ///< free-running, over the other images
    int borderLayers = 0; ///< folded into a kernel that is exact but for a border: then each layer
                          ///< is judged by itself, inside, and what is above is reported
    bool passed = false;
    std::string failure; ///< which limit was missed, in words

    std::optional<double> maxAbs64() const;
    double maxRel32() const;
    double argmaxAgreement() const; ///< the smallest; 1 without a task of classes
    const LayerDifference* worstLayer() const; ///< by `maxRel32`; null without layers
};

/// Limits of `VerifyReport`: what rounding can do, and no more.
inline constexpr double LargestAbs64 = 1e-10, LargestRel32 = 1e-4;
inline constexpr double SmallestAgreement = 0.999;

struct PredictReport {
    std::vector<std::string> files; ///< that were written
    int skipped = 0; ///< frames that can't be read and were passed over (data.damaged)
};

Json toJson(const WeightOwners& owners);
Json toJson(const CollapseReport& report);
Json toJson(const VerifyReport& report);
Json toJson(const PredictReport& report);

/// Tables for people, with units.
std::string toText(const CollapseReport& report);
std::string toText(const VerifyReport& report);

/// A line on images that were passed over; empty where there was none.
std::string skippedText(int images);

/// The part of it that is on layers; empty without.
std::string layersText(const VerifyReport& report);

/// A table of owners by parts, in training and collapsed. Empty where a single task has all.
std::string toText(const WeightOwners& owners);

/// The same in three lines of plain letters, for a picture.
std::vector<std::string> ownersLines(const WeightOwners& owners);

} // namespace concertina
