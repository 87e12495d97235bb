// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "core/data/folder_dataset.h"
#include "core/data/rooms/rooms_dataset.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace concertina {

std::span<const DatasetEntry* const> datasets() {
    static const std::array all{&roomsDataset(), &folderDataset()};
    return all;
}

Expected<std::shared_ptr<const Dataset>> openDataset(const MethodChoice& choice,
                                                     const DataWatch& watch) {
    for (const DatasetEntry* entry : datasets())
        if (entry->info.id == choice.id)
            return entry->open(completeOptions(entry->info, choice.options), watch);
    assert(false && "validate() refuses unknown datasets");
    return failure({"method.unknown", "data.dataset.id", choice.id, "a dataset", ""});
}

} // namespace concertina
