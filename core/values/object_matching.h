// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/objects.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace concertina {

/// How much a found box and a true one cover each other, from 0 to 1: intersection ÷ union, and of
/// a crowd, which may hold many things, intersection ÷ the found box. 0 where either has no area or
/// is not finite. Everett et al., IJCV 2010, §4.2; for crowds COCO's evaluation (Lin et al., ECCV
/// 2014).
double boxOverlap(const Box& found, const Box& truth, bool isCrowd);

/// How near found keypoints are to the true ones, from 0 to 1 (COCO's "object keypoint
/// similarity"): the mean over the labelled points i of exp(−d_i² / (2 s² (2 σ_i)²)), s² the area
/// of the truth, σ_i how far people's labels of that point lie apart (`sigmas`, one a point). Of a
/// truth without labelled points, d_i is how far a found point is outside the truth's box, widened
/// by its own size on every side. 0 where the lists have different lengths.
double keypointSimilarity(const ImageObject& found, const ImageObject& truth,
                          std::span<const double> sigmas);

/// What says how well a found object fits a true one.
struct MatchMeasure {
    /// One a keypoint: objects are compared by their keypoints. Empty: by their boxes.
    std::vector<double> sigmas;

    bool byKeypoints() const { return !sigmas.empty(); }

    /// Not to be found, and no error where it is: a crowd; by keypoints, one without a labelled
    /// point.
    bool isIgnored(const ImageObject& truth) const;

    double overlap(const ImageObject& found, const ImageObject& truth) const;

    /// In pixels: of the box; by keypoints, of the smallest box around all of them.
    double foundArea(const ImageObject& found) const;
};

/// How well each of some found objects fits each of some true ones: a row a found object.
struct OverlapTable {
    std::vector<double> values;
    std::size_t truths = 0;

    double at(std::size_t found, std::size_t truth) const { return values[found * truths + truth]; }
};

/// What a truth is in matching, beside its overlaps.
struct TruthTraits {
    bool isIgnored = false;
    bool isCrowd = false; ///< any number of found objects may match it
};

/// COCO's matching, greedy: the found objects, best score first, each take the truth that they
/// overlap most, at least by `threshold`, among those that are not taken; one that is ignored only
/// where no other is left. `truths` must stand with the ignored ones last. Returns a place in it
/// for each found object, −1 for none.
std::vector<int> matchInOrder(const OverlapTable& overlaps, std::span<const TruthTraits> truths,
                              double threshold);

/// Indices of the objects by falling score, equal scores in their order; a score that is not a
/// number comes last.
std::vector<std::size_t> byScore(std::span<const ImageObject> objects);

/// What becomes of an object when what was found in one image is laid beside what is true.
enum class MatchState {
    Matched,    ///< found and true
    Missed,     ///< true, and not found
    False,      ///< found, and not true
    Ignored,    ///< a truth that need not be found, or what was found there
    BelowScore, ///< found with too low a score to count
};

struct ObjectMatch {
    MatchState state = MatchState::Ignored;
    int partner = -1;   ///< its index in the other list; −1: none
    double overlap = 0; ///< with it

    bool operator==(const ObjectMatch&) const = default;
};

struct ImageMatches {
    std::vector<ObjectMatch> truths; ///< in the order of the truths that were given
    std::vector<ObjectMatch> found;  ///< the same of what was found

    bool operator==(const ImageMatches&) const = default;
};

/// The objects of one image at one threshold of the overlap and of the score, each class by itself:
/// what `AveragePrecision` counts, without its limits of area and number.
ImageMatches matchObjects(std::span<const ImageObject> truths, std::span<const ImageObject> found,
                          const MatchMeasure& measure, double leastOverlap, double leastScore);

} // namespace concertina
