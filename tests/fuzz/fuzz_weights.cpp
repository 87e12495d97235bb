// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/weights_file.h"
#include "tests/fuzz/fuzz_target.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace {

/// A file in memory, of one process.
int emptyFile() {
    static const int file = memfd_create("weights", 0);
    if (file < 0 || ftruncate(file, 0) != 0 || lseek(file, 0, SEEK_SET) != 0)
        std::abort();
    return file;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const int file = emptyFile();
    if (write(file, data, size) != static_cast<ssize_t>(size))
        std::abort();
    const auto weights = concertina::readWeights("/proc/self/fd/" + std::to_string(file));
    if (!weights)
        return 0;
    for (const auto& [name, tensor] : *weights) {
        std::int64_t last = tensor.storage_offset();
        for (std::int64_t i = 0; i < tensor.dim(); ++i)
            last += (tensor.size(i) - 1) * tensor.stride(i);
        const auto width = static_cast<std::size_t>(tensor.element_size());
        if (tensor.numel() > 0
            && (static_cast<std::size_t>(last) + 1) * width > tensor.storage().nbytes())
            std::abort(); // a value outside the memory
        if (tensor.numel() > 0 && tensor.numel() < 10'000)
            static_cast<void>(tensor.contiguous());
    }
    return 0;
}
