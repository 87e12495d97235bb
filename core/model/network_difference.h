// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/program.h"
#include "core/values/json.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// What of a network is held against another: its program, the shapes of its tensors, and what it
/// is for. Without weights.
struct NetworkOutline {
    std::string name; ///< a file, a run or a spec, as it was named
    std::string form; ///< "collapsed", "expanded", or "plan": an expanded one without weights
    Program program;
    std::vector<std::vector<std::int64_t>> shapes; ///< one a tensor; empty: not known
    std::vector<std::string> tasks;                ///< one an output
    int height = 0;                                ///< of the images
    int width = 0;
    std::string normalization;
    std::vector<std::string> sharing; ///< one an instruction, "merged"; empty: not known
};

/// The outline of a plan: its expanded network as it would be trained.
NetworkOutline outlineOf(const NetworkDesign& design, std::string name);

/// One thing in which two nodes differ; what stands at each side.
struct StructureFact {
    std::string what; ///< "name", "operation", "kernel", "stride", "inputs", "tasks", "sharing", …
    std::string left, right;

    bool operator==(const StructureFact&) const = default;
};

/// Two tensors at the same place of two nodes.
struct TensorDifference {
    std::string left, right; ///< their names
    bool equal = false;      ///< to the bit
    double maxAbs = 0;       ///< max |l − r|
    double relativeNorm = 0; ///< ‖l − r‖ ÷ ‖l‖; of a left one that is zero, ÷ 1
};

/// How far what two nodes give is apart, over all images.
struct OutputDifference {
    double relativeNorm = 0; ///< ‖l − r‖ ÷ ‖l‖; of a left one that is zero, ÷ 1
    double relativeMax = 0;  ///< max |l − r| ÷ max |l|
};

/// A node of both networks, or of one.
struct NodeDifference {
    int left = -1; ///< the instruction; −1: there is none
    int right = -1;
    std::vector<StructureFact> structure;
    std::vector<TensorDifference>
        tensors; ///< of those that have one shape, where both have weights
    std::optional<OutputDifference> output;

    bool isAdded() const { return left < 0; }
    bool isRemoved() const { return right < 0; }
    bool structureDiffers() const { return isAdded() || isRemoved() || !structure.empty(); }
    bool tensorsDiffer() const;
    bool outputDiffers() const { return output && !(output->relativeMax == 0); }
    bool differs() const { return structureDiffers() || tensorsDiffer() || outputDiffers(); }
};

/// Two networks side by side.
struct NetworkDifference {
    /// Above it, an output is apart by more than rounding makes it; of what `verify` allows.
    static constexpr double Rounding = 1e-4;

    NetworkOutline left, right;
    std::vector<StructureFact> facts;  ///< of the networks as a whole: tasks, size, normalization
    std::vector<NodeDifference> nodes; ///< in step: the left one's order, added ones between
    std::string noWeights;             ///< why tensors are not compared; empty: they are
    std::string noOutputs;             ///< why outputs are not compared; empty: they are
    std::string images; ///< "4 images of the split "val"", on which outputs are compared

    bool differs() const;
    /// The first node whose output is not equal to the bit, and the first that is apart by more
    /// than `Rounding`; −1: none.
    int begins() const;
    int beginsBeyondRounding() const;
};

/// Aligns two networks and notes what differs in structure. Nodes belong together where they have
/// one name; else where they are one operation for other tasks ("enc1.1/a" and "enc1.1/a+b"); else,
/// of those between the same nodes, by the longest common subsequence of operation, attributes and
/// shape: they were renamed.
NetworkDifference structuralDifference(NetworkOutline left, NetworkOutline right);

/// "enc1.1/all: kernel 8 × 3 × 3 × 3 | 16 × 3 × 3 × 3", what one node differs in, in few words:
/// its structure, tensors and output.
std::string structureText(const NetworkDifference& difference, const NodeDifference& node);
std::string tensorsText(const NetworkDifference& difference, const NodeDifference& node);
std::string outputText(const NodeDifference& node);
/// "changed", "added", "removed", "same".
std::string stateText(const NodeDifference& node);
/// The name of the node at a side; empty: there is none.
std::string leftName(const NetworkDifference& difference, const NodeDifference& node);
std::string rightName(const NetworkDifference& difference, const NodeDifference& node);

/// What there is to say of all, a line each: the networks, how much differs, where outputs begin
/// to.
std::vector<std::string> summaryLines(const NetworkDifference& difference);

/// For people: the summary, and a table of the nodes that differ, or of all.
std::string toText(const NetworkDifference& difference, bool all);
/// {"left", "right", "differs", "facts", "nodes", "weights", "outputs"}; `all`: nodes that are the
/// same are listed too.
Json toJson(const NetworkDifference& difference, bool all);

} // namespace concertina
