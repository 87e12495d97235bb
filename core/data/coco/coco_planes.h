// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/coco/coco_index.h"
#include "core/data/sample.h"

#include <cstddef>
#include <filesystem>
#include <span>

namespace concertina {

// Planes of classes from annotations, of the image's size. They are Index8 where so few classes
// leave an index for "none" (`noneIndex`), else Index16.

/// How many classes a plane of one byte holds.
inline constexpr std::size_t MostByteClasses = 255;

Encoding encodingFor(std::size_t classes);

/// The index that means "none" in it: 255 or 65535.
int noneIndex(Encoding encoding);

/// Class 0 is the background, category c is class c + 1. Objects are painted largest first, so that
/// what is on a table stays. The region of a crowd is none where no other object is: what lies
/// between its things is not known. Problems: those of `CocoIndex::maskOf`.
Expected<TargetPlane> thingsPlane(const CocoIndex& index, std::size_t image);

/// A byte a category: 1 where the image has an annotation of it, crowds too, else 0.
TargetPlane presencePlane(const CocoIndex& index, std::size_t image);

/// Category c is class c; pixels of region 0 are none. `file`: the image's panoptic picture,
/// `path`. Problems: those of `decodePlane` and `CocoIndex::segmentsOf`, "coco.segments" (a pixel
/// of a region that the file does not list), "dataset.size" (of another size than the image).
Expected<TargetPlane> panopticPlane(const CocoIndex& index, std::size_t image,
                                    std::span<const std::byte> file,
                                    const std::filesystem::path& path);

} // namespace concertina
