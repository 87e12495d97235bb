// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/stereo_camera.h"
#include "tests/fuzz/fuzz_target.h"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string_view>

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace concertina;
    const auto camera = readStereoCamera({reinterpret_cast<const char*>(data), size});
    if (!camera) {
        if (camera.error().code.empty() || camera.error().found.empty())
            std::abort(); // refused without a reason
        return 0;
    }
    TargetPlane disparities{Encoding::UInt16, 1, 2, {2, 0, 255, 255}}; // the least, the most
    const TargetPlane depths = depthPlane(disparities, *camera, 0);
    for (std::size_t i = 0; i < 2; ++i) {
        float depth = 0;
        std::memcpy(&depth, depths.bytes.data() + i * sizeof depth, sizeof depth);
        if (!std::isfinite(depth) || depth <= 0)
            std::abort(); // taken, and of no use
    }
    return 0;
}
