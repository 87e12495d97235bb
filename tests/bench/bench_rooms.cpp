// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/dataset.h"
#include "tests/bench/bench.h"
#include "tests/bench/window/thread_time.h"

#include <array>
#include <stdexcept>

namespace concertina::bench {

namespace {

/// In this one thread, by the time that its core worked on it: by the clock, what else a machine does
/// would count (105 a second fell to 40 while ten compilers shared two cores).
std::vector<Figure> renderingRate() {
    constexpr int images = 400, stretch = 50;
    const auto dataset = openDataset({"rooms", {{"train_size", images}}});
    if (!dataset)
        throw std::runtime_error("rooms can't be opened");
    std::vector<double> rates;
    const double clock = seconds([&] {
        for (int first = 0; first < images; first += stretch) {
            const double before = threadMilliseconds();
            for (int i = first; i < first + stretch; ++i)
                static_cast<void>((*dataset)->sample("train", i, 96, 128));
            rates.push_back(1000 * stretch / (threadMilliseconds() - before));
        }
    });
    return {{"rooms, training quality, 96x128", median(std::move(rates)), "images/s a core", ">=100"},
            {"the same by the clock, with what else the machine does", images / clock, "images/s", ""}};
}

} // namespace

std::span<const Bench> roomsBenches() {
    static const std::array all{
        Bench{"rooms", "rendered training samples a second on one core", renderingRate}};
    return all;
}

} // namespace concertina::bench
