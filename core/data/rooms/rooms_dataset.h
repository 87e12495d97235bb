// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

namespace concertina {

/// Rendered indoor scenes with exact segmentation, depth and normals, the kind of room, the things
/// that a thousandth of the picture or more shows, and the mean depth: endless, free of rights, and
/// the same on every run, so that the program can be tried without any data at hand.
///
/// A scene depends on seed, split and index alone, not on the size at which it is asked for: it
/// is stretched to that size, as a photograph would be. Pixel (x, y)'s center is (x, y) in the
/// camera's pixels; the description's camera is that of a 128 × 96 picture.
const DatasetEntry& roomsDataset();

} // namespace concertina
