// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/heads.h"
#include "core/tasks/scale_task.h"

namespace concertina {

const TaskEntry& inverseDepthTask() {
    static const TaskEntry entry{
        {{.id = "inverse-depth",
          .label = "Inverse depth",
          .help = "A number in proportion to 1 / depth, on the scale of the data set: what is near "
                  "counts most, and the sky is almost 0. Loss: mean absolute error over pixels "
                  "with a measurement.",
          .source = "MTAN's protocol for Cityscapes (Liu 2019), pooled over the pixels of the "
                    "whole set",
          .options = denseHeadOptions()},
         &inverseDepthTarget(),
         "I",
         {{"inverse_abs_err", "absolute error", "", false, 4},
          {"inverse_rel_err", "relative error", "", false, 2}},
         denseHead},
        [](const Json&, const TargetInfo&) { return makeScaleTask(); }};
    return entry;
}

} // namespace concertina
