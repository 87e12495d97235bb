// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

namespace concertina {

// OpenBLAS holds kernels for many processors, and chooses by a table when it is loaded. A processor
// that is newer than the table gets the oldest kernels (0.3.21 takes an Emerald Rapids Xeon for a
// Prescott: 22 GFLOP/s in place of 110), and OPENBLAS_CORETYPE may name any. What it names are "core
// types".

/// The core type whose kernels are in use, "Haswell"; empty where the BLAS is another.
std::string blasCore();

/// The core type that a description of OpenBLAS (`blasName()`) names; empty where it names none.
std::string blasCoreIn(std::string_view description);

/// The core type with the widest instructions that this processor and system have, as OpenBLAS calls
/// it: "SkylakeX". Empty where there is none above the oldest, and for processors that are no x86.
std::string processorCore();

/// Whether the kernels of a core type use narrower instructions than those of another. What is not
/// known (one of a later OpenBLAS, of another family of processors) is below nothing.
bool isCoreBelow(std::string_view core, std::string_view other);

/// Whether products of the BLAS in use are those of a plain loop, for float32 and float64, small and
/// large, with and without transposing; true where there is no BLAS to ask. Takes some milliseconds.
bool areProductsRight();

/// What became of the core type when the program began (`beginProcess`), for the records of runs.
struct CoreChange {
    std::string before;       ///< the core type that was replaced; empty where none was
    std::string refused;      ///< the one that should have replaced it and failed its check
    bool bySetting = false;   ///< the replaced one was set by OPENBLAS_CORETYPE
};
const CoreChange& coreChange();
void setCoreChange(CoreChange change);

} // namespace concertina
