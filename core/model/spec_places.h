// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "core/values/spec.h"

#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// One value of a spec that a person can set: a field, an option of a chosen method, or which
/// method is chosen (a choice of ids at "….id").
struct SpecPlace {
    std::string path;    ///< "train.lr", "tasks.0.weight", "network.backbone.options.width"
    FieldInfo field;     ///< its own path is the table's
    Json value;          ///< what stands there
    std::optional<Family> family; ///< of the methods to choose from, for an id
    std::optional<Json> list;     ///< all of the list, for a method in one and its options
};

/// Every place of a spec in the order of the tables: each method before its options, and the
/// sections name, data, tasks, network, kernels, train as the file has them. Options of methods
/// that the catalogue does not know are left out.
std::vector<SpecPlace> placesOf(const ExperimentSpec& spec, const Catalogue& catalogue);

/// Those of one chosen method of a family, each path behind `prefix`: `described` for its id, of
/// which the choices are the catalogue's, then its options.
std::vector<SpecPlace> placesOfMethod(const MethodChoice& choice, const Catalogue& catalogue,
                                      Family family, const std::string& prefix,
                                      FieldInfo described);

/// None where the spec has no such place.
std::optional<SpecPlace> placeAt(const ExperimentSpec& spec, const Catalogue& catalogue,
                                 const std::string& path);

/// The spec with a value at one of its places; the value has passed `check`. An option at its
/// default is left out of the spec; another method starts with its defaults.
ExperimentSpec withJsonAt(ExperimentSpec spec, const SpecPlace& place, const Json& value);

/// The same for a method that stands in no spec.
MethodChoice withJsonAt(MethodChoice choice, const SpecPlace& place, const Json& value);

/// The spec with what a fix says: of a field as `parseValue` and `check` take it, else as
/// `withValue` does; or without the rule, record or option that the fix takes away. "spec.no_place"
/// where there is none.
Expected<ExperimentSpec> withFix(ExperimentSpec spec, const Catalogue& catalogue, const Fix& fix);

} // namespace concertina
