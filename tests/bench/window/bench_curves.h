// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace concertina::bench {

/// CPU milliseconds of the GUI thread.
struct CurveFrames {
    std::vector<double> following; ///< a frame of all plots while points come in
    std::vector<double> zoomed;    ///< the same, with a tenth of x in view
    std::vector<double> crosshair; ///< the pointer moved: values in every plot
    std::vector<double> smoothing; ///< the slider moved: every point anew, until it is painted
    std::vector<double> smoothed;  ///< the same by the clock: the rest is another thread's
};

/// Twelve plots of one noisy, smoothed curve of 100,000 points each in a window of 1,848 × 1,008
/// pixels, which get 1,000 points a second each, 25 frames a second; offscreen, a QApplication
/// must be there. `frames` of the first two kinds.
CurveFrames measureCurves(int frames);

} // namespace concertina::bench
