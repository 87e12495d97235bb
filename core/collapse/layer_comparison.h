// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"

#include <cstddef>
#include <vector>

namespace concertina {

/// NaN where any value is: torch's max passes it on. 0 of no values.
double largestMagnitude(const torch::Tensor& tensor);

/// The larger of two, or NaN where one is: what std::max would hide.
double largerOrNan(double a, double b);

/// Pixels at each side where a layer's collapsed kernel is not what the layer computes: parts one
/// behind the other see zeros there that one kernel does not.
int borderOf(const NetworkDesign& design, std::size_t layer);

/// How many layers have such a border.
int borderLayers(const NetworkDesign& design);

/// Compares a collapsed network with what it was folded from, layer by layer: each of its kernels
/// and kept norms is given what the expanded network hands that layer, so that rounding does not
/// grow from one layer to the next, and a wrong kernel shows where it is and nowhere else.
class LayerComparison {
public:
    LayerComparison(const UnfoldedNetwork& expanded, const CollapsedNetwork& collapsed);

    /// Runs an image [1, 3, H, W] through the expanded network. Tensors are of its program and of
    /// the collapsed one, all of the image's type: float64 or float32.
    void add(const std::vector<torch::Tensor>& expanded,
             const std::vector<torch::Tensor>& collapsed, const torch::Tensor& image);

    std::vector<LayerDifference> finish() const;

private:
    /// One instruction of the collapsed network.
    struct Unit {
        LayerDifference about;
        Program program;          ///< this instruction alone
        std::vector<int> tensors; ///< of the collapsed network
        int input = 0;            ///< the expanded instruction whose output it is given
        int output = 0;           ///< and the one that it is compared with
        double difference = 0;    ///< in float32
        double magnitude = 0;     ///< of the expanded output
        int border = 0;           ///< pixels at each side that are not compared
    };

    void addUnit(const UnfoldedNetwork& expanded, const Program& collapsed, std::size_t which);
    void compare(Unit& unit, const std::vector<torch::Tensor>& collapsed,
                 const torch::Tensor& input, const torch::Tensor& expected);

    Program m_program; ///< of the expanded network
    std::vector<Unit> m_units;
    std::vector<std::vector<std::size_t>> m_unitsAt; ///< by `Unit::output`
    std::vector<int> m_lastRead; ///< of each expanded output, by units; −1: never
};

} // namespace concertina
