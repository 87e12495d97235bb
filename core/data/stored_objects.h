// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample.h"
#include "core/values/objects.h"

#include <span>
#include <vector>

namespace concertina {

/// What is true of a picture's objects, and the size that its pixels are counted in.
struct PictureObjects {
    int height = 0;
    int width = 0;
    std::vector<ImageObject> objects;
};

/// As a dataset stores them for a target: a row of floats for the picture, with its size, and one
/// an object, with its points: objects of a picture have as many of them, or none has any. A
/// picture without objects has that first row; one of which they are not known is empty.
TargetPlane storedObjects(const PictureObjects& picture);

/// Of a plane that is not empty.
PictureObjects objectsOf(const TargetPlane& stored);

} // namespace concertina
