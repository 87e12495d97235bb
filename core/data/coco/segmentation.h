// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/coco/run_mask.h"

#include <string_view>

namespace concertina {

/// The mask of an annotation, from the JSON text of its "segmentation": polygons that are one mask
/// together, `[[x, y, x, y, …], …]`, or runs, `{"size": [height, width], "counts": …}`, as numbers
/// or compressed. Problems, without a path: those of `maskOfPolygon`, `maskOfRuns`, `maskOfText`,
/// "mask.form", "mask.empty", "mask.size" (runs of another size than the image's).
Expected<RunMask> maskOfSegmentation(std::string_view text, int height, int width);

} // namespace concertina
