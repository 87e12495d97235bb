// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/torch_error.h"

#include "core/values/text.h"

#include <c10/util/Exception.h>

namespace concertina {

std::string reasonOf(const std::exception& error) {
    const auto* torch = dynamic_cast<const c10::Error*>(&error);
    return shortened(torch != nullptr ? torch->what_without_backtrace() : error.what(), 200);
}

} // namespace concertina
