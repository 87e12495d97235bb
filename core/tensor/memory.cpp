// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/memory.h"

#include <malloc.h>

namespace concertina {

void keepFreedMemory() {
#ifdef __GLIBC__
    constexpr int large = 1 << 30; // bytes; no tensor of a compact network is as large
    mallopt(M_MMAP_THRESHOLD, large);
    mallopt(M_TRIM_THRESHOLD, large);
    // Arenas of other threads than the first hold 64 MiB at most and would map the rest.
    mallopt(M_ARENA_MAX, 1);
#endif
}

} // namespace concertina
