// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace concertina::bench {

/// CPU milliseconds of the GUI thread a frame.
struct SampleFrames {
    std::vector<double> scroll; ///< by a step, with the thumbnails that it asks for put in
    std::vector<double> jump;   ///< to another place altogether
    std::vector<double> filter; ///< others are shown, half of them
};

/// A browser's grid of 10,000 samples, offscreen; a QApplication must be there. At least `frames`
/// of each kind.
SampleFrames measureSamples(int frames);

} // namespace concertina::bench
