// SPDX-License-Identifier: GPL-3.0-or-later
#include "db/store.h"
#include "db/store_writer.h"
#include "tests/bench/bench.h"

#include <array>
#include <filesystem>
#include <stdexcept>

#include <unistd.h>

namespace concertina::bench {

namespace {

constexpr std::int64_t steps = 100'000;

template <class T>
T must(Expected<T> value) {
    if (!value)
        throw std::runtime_error(toText(value.error()));
    return std::move(*value);
}

/// Ten series of 100,000 rows, given step by step as a training does.
std::vector<Figure> rowsIntoTheStore() {
    const auto folder = std::filesystem::temp_directory_path()
                        / ("concertina-bench-" + std::to_string(getpid()));
    double time = 0;
    std::int64_t kept = 0;
    {
        Store store = must(Store::open(folder, StoreMode::ReadWrite));
        const RunId run = must(store.createRun({}));
        const std::array<std::string, 10> names{"loss", "lr", "grad_norm", "miou", "pixel_accuracy",
                                                "abs_err", "rel_err", "mean", "median", "within"};
        time = seconds([&] {
            const auto writer = must(StoreWriter::open(folder, run));
            for (std::int64_t step = 1; step <= steps; ++step) {
                MetricRows rows;
                for (const std::string& name : names)
                    rows.push_back({"depth", name, "train", step, 0.01 * double(step),
                                    0.4 * double(step), 1.0 / double(step)});
                if (const auto given = writer->append(std::move(rows)); !given)
                    throw std::runtime_error(toText(given.error()));
            }
            if (const auto closed = writer->close(); !closed)
                throw std::runtime_error(toText(closed.error()));
        });
        for (const SeriesInfo& series : must(store.series(run)))
            kept += static_cast<std::int64_t>(must(store.points(series.id)).size());
    }
    std::filesystem::remove_all(folder);
    return {{"metric rows into the store", 10.0 * steps / time, "rows/s", ">=100000"},
            {"rows dropped", 10.0 * steps - static_cast<double>(kept), "rows", "<=0"}};
}

} // namespace

std::span<const Bench> storeBenches() {
    static const std::array all{Bench{"store", "metric rows a second", rowsIntoTheStore}};
    return all;
}

} // namespace concertina::bench
