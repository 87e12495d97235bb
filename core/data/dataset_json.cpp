// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_json.h"

#include "core/data/class_colors.h"
#include "core/values/json_document.h"
#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace concertina {

namespace {

constexpr int version = 1;
constexpr std::string_view idMark = "{id}";

struct EncodingName {
    std::string_view name;
    Encoding encoding;
    const TargetKind* kind;
};

/// What is no plane is stored in cells of a table.
const std::array<EncodingName, 12> encodings{{
    {"index8", Encoding::Index8, &classesTarget()},
    {"index16", Encoding::Index16, &classesTarget()},
    {"uint8", Encoding::UInt8, &depthTarget()},
    {"uint16", Encoding::UInt16, &depthTarget()},
    {"float32", Encoding::Float32, &depthTarget()},
    {"inverse_uint16", Encoding::UInt16, &inverseDepthTarget()},
    {"inverse_float32", Encoding::Float32, &inverseDepthTarget()},
    {"rgb8", Encoding::Rgb8, &normalsTarget()},
    {"rgb16", Encoding::Rgb16, &normalsTarget()},
    {"label", Encoding::Index16, &labelTarget()},
    {"presence", Encoding::Index8, &presenceTarget()},
    {"values", Encoding::Float32, &valuesTarget()},
}};

/// Reads values by key and collects what is wrong, always going on.
class Reader {
public:
    Problems problems;

    void report(const std::string& path, const Json& found, std::string expected) {
        problems.push_back({"dataset.value", path,
                            found.is_null() ? "nothing" : shortened(jsonText(found), 80),
                            std::move(expected), ""});
    }

    void checkKeys(const Json& object, const std::string& path,
                   const std::vector<std::string>& keys) {
        for (const auto& item : object.items())
            if (std::ranges::find(keys, item.key()) == keys.end())
                problems.push_back({"dataset.unknown_key", path + item.key(), "an unknown key",
                                    "a key of this format", suggestion(item.key(), keys)});
    }

    Json object(const Json& parent, const char* key, const std::string& path) {
        const Json value = member(parent, key);
        if (!value.is_object())
            report(path + key, value, "an object");
        return value.is_object() ? value : Json::object();
    }

    std::string text(const Json& parent, const char* key, const std::string& path) {
        const Json value = member(parent, key);
        if (!value.is_string() || value.get<std::string>().empty())
            report(path + key, value, "a text");
        return value.is_string() ? value.get<std::string>() : std::string();
    }

    double number(const Json& parent, const char* key, const std::string& path, double defaultValue) {
        const Json value = member(parent, key);
        if (value.is_null())
            return defaultValue;
        if (!value.is_number() || !std::isfinite(value.get<double>())) {
            report(path + key, value, "a number");
            return defaultValue;
        }
        return value.get<double>();
    }

    /// A path inside the split's folder, with {id} exactly once.
    PathPattern pattern(const Json& parent, const std::string& path) {
        const std::string value = text(parent, "path", path);
        const auto at = value.find(idMark);
        const bool inside = !value.starts_with('/') && value.find("..") == std::string::npos;
        if (value.empty())
            return {};
        if (at == std::string::npos || value.find(idMark, at + 1) != std::string::npos || !inside
            || value.find('/', at) != std::string::npos) {
            report(path + "path", value,
                   "a path inside the split with {id} once, in the file's name");
            return {};
        }
        return {value.substr(0, at), value.substr(at + idMark.size())};
    }

    static Json member(const Json& parent, const char* key) {
        return parent.is_object() && parent.contains(key) ? parent[key] : Json();
    }
};

/// Names alone have colours of ours.
std::vector<ClassInfo> readClasses(Reader& reader, const Json& target, const std::string& path,
                                   const char* key) {
    std::vector<ClassInfo> classes;
    const Json list = Reader::member(target, key);
    if (!list.is_array() || list.empty() || list.size() > 65535) {
        reader.report(path + key, list, "a list of names, or of name and color");
        return classes;
    }
    const auto isName = [](const Json& item) {
        return item.is_string() && !item.get_ref<const std::string&>().empty();
    };
    if (std::ranges::all_of(list, isName))
        return coloredClasses(list.get<std::vector<std::string>>());
    for (const Json& item : list) {
        const std::string at = path + key + "." + std::to_string(classes.size()) + ".";
        ClassInfo& info = classes.emplace_back();
        info.name = reader.text(item, "name", at);
        const Json color = Reader::member(item, "color");
        const auto isByte = [](const Json& value) {
            return value.is_number_integer() && value >= 0 && value <= 255;
        };
        if (!color.is_array() || color.size() != 3 || !std::ranges::all_of(color, isByte))
            reader.report(at + "color", color, "three numbers from 0 to 255");
        else
            for (std::size_t i = 0; i < 3; ++i)
                info.color[i] = color[i].get<std::uint8_t>();
        if (item.is_object())
            reader.checkKeys(item, at, {"name", "color"});
    }
    return classes;
}

/// The key of the list of names: quantities are no classes.
const char* namesKey(const TargetKind& kind) {
    return &kind == &valuesTarget() ? "names" : "classes";
}

/// The columns of a target of whole pictures: "column", "columns", else those of its names; of a
/// label one of the target's name.
TargetCells readCells(Reader& reader, const TargetInfo& target, const Json& json,
                      const std::string& path) {
    TargetCells cells;
    cells.table = reader.text(json, "table", path);
    if (cells.table.starts_with('/') || cells.table.find("..") != std::string::npos)
        reader.report(path + "table", cells.table, "a file inside the split's folder");
    const Json column = Reader::member(json, "column");
    const Json columns = Reader::member(json, "columns");
    cells.isList = target.kind == &presenceTarget() && !column.is_null();
    const bool isOne = cells.isList || target.kind == &labelTarget();
    if (!column.is_null())
        cells.columns = {reader.text(json, "column", path)};
    else if (isOne)
        cells.columns = {target.name};
    else if (columns.is_array() && std::ranges::all_of(columns, &Json::is_string))
        cells.columns = columns.get<std::vector<std::string>>();
    else
        for (const ClassInfo& info : target.classes)
            cells.columns.push_back(info.name);
    if (!isOne && cells.columns.size() != target.classes.size())
        reader.report(path + (column.is_null() ? "columns" : "column"),
                      column.is_null() ? columns : column,
                      std::to_string(target.classes.size()) + " columns, one a name");
    return cells;
}

TargetInfo readTarget(Reader& reader, const std::string& name, const Json& json,
                      const std::string& path) {
    TargetInfo target{.name = name};
    const std::string encoding = reader.text(json, "encoding", path);
    const auto known = encodingNamed(encoding);
    if (!known) {
        reader.problems.push_back({"dataset.value", path + "encoding", "\"" + encoding + "\"",
                                   "an encoding", suggestion(encoding, encodingNames())});
        return target;
    }
    target.encoding = known->encoding;
    target.kind = known->kind;
    std::vector<std::string> keys{"path", "encoding", "convention", "derived"};
    if (!target.kind->isPlane()) {
        target.classes = readClasses(reader, json, path, namesKey(*target.kind));
        keys = {"table", "column", "columns", "encoding", namesKey(*target.kind)};
    }
    if (target.kind == &classesTarget()) {
        target.classes = readClasses(reader, json, path, "classes");
        const double ignore = reader.number(json, "ignore", path, -1);
        if (ignore < -1 || ignore > 65535 || ignore != std::floor(ignore))
            reader.report(path + "ignore", json["ignore"], "a class index, or -1 for none");
        else
            target.ignore = static_cast<int>(ignore);
        keys.insert(keys.end(), {"classes", "ignore"});
    }
    const bool isScale = target.kind->form() == ValueForm::Scale;
    if (isScale || target.kind == &valuesTarget()) {
        target.scale = reader.number(json, "scale", path, 1);
        if (target.scale <= 0)
            reader.report(path + "scale", json["scale"], "a number above 0");
        target.offset = reader.number(json, "offset", path, 0);
        keys.insert(keys.end(), {"scale", "offset"});
    }
    if (isScale) {
        if (!Reader::member(json, "invalid").is_null())
            target.invalid = reader.number(json, "invalid", path, 0);
        keys.emplace_back("invalid");
    }
    if (target.kind == &depthTarget()) {
        if (const Json unit = Reader::member(json, "unit"); !unit.is_null() && unit != "m")
            reader.report(path + "unit", unit, "\"m\"; scale makes metres of what is stored");
        keys.emplace_back("unit");
    }
    reader.checkKeys(json, path, keys);
    return target;
}

std::optional<Camera> readCamera(Reader& reader, const Json& json) {
    if (Reader::member(json, "camera").is_null())
        return std::nullopt;
    const Json camera = reader.object(json, "camera", "");
    reader.checkKeys(camera, "camera.", {"fx", "fy", "cx", "cy"});
    const Camera read{reader.number(camera, "fx", "camera.", 0),
                      reader.number(camera, "fy", "camera.", 0),
                      reader.number(camera, "cx", "camera.", 0),
                      reader.number(camera, "cy", "camera.", 0)};
    if (read.fx <= 0 || read.fy <= 0)
        reader.report("camera", camera, "focal lengths fx and fy above 0, in pixels");
    return read;
}

} // namespace

std::string_view encodingName(const TargetInfo& target) {
    const auto known = std::ranges::find_if(encodings, [&](const EncodingName& some) {
        return some.encoding == target.encoding && some.kind == target.kind;
    });
    return known == encodings.end() ? target.kind->id() : known->name;
}

std::optional<NamedEncoding> encodingNamed(std::string_view name) {
    const auto known = std::ranges::find(encodings, name, &EncodingName::name);
    if (known == encodings.end())
        return std::nullopt;
    return NamedEncoding{known->encoding, known->kind};
}

std::vector<std::string> encodingNames() {
    std::vector<std::string> names;
    for (const EncodingName& candidate : encodings)
        names.emplace_back(candidate.name);
    return names;
}

tl::expected<FolderLayout, Problems> readFolderLayout(std::string_view text) {
    const auto document = readJsonDocument(text, "a dataset");
    if (!document)
        return tl::unexpected(Problems{{"dataset.json", "", document.error().found,
                                        document.error().expected, document.error().hint}});
    const Json& json = *document;
    if (const Json format = Reader::member(json, "format"); format != "concertina-dataset")
        return tl::unexpected(Problems{{"dataset.json", json.is_object() ? "format" : "",
                                        !json.is_object()  ? shortened(jsonText(json), 60)
                                        : format.is_null() ? "nothing"
                                                           : shortened(jsonText(format), 60),
                                        json.is_object() ? "\"concertina-dataset\""
                                                         : "a dataset, { … }",
                                        "is this a folder dataset?"}});
    const Json stated = Reader::member(json, "version");
    if (!stated.is_number_integer() || stated < 1 || stated > version)
        return tl::unexpected(Problems{{"dataset.version", "version",
                                        shortened(jsonText(stated), 40),
                                        "a version up to " + std::to_string(version),
                                        "a newer Concertina may read it"}});
    Reader reader;
    reader.checkKeys(json, "",
                     {"format", "version", "name", "splits", "image", "targets", "camera"});
    FolderLayout layout;
    layout.name = reader.text(json, "name", "");
    const Json splits = reader.object(json, "splits", "");
    for (const auto& split : splits.items()) {
        const bool inside = split.value().is_string()
                            && !split.value().get<std::string>().starts_with('/')
                            && split.value().get<std::string>().find("..") == std::string::npos;
        if (!inside)
            reader.report("splits." + split.key(), split.value(), "a folder inside the dataset");
        else
            layout.splits.emplace_back(split.key(), split.value().get<std::string>());
    }
    if (splits.empty())
        reader.report("splits", splits, "at least one split");
    const Json image = reader.object(json, "image", "");
    reader.checkKeys(image, "image.", {"path"});
    layout.image = reader.pattern(image, "image.");
    const Json targets = reader.object(json, "targets", "");
    for (const auto& target : targets.items()) {
        const std::string path = "targets." + target.key() + ".";
        if (!target.value().is_object()) {
            reader.report("targets." + target.key(), target.value(), "an object");
            continue;
        }
        layout.targets.push_back(readTarget(reader, target.key(), target.value(), path));
        const bool isPlane = layout.targets.back().kind->isPlane();
        layout.targetPaths.push_back(isPlane ? reader.pattern(target.value(), path)
                                             : PathPattern());
        layout.targetCells.push_back(
            isPlane ? TargetCells()
                    : readCells(reader, layout.targets.back(), target.value(), path));
    }
    layout.camera = readCamera(reader, json);
    if (!reader.problems.empty())
        return tl::unexpected(std::move(reader.problems));
    return layout;
}

} // namespace concertina
