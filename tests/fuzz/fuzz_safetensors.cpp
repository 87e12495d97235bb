// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/safetensors_index.h"
#include "tests/fuzz/fuzz_target.h"

#include <cstdlib>
#include <span>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto index = concertina::readSafetensorsIndex(std::as_bytes(std::span(data, size)));
    if (!index)
        return 0;
    for (const auto& [name, entry] : index->tensors) {
        std::uint64_t values = 1;
        for (const std::int64_t extent : entry.shape)
            values *= static_cast<std::uint64_t>(extent);
        if (entry.begin > entry.end || index->dataStart + entry.end > size
            || values * concertina::dtypeSize(entry.dtype) != entry.end - entry.begin)
            std::abort(); // a tensor outside the file, or of another size than its shape
    }
    return 0;
}
