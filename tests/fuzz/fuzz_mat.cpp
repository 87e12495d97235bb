// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/mat_file.h"
#include "tests/fuzz/fuzz_target.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const int file = ::memfd_create("fuzz", MFD_CLOEXEC);
    if (file < 0 || ::write(file, data, size) != static_cast<ssize_t>(size))
        std::abort();
    const auto mat = concertina::MatFile::open("/proc/self/fd/" + std::to_string(file));
    if (mat) {
        for (const char* name : {"images", "depths", "labels", "names"}) {
            const auto field = (*mat)->field(name);
            if (!field)
                continue;
            std::size_t frame = 1;
            for (std::size_t i = 1; i < field->shape.size(); ++i)
                frame *= static_cast<std::size_t>(field->shape[i]);
            if (frame > 1'000'000) // of no file of this size, though packed zeros may be many
                continue;
            const auto bytes = (*mat)->bytes(name, 0);
            const auto floats = (*mat)->floats(name, 1);
            if ((bytes && bytes->size() != frame) || (floats && floats->size() != frame))
                std::abort();
            (void)(*mat)->words(name, 2);
            (void)(*mat)->texts(name);
        }
        (void)(*mat)->field("none");
    }
    ::close(file);
    return 0;
}
