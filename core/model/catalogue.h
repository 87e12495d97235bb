// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/descriptors.h"
#include "core/values/spec_fields.h"

#include <string>
#include <vector>

namespace concertina {

/// All methods, by family and in menu order: a value that `main` passes to the window and to
/// validation (core/catalogue.h has the real one; tests make their own).
struct Catalogue {
    std::vector<DatasetInfo> datasets;
    std::vector<TaskInfo> tasks;
    std::vector<BackboneInfo> backbones;
    std::vector<ParametrizationInfo> parametrizations;
    std::vector<OptimizerInfo> optimizers;
    std::vector<ScheduleInfo> schedules;
    std::vector<BalancingInfo> balancings;
    std::vector<ExportInfo> exports;

    std::vector<const MethodInfo*> methods(Family family) const;
    std::vector<std::string> ids(Family family) const;

    /// Null where there is none of this id.
    const MethodInfo* find(Family family, const std::string& id) const;
    const TaskInfo* task(const std::string& id) const;
    const BackboneInfo* backbone(const std::string& id) const;
    const ParametrizationInfo* parametrization(const std::string& id) const;
    const OptimizerInfo* optimizer(const std::string& id) const;
    const ScheduleInfo* schedule(const std::string& id) const;
    const BalancingInfo* balancing(const std::string& id) const;
};

/// The options with their defaults filled in, in the descriptor's order. Unknown ones are kept.
Json completeOptions(const MethodInfo& method, const Json& options);

/// The same of a chosen method, and of the methods in its options. What is unknown stays as it is.
MethodChoice withCompleteOptions(const Catalogue& catalogue, Family family, MethodChoice choice);

/// What is wrong with a chosen method and its options; `path` is where it stands in the spec.
/// Codes: "method.unknown", "method.unknown_option", "field.*".
Problems checkMethod(const Catalogue& catalogue, Family family, const MethodChoice& choice,
                     const std::string& path);

} // namespace concertina
