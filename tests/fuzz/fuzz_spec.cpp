// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/values/spec.h"
#include "tests/fuzz/fuzz_target.h"

#include <cstdlib>
#include <string_view>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace concertina;
    const SpecReading reading = readSpecText({reinterpret_cast<const char*>(data), size});
    if (!reading.problems.empty())
        return 0;
    if (!validate(reading.spec, catalogue()).empty())
        return 0;
    // What is valid can be written and read again.
    const SpecReading again = readSpec(toJson(reading.spec));
    if (!again.problems.empty() || !(again.spec == reading.spec))
        std::abort();
    return 0;
}
