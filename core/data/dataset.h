// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample.h"
#include "core/model/catalogue.h"
#include "core/values/json.h"
#include "core/values/problem.h"
#include "core/values/spec.h"
#include "core/values/target.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

class DataNews;
class FileRecord;

/// What a dataset has for its samples beside the image.
struct TargetInfo {
    std::string name; ///< the task that learns it has this id: "segmentation", "depth", "normal"
    const TargetKind* kind = &classesTarget();
    Encoding encoding = Encoding::Index8;
    std::vector<ClassInfo> classes; ///< by index, where the kind has names; quantities are such too
    int ignore = -1;                ///< the class index that means "none"; −1: there is none such
    double scale = 1;               ///< of depth and quantities: value · scale + offset
    double offset = 0;
    std::optional<double> invalid; ///< the stored depth value that means "no measurement"

    bool operator==(const TargetInfo&) const = default;
};

/// What a network needs to know of a target when its dataset is not there: name, kind, classes.
Json toJson(const TargetInfo& target);

/// Problem "target.json".
Expected<TargetInfo> targetFromJson(const Json& json);

/// Pinhole intrinsics in pixels of the dataset's own image size.
struct Camera {
    double fx = 0, fy = 0, cx = 0, cy = 0;

    bool operator==(const Camera&) const = default;
};

struct SplitInfo {
    std::string name;
    int size = 0;
    std::vector<int> targetCounts; ///< samples that have each target; empty: all have all

    bool operator==(const SplitInfo&) const = default;
};

struct DatasetDescription {
    std::string name;
    std::vector<SplitInfo> splits;
    std::vector<TargetInfo> targets;
    std::optional<Camera> camera;
    /// Changes when the samples do: what they are made from, or names and sizes of files.
    std::string fingerprint;
    std::vector<std::string> unused; ///< files that belong to no sample

    const SplitInfo* split(std::string_view splitName) const;
    const TargetInfo* target(std::string_view targetName) const;
};

/// Name, fingerprint, splits and targets, as a run keeps them, and `toText`.
Json toJson(const DatasetDescription& description);

/// One line for people: "train 8 samples (depth 4, others all), val 4 samples".
std::string toText(const DatasetDescription& description);

/// "3 files belong to no sample: train/depth/a.txt, …"; empty without any.
std::string unusedText(const std::vector<std::string>& unused);

/// Where samples come from. Made by a `DatasetEntry`; all functions may be called from several
/// threads at once.
class Dataset {
public:
    virtual ~Dataset() = default;

    virtual const DatasetDescription& description() const = 0;

    /// The name of a sample, stable over sessions. `split` is one of the description's.
    virtual std::string sampleName(std::string_view split, int index) const = 0;

    /// Decodes or makes a sample at `height` × `width`: images by averaging, targets by the
    /// nearest pixel. `index` is below the split's size. Problems name the file and the sample.
    virtual Expected<Sample> sample(std::string_view split, int index, int height,
                                    int width) const = 0;
};

/// Where a dataset reports what it notices while it is opened and read, and what its files are;
/// either may be missing.
struct DataWatch {
    std::shared_ptr<DataNews> news;
    std::shared_ptr<FileRecord> files;
};

/// An open dataset, or everything that keeps it from being one.
using OpenedDataset = tl::expected<std::shared_ptr<const Dataset>, Problems>;

/// How a dataset is opened: complete options of its descriptor.
struct DatasetEntry {
    DatasetInfo info;
    std::function<OpenedDataset(const Json& options, const DataWatch& watch)> open;
};

/// All datasets, in menu order.
std::span<const DatasetEntry* const> datasets();

/// Opens the dataset that a spec names. Problems: "dataset.*", and those of its files.
OpenedDataset openWholly(const MethodChoice& choice, const DataWatch& watch = {});

/// The same, with the first problem, which says how many more there are.
Expected<std::shared_ptr<const Dataset>> openDataset(const MethodChoice& choice,
                                                     const DataWatch& watch = {});

} // namespace concertina
