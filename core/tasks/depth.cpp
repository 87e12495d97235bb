// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/heads.h"
#include "core/tasks/scale_task.h"

namespace concertina {

const TaskEntry& depthTask() {
    static const TaskEntry entry{
        {{.id = "depth",
          .label = "Depth",
          .help = "The distance along the camera's axis in metres. Loss: mean absolute error over "
                  "pixels with a measurement.",
          .source = "MTAN's protocol (Liu 2019), pooled over the pixels of the whole set",
          .options = denseHeadOptions()},
         &depthTarget(),
         "D",
         {{"abs_err", "absolute error", "m", false, 3},
          {"rel_err", "relative error", "", false, 3}},
         denseHead},
        [](const Json&, const TargetInfo&) { return makeScaleTask(); }};
    return entry;
}

} // namespace concertina
