// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>

namespace concertina::bench {

bool reached(const Figure& figure) {
    if (figure.goal.empty())
        return true;
    const double limit = std::strtod(figure.goal.c_str() + 2, nullptr);
    return figure.goal.starts_with("<=") ? figure.value <= limit : figure.value >= limit;
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double seconds(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double ratio(const std::function<void()>& a, const std::function<void()>& b, int rounds) {
    std::vector<double> ratios;
    for (int i = 0; i <= rounds; ++i) {
        const double left = seconds(a);
        const double right = seconds(b);
        if (i > 0)
            ratios.push_back(left / right);
    }
    return median(std::move(ratios));
}

} // namespace concertina::bench
