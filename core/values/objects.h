// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <vector>

namespace concertina {

/// A rectangle in an image, in pixels: its left upper corner and its size. The image's own left
/// upper corner is (0, 0), the middle of its first pixel (0.5, 0.5), as in COCO.
struct Box {
    double x = 0;
    double y = 0;
    double width = 0;
    double height = 0;

    bool operator==(const Box&) const = default;

    double area() const { return width * height; }

    /// The same in another measure: shares of the image as its pixels, or the other way round.
    Box scaled(double across, double down) const {
        return {x * across, y * down, width * across, height * down};
    }
};

/// A point of an object, such as an eye, in pixels of the image.
struct Keypoint {
    enum class State {
        Unknown, ///< not labelled: the place says nothing
        Hidden,  ///< labelled, but something is before it; of what was found: hardly likely
        Seen,
    };

    double x = 0;
    double y = 0;
    State state = State::Unknown;

    bool operator==(const Keypoint&) const = default;
};

/// One thing in an image: what is true of it, or what a network found.
struct ImageObject {
    int label = 0; ///< an index into the target's names
    Box box;
    double score = 1; ///< 1 of a truth
    double area = 0;  ///< of a truth, in pixels: its mask's where there is one, else its box's
    /// A truth that stands for many things which were not labelled one by one. What is found in it
    /// is neither right nor wrong.
    bool isCrowd = false;
    std::vector<Keypoint> points{}; ///< in the order of the target's points; empty: it has none

    bool operator==(const ImageObject&) const = default;

    /// The same in another measure, as `Box::scaled`.
    ImageObject scaled(double across, double down) const {
        ImageObject object = *this;
        object.box = box.scaled(across, down);
        object.area = area * across * down;
        for (Keypoint& point : object.points) {
            point.x *= across;
            point.y *= down;
        }
        return object;
    }
};

/// From which score on a found object counts where nothing else is said, and the overlap (COCO's
/// first) from which on it is the true one.
inline constexpr double UsualScore = 0.3;
inline constexpr double UsualOverlap = 0.5;

} // namespace concertina
