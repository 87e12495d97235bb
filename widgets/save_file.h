// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <QByteArray>
#include <QImage>
#include <QString>

namespace concertina {

/// Writes a file that a person named: afterwards all of it is there, or what was there before.
/// Links are followed. Problems: those of `placeToWrite`, and "file.write".
Expected<void> saveFile(const QString& file, const QByteArray& bytes);

/// A picture as a PNG.
Expected<void> savePng(const QString& file, const QImage& picture);

} // namespace concertina
