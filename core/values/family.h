// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <string_view>

namespace concertina {

/// The families of catalogued methods.
enum class Family {
    Dataset,
    Task,
    Backbone,
    Parametrization,
    Optimizer,
    Schedule,
    Balancing,
    Export, ///< of collapsed networks; no spec has one
};

inline constexpr std::array AllFamilies{
    Family::Dataset,   Family::Task,     Family::Backbone,  Family::Parametrization,
    Family::Optimizer, Family::Schedule, Family::Balancing, Family::Export};

/// "dataset", "backbone", …
std::string_view familyName(Family family);

} // namespace concertina
