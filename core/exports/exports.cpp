// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/export.h"

#include "core/model/catalogue.h"
#include "core/values/file_place.h"

#include <algorithm>
#include <array>

namespace concertina {

const ExportEntry& safetensorsExport();

std::span<const ExportEntry* const> exports() {
    static const std::array all{&safetensorsExport()};
    return all;
}

const std::string& usualExport() {
    return exports().front()->info.id;
}

Expected<NetworkWriter> networkWriter(const std::filesystem::path& place,
                                      const MethodChoice& format) {
    Catalogue known;
    for (const ExportEntry* entry : exports())
        known.exports.push_back(entry->info);
    if (Problems problems = checkMethod(known, Family::Export, format, "export"); !problems.empty())
        return failure(std::move(problems.front()));
    const ExportEntry& entry =
        **std::ranges::find(exports(), format.id, [](const auto* each) { return each->info.id; });
    if (entry.info.suffix.empty()) {
        if (const auto made = makeFolder(place); !made)
            return failure(made.error());
    } else if (const auto free = placeToWrite(place); !free) {
        return failure(free.error());
    }
    return [&entry, place, options = completeOptions(entry.info, format.options)](
               const CollapsedNetwork& network) { return entry.write(network, place, options); };
}

} // namespace concertina
