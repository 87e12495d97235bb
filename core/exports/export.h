// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapse.h"
#include "core/model/descriptors.h"
#include "core/values/spec.h"

#include <filesystem>
#include <functional>
#include <span>

namespace concertina {

/// A form that collapsed networks are written in.
struct ExportEntry {
    ExportInfo info;
    /// Writes a network to a file, or into a folder that is there, and says what it wrote.
    /// `options` are complete and checked. What this form can't express is a problem, as is a full
    /// disk; then nothing of it is left.
    std::function<Expected<WrittenNetwork>(const CollapsedNetwork& network,
                                           const std::filesystem::path& place, const Json& options)>
        write;
};

/// All exports, in menu order; the first is the one that is meant where none is named.
std::span<const ExportEntry* const> exports();

/// The id of the first.
const std::string& usualExport();

/// What writes a network to `place` in a format, all of which is looked at before: a folder that a
/// format wants is made. Problems of `checkMethod` at "export", of `placeToWrite` and `makeFolder`.
Expected<NetworkWriter> networkWriter(const std::filesystem::path& place,
                                      const MethodChoice& format = {usualExport()});

} // namespace concertina
