// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"
#include "core/values/spec.h"

#include <QString>

#include <variant>

namespace concertina {

struct DroppedSpec {
    QString file;
};
struct DroppedDataset {
    QString folder; ///< has a dataset.json
};
struct DroppedPicture {
    QString file;
};

/// What a person has dropped on the window or named at its start, told by its name alone.
using Dropped = std::variant<DroppedSpec, DroppedDataset, DroppedPicture>;

/// Codes: "drop.missing", "drop.folder" (a folder that is no dataset), "drop.kind".
Expected<Dropped> classifyDropped(const QString& path);

/// Reads a spec file. Problems as `readSpec`, and "spec.file".
SpecReading readSpecFile(const QString& file);

} // namespace concertina
