// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/compare/comparison_pictures.h"

#include <QImage>

#include <vector>

namespace concertina {

/// Panes as one picture for a file: true pixels at a whole zoom, captions above and the legend
/// below, on white. Panes without a picture are left out.
QImage pictureForFile(const std::vector<PaneContent>& panes, int columns,
                      const ComparisonPictures& pictures, double differenceLimit);

} // namespace concertina
