// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/catalogue.h"

#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

template <class Info>
const Info* findIn(const std::vector<Info>& list, const std::string& id) {
    const auto found = std::ranges::find(list, id, &MethodInfo::id);
    return found == list.end() ? nullptr : &*found;
}

template <class Info>
std::vector<const MethodInfo*> pointers(const std::vector<Info>& list) {
    std::vector<const MethodInfo*> all;
    for (const Info& info : list)
        all.push_back(&info);
    return all;
}

} // namespace

bool isPlace(const FieldInfo& option) {
    return option.type == FieldType::Folder || option.type == FieldType::File;
}

const FieldInfo* DatasetInfo::place() const {
    const auto found = std::ranges::find_if(options, isPlace);
    return found == options.end() ? nullptr : &*found;
}

std::vector<const MethodInfo*> Catalogue::methods(Family family) const {
    switch (family) {
    case Family::Dataset: return pointers(datasets);
    case Family::Task: return pointers(tasks);
    case Family::Backbone: return pointers(backbones);
    case Family::Parametrization: return pointers(parametrizations);
    case Family::Optimizer: return pointers(optimizers);
    case Family::Schedule: return pointers(schedules);
    case Family::Balancing: return pointers(balancings);
    case Family::Export: return pointers(exports);
    }
    return {};
}

std::vector<std::string> Catalogue::ids(Family family) const {
    std::vector<std::string> all;
    for (const MethodInfo* method : methods(family))
        all.push_back(method->id);
    return all;
}

const MethodInfo* Catalogue::find(Family family, const std::string& id) const {
    for (const MethodInfo* method : methods(family))
        if (method->id == id)
            return method;
    return nullptr;
}

const TaskInfo* Catalogue::task(const std::string& id) const {
    return findIn(tasks, id);
}

const BackboneInfo* Catalogue::backbone(const std::string& id) const {
    return findIn(backbones, id);
}

const ParametrizationInfo* Catalogue::parametrization(const std::string& id) const {
    return findIn(parametrizations, id);
}

const OptimizerInfo* Catalogue::optimizer(const std::string& id) const {
    return findIn(optimizers, id);
}

const ScheduleInfo* Catalogue::schedule(const std::string& id) const {
    return findIn(schedules, id);
}

const BalancingInfo* Catalogue::balancing(const std::string& id) const {
    return findIn(balancings, id);
}

Json completeOptions(const MethodInfo& method, const Json& options) {
    Json complete = Json::object();
    for (const FieldInfo& option : method.options)
        complete[option.path] =
            options.contains(option.path) ? options[option.path] : option.defaultValue;
    for (const auto& item : options.items())
        if (!complete.contains(item.key()))
            complete[item.key()] = item.value();
    return complete;
}

MethodChoice withCompleteOptions(const Catalogue& catalogue, Family family, MethodChoice choice) {
    const MethodInfo* method = catalogue.find(family, choice.id);
    if (method == nullptr)
        return choice;
    choice.options = completeOptions(*method, choice.options);
    for (const FieldInfo& option : method->options)
        if (Json& list = choice.options[option.path];
            option.type == FieldType::Methods && list.is_array())
            for (Json& listed : list)
                if (listed.is_object())
                    listed = toJson(
                        withCompleteOptions(catalogue, *option.family, methodFromJson(listed)));
    return choice;
}

Problems checkMethod(const Catalogue& catalogue, Family family, const MethodChoice& choice,
                     const std::string& path) {
    const std::string prefix = path.empty() ? "" : path + ".";
    const MethodInfo* method = catalogue.find(family, choice.id);
    if (method == nullptr) {
        const auto ids = catalogue.ids(family);
        const auto meant = nearestName(choice.id, ids);
        return {{"method.unknown", prefix + "id", "\"" + shortened(choice.id, 80) + "\"",
                 "the id of a known " + std::string(familyName(family)),
                 suggestion(choice.id, ids),
                 meant ? std::optional(Fix{prefix + "id", meant}) : std::nullopt}};
    }
    std::vector<std::string> names;
    for (const FieldInfo& option : method->options)
        names.push_back(option.path);
    Problems problems;
    for (const auto& item : choice.options.items()) {
        const std::string at = prefix + "options." + item.key();
        const auto option = std::ranges::find(method->options, item.key(), &FieldInfo::path);
        if (option == method->options.end())
            problems.push_back({"method.unknown_option", at, "an unknown option",
                                "an option of " + method->id,
                                names.empty() ? method->id + " has no options"
                                              : suggestion(item.key(), names),
                                Fix{at}});
        else if (auto problem = check(*option, item.value(), at))
            problems.push_back(std::move(*problem));
        else if (option->type == FieldType::Methods)
            for (std::size_t i = 0; i < item.value().size(); ++i)
                for (Problem& inside :
                     checkMethod(catalogue, *option->family, methodFromJson(item.value()[i]),
                                 at + "." + std::to_string(i)))
                    problems.push_back(std::move(inside));
    }
    return problems;
}

} // namespace concertina
