// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample.h"
#include "core/values/image.h"

#include <cstddef>
#include <span>
#include <string>

namespace concertina {

// A camera stores what its sensor saw and notes beside it, as EXIF, how the picture is to be
// turned. Decoders and their versions differ in which of these notes they follow, so all pixels are
// decoded as they are stored and turned here.

/// The orientation that the file of a picture states (EXIF 2.3, tag 0x0112; TIFF 6.0): 1 to 8,
/// where 1 means upright and is the answer too where nothing is stated. JPEG, PNG, WebP, TIFF.
int orientationOf(std::span<const std::byte> file);

/// Makes a TIFF file state that it is upright: its decoder has no setting that lets pixels alone.
void forgetTiffOrientation(std::span<std::byte> file);

/// Whether height and width change places.
constexpr bool swapsSides(int orientation) {
    return orientation >= 5;
}

/// What was stored with this orientation, as it is to be seen. Directions (normals) are turned with
/// the picture: x stays to the right, y down.
Image upright(const Image& stored, int orientation);
TargetPlane upright(const TargetPlane& stored, int orientation);

/// What is done to the stored picture: "turned by 90° to the right", "mirrored".
std::string turnText(int orientation);

} // namespace concertina
