// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/values/problem.h"
#include "ui/window/page_request.h"

#include <QString>

namespace concertina {

/// Whether a file's name is that of a picture.
bool isPictureFile(const QString& path);

/// The name that a folder's dataset.json gives, else the folder's own, or the file's.
QString datasetName(const QString& place);

/// What a file or folder that is dropped on the window, or named at its start, asks for, by its
/// name alone: OpenSpec, UseDataset (`recognizeData`, or any folder: a dataset may be made of its
/// files) or OpenPictures. Codes: "drop.missing", "drop.kind".
Expected<PageRequest> requestOf(const QString& path, const Catalogue& catalogue);

} // namespace concertina
