// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace concertina {

/// In pixels, of an upright picture.
struct SampleSize {
    int height = 0;
    int width = 0;
};

} // namespace concertina
