// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/recognize_data.h"

#include "core/model/spec_paths.h"
#include "core/values/text.h"

#include <algorithm>
#include <cctype>

namespace concertina {

namespace {

namespace fs = std::filesystem;

std::string inSmallLetters(std::string text) {
    std::ranges::transform(text, text.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
    });
    return text;
}

/// Whether a folder holds a path whose last name may have stars.
bool holds(const fs::path& folder, const fs::path& content) {
    std::error_code error;
    const std::string pattern = content.filename().string();
    if (pattern.find('*') == std::string::npos)
        return fs::exists(folder / content, error);
    fs::directory_iterator entry(folder / content.parent_path(), error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error))
        if (const std::string name = entry->path().filename().string();
            !name.starts_with('.') && matchesPattern(name, pattern))
            return true;
    return false;
}

bool isFolderOf(const DatasetInfo& dataset, const fs::path& folder) {
    return !dataset.contents.empty()
           && std::ranges::all_of(dataset.contents, [&](const std::string& content) {
                  return holds(folder, content);
              });
}

bool isFileOf(const FieldInfo& place, const fs::path& file) {
    return place.type == FieldType::File
           && std::ranges::find(place.choices, inSmallLetters(file.extension().string()))
                  != place.choices.end();
}

/// A file that a folder of the dataset is known by stands for the folder.
bool standsForFolder(const DatasetInfo& dataset, const fs::path& file) {
    return std::ranges::find(dataset.contents, file.filename().string()) != dataset.contents.end();
}

} // namespace

std::string recognizableText(const Catalogue& catalogue) {
    std::vector<std::string> known;
    for (const DatasetInfo& dataset : catalogue.datasets) {
        if (!dataset.contents.empty())
            known.push_back("a folder with " + join(dataset.contents, " and "));
        if (const FieldInfo* place = dataset.place();
            place != nullptr && place->type == FieldType::File)
            known.push_back("a file " + join(place->choices, " or "));
    }
    if (known.size() > 1)
        known.back() = "or " + known.back();
    return join(known, ", ");
}

Expected<MethodChoice> recognizeData(const Catalogue& catalogue, const fs::path& path) {
    std::error_code error;
    const bool isFolder = fs::is_directory(path, error);
    if (!isFolder && !fs::exists(path, error))
        return failure({"dataset.missing", path.string(), "no such file or folder",
                        recognizableText(catalogue), ""});
    for (const DatasetInfo& dataset : catalogue.datasets) {
        const FieldInfo* place = dataset.place();
        if (place == nullptr)
            continue;
        if (isFolder ? isFolderOf(dataset, path) : isFileOf(*place, path))
            return MethodChoice{dataset.id, {{place->path, path.string()}}};
        if (!isFolder && standsForFolder(dataset, path))
            return MethodChoice{dataset.id, {{place->path, path.parent_path().string()}}};
    }
    return failure({"dataset.unrecognized", path.string(),
                    isFolder ? "a folder that is no dataset" : "a file that is no dataset",
                    recognizableText(catalogue),
                    isFolder ? "of a folder of pictures \"concertina-cli data guess\" proposes a "
                               "dataset.json; the help page \"Data\" shows the formats"
                             : "the help page \"Data\" shows the formats"});
}

PlaceOfSet placeOfSet(const ExperimentSpec& spec, const std::string& place) {
    const auto sets = spec.data.sets();
    const auto equals = place.find('=');
    const auto named = std::ranges::find(sets, place.substr(0, std::min(equals, place.size())),
                                         &DataSetSpec::called);
    if (equals == std::string::npos || named == sets.end())
        return {0, place};
    return {static_cast<std::size_t>(named - sets.begin()), place.substr(equals + 1)};
}

Expected<ExperimentSpec> withDataAt(const Catalogue& catalogue, const ExperimentSpec& spec,
                                    const std::string& place) {
    const PlaceOfSet where = placeOfSet(spec, place);
    std::error_code gone; // the folder that the process is in; then nothing can be relative to it
    const auto recognized =
        recognizeData(catalogue, absoluteFolder(where.path, fs::current_path(gone)));
    if (!recognized) {
        Problem problem = recognized.error();
        if (where.path == place && place.find('=') != std::string::npos) {
            std::vector<std::string> names;
            for (const DataSetSpec& set : spec.data.sets())
                names.push_back(set.called());
            problem.hint = "NAME=PATH is for a set of the experiment: " + join(names, ", ");
        }
        return failure(std::move(problem));
    }
    ExperimentSpec changed = spec;
    DataSpec& data = changed.data;
    MethodChoice& dataset = where.set == 0 ? data.dataset : data.others[where.set - 1].dataset;
    // Tasks know a set among several by its name, which is to stay.
    if (std::string& name = where.set == 0 ? data.name : data.others[where.set - 1].name;
        name.empty() && !data.others.empty() && dataset.id != recognized->id)
        name = dataset.id;
    if (dataset.id == recognized->id && dataset.options.is_object())
        dataset.options.update(recognized->options);
    else
        dataset = *recognized;
    return changed;
}

} // namespace concertina
