// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

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

/// What a person has dropped on the window or named at its start, classified by its name alone.
using Dropped = std::variant<DroppedSpec, DroppedDataset, DroppedPicture>;

/// Whether a file's name is that of a picture.
bool isPictureFile(const QString& path);

/// The name that a folder's dataset.json gives, else the folder's own.
QString datasetName(const QString& folder);

/// Codes: "drop.missing", "drop.folder" (a folder that is no dataset), "drop.kind".
Expected<Dropped> classifyDropped(const QString& path);

} // namespace concertina
