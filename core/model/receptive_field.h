// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/layer_graph.h"

#include <vector>

namespace concertina {

/// How much of the image one pixel of a feature is computed from, along a side; of kernels that are
/// not square along the longer. Borders aside: it may be larger than the image.
struct ReceptiveField {
    double size = 1;         ///< pixels of the image
    double jump = 1;         ///< pixels of the image from one of its pixels to the next
    bool wholeImage = false; ///< behind a global pooling: size and jump mean nothing

    bool operator==(const ReceptiveField&) const = default;
};

/// Of each node. By the usual recursion (Araujo 2019, "Computing Receptive Fields of Convolutional
/// Neural Networks", Distill): a kernel or window of k pixels, dilated by d, makes size += (k − 1)
/// · d · jump; a stride s then jump · = s. Bilinear upsampling reads two pixels a side, nearest and
/// unpooling one; behind each the jump is that of what it is made as large as, and kernels there
/// may straddle one pixel more of what was upsampled, which is not counted. Of several inputs the
/// largest size counts.
std::vector<ReceptiveField> receptiveFields(const LayerGraph& graph);

} // namespace concertina
