// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/object_matching.h"
#include "core/values/target.h"
#include "core/values/value_map.h"
#include "widgets/pictures/class_layer.h"

#include <QImage>
#include <QPointF>
#include <QString>

#include <span>
#include <vector>

namespace concertina {

/// An object with how it is drawn: what was found and is true has a whole line, what was found and
/// is not true a dashed one, what is true and was not found a dotted one; crowds are hatched.
struct DrawnObject {
    ImageObject object; ///< its box in shares of the image
    MatchState state = MatchState::Matched;

    bool operator==(const DrawnObject&) const = default;
};

/// "chair", of what was found "chair 0.93"; of one with keypoints, whose names `classes` are, the
/// score alone.
QString objectName(const ImageObject& object, std::span<const ClassInfo> classes);

/// What is at a place of a map, in shares of the image: a keypoint's name and its object's score,
/// or the class and score of the smallest box there; "–" where there is none.
QString objectTextAt(const ValueMap& map, std::span<const ClassInfo> classes, double leastScore,
                     QPointF at);

/// Those of a map that count.
std::vector<DrawnObject> drawnObjects(const ValueMap& map, double leastScore = UsualScore);

/// Those of a map, laid beside what is true: found ones from a score on, and true ones that it
/// misses.
std::vector<DrawnObject> drawnObjects(const ValueMap& found, const ValueMap& truth,
                                      std::span<const ClassInfo> classes, double leastScore);

/// Boxes with their classes (and scores, of what was found) over the image, which is enlarged
/// `largeBeside` itself, so that the text can be read; keypoints with the lines that join them,
/// those that are hidden as rings. Of a style, hidden classes or points are left out, and where one
/// is highlighted the others step back.
QImage drawObjects(const std::vector<DrawnObject>& objects, std::span<const ClassInfo> classes,
                   const QImage& image, const ClassStyle& style = {});

} // namespace concertina
