// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <QImage>
#include <QSize>
#include <QString>

#include <functional>

class QPainter;

namespace concertina {

/// A drawing on any device, within the size that it was made for.
struct PlanPicture {
    QSize size; ///< pixels of 1 / 96 inch
    QString title;
    std::function<void(QPainter&)> paint;
};

/// Writes a drawing as its file's name ends: .svg and .pdf as vectors, else as a PNG of four times
/// as many pixels. Problems of `saveFile`.
Expected<void> savePlanPicture(const PlanPicture& picture, const QString& file);

/// As pixels, for the clipboard.
QImage pixelsOf(const PlanPicture& picture, int scale = 2);

} // namespace concertina
