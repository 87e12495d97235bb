// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace concertina::bench {

/// CPU milliseconds of the GUI thread a frame: input, layout and painting of all panes.
struct PictureFrames {
    std::vector<double> zoom;  ///< a step of the wheel, in eight panes that zoom together
    std::vector<double> pan;   ///< the picture dragged in them
    std::vector<double> swipe; ///< the divider moved in one pane while seven stand beside it
    std::vector<double> point; ///< the mouse moved: value and cross in every pane
};

/// Eight panes of 1,024 × 768 pixels with pictures of that size, offscreen; a QApplication must
/// be there. At least `frames` of each kind.
PictureFrames measurePictures(int frames);

} // namespace concertina::bench
