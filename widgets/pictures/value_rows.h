// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/value_map.h"

#include <QImage>
#include <QSize>

#include <span>
#include <vector>

namespace concertina {

/// Named values as a picture, on the dark ground that pictures have in every theme: names, bars,
/// numbers; what is not set steps back. As many as are legible, the last line says how many more
/// there are.
QImage drawRows(const std::vector<ValueRow>& rows, QSize size);

/// How large a list is to be beside a picture of this size, so that its text can be read: whole
/// times as large.
QSize largeBeside(QSize picture);

/// Values of any form beside the image that they are of: planes in true pixels, lists and objects
/// `largeBeside` it.
QImage drawValues(const ValueMap& map, std::span<const ClassInfo> classes, const ValueRange& range,
                  const QImage& image);

} // namespace concertina
