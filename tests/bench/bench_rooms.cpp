// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "tests/bench/bench.h"

#include <array>
#include <stdexcept>

namespace concertina::bench {

namespace {

/// In this one thread.
std::vector<Figure> renderingRate() {
    constexpr int images = 400;
    const auto dataset = openDataset({"rooms", {{"train_size", images}}});
    if (!dataset)
        throw std::runtime_error("rooms can't be opened");
    const double time = seconds([&] {
        for (int i = 0; i < images; ++i)
            static_cast<void>((*dataset)->sample("train", i, 96, 128));
    });
    return {{"rooms, training quality, 96x128", images / time, "images/s a core", ">=100"}};
}

} // namespace

std::span<const Bench> roomsBenches() {
    static const std::array all{
        Bench{"rooms", "rendered training samples a second on one core", renderingRate}};
    return all;
}

} // namespace concertina::bench
