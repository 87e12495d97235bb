// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/memory.h"

#ifdef CONCERTINA_JEMALLOC
#include <jemalloc/jemalloc.h>

#include <initializer_list>
#endif

namespace concertina {

void keepFreedMemory() {
#ifdef CONCERTINA_JEMALLOC
    // The first arena, which is there already, and those of threads to come.
    for (const char* decay : {"arena.0.dirty_decay_ms", "arena.0.muzzy_decay_ms",
                              "arenas.dirty_decay_ms", "arenas.muzzy_decay_ms"}) {
        ssize_t never = -1;
        mallctl(decay, nullptr, nullptr, &never, sizeof never);
    }
#endif
}

} // namespace concertina
