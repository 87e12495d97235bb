// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapse.h"
#include "core/model/descriptors.h"
#include "core/values/spec.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

namespace concertina {

/// Images that a written network is tried on by programs that are not ours (samples.h), and what
/// reads them when they are wanted.
struct ExportSamples;
struct OpenedNetwork;
using ExportSampleSource = std::function<ExportSamples()>;

/// Training images that a network in 8 bits is calibrated on, as many as are asked for where there
/// are so many.
using CalibrationSource = std::function<Expected<std::shared_ptr<const ExportSamples>>(int count)>;

/// A form that collapsed networks are written in.
struct ExportEntry {
    ExportInfo info;
    /// Writes a network to a file, or into a folder that is there, and says what it wrote. Where
    /// `options` have "weights" (weights.h), its tensors are rounded to what this type holds, or it
    /// is quantized.
    /// `options` are complete and checked. What this form can't express is a problem, as is a full
    /// disk; then nothing of it is left.
    std::function<Expected<WrittenNetwork>(const CollapsedNetwork& network,
                                           const std::filesystem::path& place, const Json& options)>
        write;
    /// What other programs get from the written network for some images; empty: no such program is
    /// known.
    std::function<std::vector<ReaderReport>(const CollapsedNetwork& network,
                                            const std::filesystem::path& place, const Json& options,
                                            const ExportSamples& samples)>
        read{};
    /// Whether a file is one of this format, by its first 16 bytes, or fewer where it ends.
    std::function<bool(std::string_view head)> isOne{};
    /// Opens one (opened_network.h).
    std::function<Expected<OpenedNetwork>(const std::filesystem::path& file)> open{};
};

/// All exports, in menu order; the first is the one that is meant where none is named.
std::span<const ExportEntry* const> exports();

/// The id of the first.
const std::string& usualExport();

/// What writes a network to `place` in a format, all of which is looked at before: a folder that a
/// format wants is made. Problems of `checkMethod` at "export", of `placeToWrite` and `makeFolder`.
/// Where other programs are known for the format, what is written is tried on the samples first,
/// and put into its place only where none of them disagrees, else "export.differs". Weights of 8
/// bits need `calibration`; writing has problems of `quantize` (core/quantization) then.
Expected<NetworkWriter> networkWriter(const std::filesystem::path& place,
                                      const MethodChoice& format = {usualExport()},
                                      const ExportSampleSource& samples = {},
                                      const CalibrationSource& calibration = {});

/// Up to `count` images of a run's validation split, as its network takes them; where they can't be
/// read, made ones that are the same at every call. `spec` has the dataset's place.
ExportSampleSource exportSamples(const ExperimentSpec& spec, int count);

/// Images of a run's training split, from all of it, without augmentation. `spec` has the dataset's
/// place. Problems of `openRunData` and, unless the spec passes damaged samples over, of reading.
CalibrationSource calibrationImages(const ExperimentSpec& spec);

} // namespace concertina
