// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "core/model/receptive_field.h"
#include "core/values/json.h"
#include "core/values/table_text.h"

#include <string>
#include <vector>

namespace concertina {

/// What a layer reads or gives for one image.
struct FeatureSize {
    int channels = 0;
    int height = 0;
    int width = 0;

    bool operator==(const FeatureSize&) const = default;
};

/// One layer of a network as it is set up.
struct LayerRow {
    std::string name;
    KernelShape kernel;
    bool bias = false;
    bool norm = false;
    FeatureSize input, output;
    ReceptiveField field;    ///< of its output
    std::string sharing;     ///< "tied", "other", "head of depth"
    std::string method;      ///< the id of what its kernel is made by
    int kernels = 0;         ///< that ship: one a group of tasks
    double parameters = 0;   ///< of one plain copy: kernel, bias, γ and β
    double trained = 0;      ///< every copy of every factor, biases and norms
    double collapsed = 0;    ///< what ships of it
    double multiplyAdds = 0; ///< of one image through what ships

    /// "3 × 3", "3 × 3, 32 groups", "3 × 3, depthwise", "linear".
    std::string kind() const;
};

/// Every layer, heads too, in the order in which they run.
struct LayerTable {
    std::vector<LayerRow> rows;
    LayerRow total; ///< sums of parameters and multiply–adds, and of kernels; named "total"
};

/// `trained`, `collapsed` and `multiplyAdds` add up to those of `networkCosts`.
LayerTable layerTable(const NetworkDesign& design);

/// A title for each column of `cellsOf`, and what it means.
struct LayerColumn {
    std::string title;
    std::string help;
    bool isNumber = false;
};
const std::vector<LayerColumn>& layerColumns();

/// For people, "2.36 M"; `exact`: for programs, plain numbers.
std::vector<std::string> cellsOf(const LayerRow& row, bool exact);

/// Titles, the rows, and behind them the total.
TableRows tableRows(const LayerTable& table, bool exact);

Json toJson(const LayerRow& row);

} // namespace concertina
