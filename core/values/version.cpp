// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/version.h"

namespace concertina {

const char* programVersion() {
    return CONCERTINA_VERSION;
}

} // namespace concertina
