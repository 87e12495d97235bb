// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/old_keys.h"

#include "core/values/field.h"
#include "core/values/spec_fields.h"
#include "core/values/text.h"

#include <algorithm>
#include <array>

namespace concertina {

namespace {

struct OldKey {
    std::string_view old;
    std::string_view now;
};

/// Fields, by their section and their key in it.
constexpr std::string_view network = "network";
constexpr std::array networkKeys{
    OldKey{"bracketing", "contraction"},
    OldKey{"brackets", "contraction_order"},
};

/// Options of kernels.
constexpr std::array optionKeys{
    OldKey{"penalty", "regularizer"},
};

/// Options of kernels that are lists of methods, which were texts: "expand expansion=2".
constexpr std::array methodLists{std::string_view("links")};

template <std::size_t Count>
std::string_view currentKey(const std::array<OldKey, Count>& keys, std::string_view key) {
    const auto found = std::ranges::find(keys, key, &OldKey::old);
    return found == keys.end() ? key : found->now;
}

template <std::size_t Count>
void rename(const std::array<OldKey, Count>& keys, Json& object) {
    for (const OldKey& key : keys) {
        const auto old = object.find(key.old);
        if (old == object.end() || object.contains(key.now))
            continue;
        object[std::string(key.now)] = std::move(*old);
        object.erase(std::string(key.old));
    }
}

/// A method from "ID NAME=VALUE NAME=VALUE"; a text that is none as it is.
Json methodFromText(const std::string& text) {
    Json method = {{"id", ""}, {"options", Json::object()}};
    Json& options = method["options"];
    for (std::string_view rest = trimmed(text); !rest.empty();) {
        const auto end = std::min(rest.find_first_of(" \t"), rest.size());
        const std::string_view word = rest.substr(0, end);
        rest = trimmed(rest.substr(end));
        const auto equals = word.find('=');
        if (method["id"] == Json("")) {
            method["id"] = word;
        } else if (const std::string name(word.substr(0, equals));
                   equals == std::string_view::npos || options.contains(name)) {
            return text;
        } else {
            options[name] = looseValue(word.substr(equals + 1));
        }
    }
    return method;
}

Json withCurrentMethods(Json list) {
    if (list.is_string())
        list = methodsFromText(list.get_ref<const std::string&>());
    if (!list.is_array())
        return list;
    for (Json& method : list) {
        if (method.is_string())
            method = methodFromText(method.get<std::string>());
        if (method.is_object() && method.contains("options"))
            method["options"] = withCurrentOptions(std::move(method["options"]));
    }
    return list;
}

} // namespace

std::string currentPath(std::string_view path) {
    const auto replaced = [&](std::size_t from, std::string_view now) {
        const auto end = std::min(path.find('.', from), path.size());
        return std::string(path.substr(0, from)).append(now).append(path.substr(end));
    };
    const auto keyAt = [&](std::size_t from) {
        return path.substr(from, std::min(path.find('.', from), path.size()) - from);
    };
    constexpr std::string_view options = ".options.";
    if (path.starts_with(KernelsPath)) // and those of methods in a list of such
        if (const auto at = path.rfind(options); at != std::string_view::npos) {
            const std::size_t from = at + options.size();
            return replaced(from, currentKey(optionKeys, keyAt(from)));
        }
    if (path.starts_with(network) && path.size() > network.size() && path[network.size()] == '.') {
        const std::size_t from = network.size() + 1;
        return replaced(from, currentKey(networkKeys, keyAt(from)));
    }
    return std::string(path);
}

Json withCurrentOptions(Json options) {
    if (!options.is_object())
        return options;
    rename(optionKeys, options);
    for (const std::string_view key : methodLists)
        if (const auto list = options.find(key); list != options.end())
            *list = withCurrentMethods(std::move(*list));
    return options;
}

Json withCurrentKeys(Json spec) {
    if (!spec.is_object() || !spec.contains(network) || !spec[std::string(network)].is_object())
        return spec;
    Json& section = spec[std::string(network)];
    rename(networkKeys, section);
    if (const auto kernels = section.find("kernels");
        kernels != section.end() && kernels->is_array())
        for (Json& kernel : *kernels)
            if (kernel.is_object() && kernel.contains("options"))
                kernel["options"] = withCurrentOptions(std::move(kernel["options"]));
    return spec;
}

} // namespace concertina
