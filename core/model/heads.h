// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"
#include "core/model/graph_builder.h"

#include <string>
#include <vector>

namespace concertina {

// Heads that tasks can build on a backbone's features. Each returns the node of its output. A dense
// one ends at the image's size, by bilinear interpolation where the features are coarser.

/// 3 × 3 then 1 × 1 on "out", as MTAN's prediction layers are: "head.TASK.1", "head.TASK.2".
int plainHead(GraphBuilder& builder, const HeadPlace& place);

/// torchvision's DeepLabHead on "out" (Chen 2017, arXiv 1706.05587), with its names behind
/// "head.TASK.": a 1 × 1 and three dilated 3 × 3 convolutions ("0.convs.0.0" to "0.convs.3.0") and
/// the mean of the image ("0.convs.4.1") side by side, each of `channels`; a 1 × 1 of all of them
/// ("0.project.0"), a 3 × 3 ("1"), a 1 × 1 ("4"). Rates are 12, 24 and 36 at stride 8 and below,
/// and reach as far in the image at coarser ones. The dropout of 0.5 behind "0.project" is left
/// out.
int deepLabHead(GraphBuilder& builder, const HeadPlace& place, int channels);

/// The mean of "out" over the image and a linear layer, "head.TASK.fc": [N, outputs, 1, 1].
int pooledHead(GraphBuilder& builder, const HeadPlace& place);

/// A map of centres: 3 × 3 of `channels` with norm and ReLU, then 1 × 1, "head.TASK.1" and "2", at
/// the stride of "out". Where that is below 4, strided ones before them ("down1", …) go there.
int centerHead(GraphBuilder& builder, const HeadPlace& place, int channels);

/// How wide the layers inside a head are.
FieldInfo headChannelsOption(int usual, std::string help);

/// What a task of pixels offers: which of the dense heads, and how wide.
std::vector<FieldInfo> denseHeadOptions();

/// The head that these options say.
int denseHead(GraphBuilder& builder, const HeadPlace& place, const Json& options);

} // namespace concertina
