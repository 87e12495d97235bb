// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/spec_paths.h"

#include "core/values/initial_source.h"
#include "core/values/spec_fields.h"

#include <algorithm>
#include <cstdlib>

namespace concertina {

namespace {

std::filesystem::path withHome(const std::string& text) {
    const char* home = std::getenv("HOME");
    const bool isHome = text == "~" || text.starts_with("~/");
    if (!isHome || home == nullptr || *home == '\0')
        return text;
    return std::filesystem::path(home) / std::filesystem::path(text.substr(1)).relative_path();
}

} // namespace

std::string absoluteFolder(const std::string& text, const std::filesystem::path& base) {
    if (text.empty())
        return text;
    std::string folder = (base / withHome(text)).lexically_normal().string();
    while (folder.size() > 1 && folder.ends_with('/'))
        folder.pop_back();
    return folder;
}

const FieldInfo* placeOption(const Catalogue& catalogue, const MethodChoice& dataset) {
    const auto found = std::ranges::find(catalogue.datasets, dataset.id, &DatasetInfo::id);
    return found == catalogue.datasets.end() ? nullptr : found->place();
}

ExperimentSpec withAbsoluteFolders(ExperimentSpec spec, const Catalogue& catalogue,
                                   const std::filesystem::path& base) {
    const auto makeAbsolute = [&](Family family, MethodChoice& choice) {
        const MethodInfo* method = catalogue.find(family, choice.id);
        if (method == nullptr || !choice.options.is_object())
            return;
        for (const FieldInfo& option : method->options)
            if (isPlace(option) && choice.options.contains(option.path)
                && choice.options[option.path].is_string())
                choice.options[option.path] =
                    absoluteFolder(choice.options[option.path].get<std::string>(), base);
    };
    for (const auto& place : specMethods())
        makeAbsolute(place.family, place.edit(spec));
    for (DataSetSpec& set : spec.data.others)
        makeAbsolute(Family::Dataset, set.dataset);
    if (trimmed(spec.network.initial).empty())
        return spec;
    if (auto source = initialSourceFrom(spec.network.initial); source && source->isFile()) {
        source->place = absoluteFolder(source->place, base);
        spec.network.initial = toText(*source);
    }
    return spec;
}

ExperimentSpec withAbsoluteFolders(ExperimentSpec spec, const Catalogue& catalogue) {
    std::error_code gone; // the folder that the process is in; then nothing can be relative to it
    return withAbsoluteFolders(std::move(spec), catalogue, std::filesystem::current_path(gone));
}

} // namespace concertina
