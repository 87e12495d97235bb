// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/cityscapes_dataset.h"
#include "core/data/coco_dataset.h"
#include "core/data/dataset.h"
#include "core/data/folder_dataset.h"
#include "core/data/mtan_dataset.h"
#include "core/data/nyuv2_dataset.h"
#include "core/data/rooms/rooms_dataset.h"
#include "core/data/table_dataset.h"

#include <algorithm>
#include <array>
#include <cassert>

namespace concertina {

std::span<const DatasetEntry* const> datasets() {
    static const std::array all{&roomsDataset(), &folderDataset(),     &nyuv2Dataset(),
                                &mtanDataset(),  &cityscapesDataset(), &cocoDataset(),
                                &tableDataset()};
    return all;
}

OpenedDataset openWholly(const MethodChoice& choice, const DataWatch& watch) {
    for (const DatasetEntry* entry : datasets())
        if (entry->info.id == choice.id)
            return entry->open(completeOptions(entry->info, choice.options), watch);
    assert(false && "validate() refuses unknown datasets");
    return tl::unexpected(
        Problems{{"method.unknown", "data.dataset.id", choice.id, "a dataset", ""}});
}

Expected<std::shared_ptr<const Dataset>> openDataset(const MethodChoice& choice,
                                                     const DataWatch& watch) {
    auto opened = openWholly(choice, watch);
    if (opened)
        return std::move(*opened);
    Problem problem = opened.error().front();
    if (const std::size_t more = opened.error().size() - 1; more > 0)
        problem.hint += (problem.hint.empty() ? "" : "; ") + std::string("and ")
                        + std::to_string(more) + (more == 1 ? " more problem" : " more problems")
                        + ", which \"concertina-cli data check\" reports";
    return failure(std::move(problem));
}

} // namespace concertina
