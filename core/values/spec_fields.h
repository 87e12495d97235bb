// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/family.h"
#include "core/values/field.h"
#include "core/values/spec.h"

#include <functional>
#include <vector>

namespace concertina {

/// A field of the record `Record`: its description and how to reach it.
template <class Record>
struct Field : FieldInfo {
    std::function<Json(const Record&)> get;
    std::function<void(Record&, const Json&)> set; ///< the value has passed `check`
};

/// A place in a record where one method of a family is chosen: `{id, options}`.
template <class Record>
struct MethodPlace {
    std::string path; ///< empty where the record itself holds `id` and `options`
    Family family;
    std::string label;
    std::string help;
    std::function<const MethodChoice&(const Record&)> get;
    std::function<MethodChoice&(Record&)> edit;
};

/// What stands once in the spec, at full paths ("train.lr"), in the order of the JSON form.
const std::vector<Field<ExperimentSpec>>& specFields();
const std::vector<MethodPlace<ExperimentSpec>>& specMethods();

/// The records of the list "tasks".
const std::vector<Field<TaskSpec>>& taskFields();
const MethodPlace<TaskSpec>& taskMethod();

/// The records of the list "network.kernels".
const std::vector<Field<KernelSpec>>& kernelFields();
const MethodPlace<KernelSpec>& kernelMethod();

/// The records of the list "data.others".
const std::vector<Field<DataSetSpec>>& dataSetFields();
const MethodPlace<DataSetSpec>& dataSetMethod();

/// The paths that the lists of the spec are reached by.
inline constexpr std::string_view OthersPath = "data.others";
inline constexpr std::string_view TasksPath = "tasks";
inline constexpr std::string_view KernelsPath = "network.kernels";

/// Calls `visit(path, records, fields, method)` for each list of records of the spec, in the order
/// of the JSON form.
template <class Spec, class Visit>
void visitLists(Spec& spec, const Visit& visit) {
    visit(OthersPath, spec.data.others, dataSetFields(), dataSetMethod());
    visit(TasksPath, spec.tasks, taskFields(), taskMethod());
    visit(KernelsPath, spec.network.kernels, kernelFields(), kernelMethod());
}

} // namespace concertina
