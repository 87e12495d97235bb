// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/embedded_text.h"

#include <string>
#include <vector>

namespace concertina {

/// The files of resources/presets.
std::span<const EmbeddedText> presetFiles();

/// The experiments, in menu order: name, and the spec as JSON text. Behind each file stand the
/// baselines that resources/presets/baselines.json makes of it by merging changes into it (RFC
/// 7396), named "FILE-BASELINE".
std::span<const EmbeddedText> presets();

/// The preset of a name, or of the name that one had before; null where there is none.
const EmbeddedText* presetNamed(std::string_view name);

/// Presets that are trained together, as one group of runs.
struct PresetGroup {
    std::string name, notes;
    std::vector<std::string> presets;
};

/// Those that baselines.json names, "FILE-GROUP".
std::span<const PresetGroup> presetGroups();

} // namespace concertina
