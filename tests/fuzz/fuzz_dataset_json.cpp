// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset_json.h"
#include "tests/fuzz/fuzz_target.h"

#include <cstdlib>
#include <string_view>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto layout =
        concertina::readFolderLayout({reinterpret_cast<const char*>(data), size});
    if (layout
        && (layout->splits.empty() || layout->targets.size() != layout->targetPaths.size()
            || layout->targets.size() != layout->targetCells.size()))
        std::abort();
    if (!layout && layout.error().empty())
        std::abort(); // refused without a reason
    return 0;
}
