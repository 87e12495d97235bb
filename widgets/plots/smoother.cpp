// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/plots/smoother.h"

#include <utility>

namespace concertina {

namespace {

/// Done within a millisecond or so.
constexpr std::size_t fewPoints = 20'000;

/// Between two looks at whether it is still wanted.
constexpr std::size_t lookEvery = 10'000;

} // namespace

struct Smoother::Work {
    struct One {
        std::shared_ptr<Series> series; ///< touched in its own thread alone
        Series::Values values;
        Smoothing smoothed;
    };
    std::vector<One> all;
};

Smoother::Smoother(QObject* parent) : QObject(parent) {
    m_pool.setMaxThreadCount(1);
}

Smoother::~Smoother() {
    m_stopped = true;
    m_pool.waitForDone();
}

void Smoother::smooth(std::vector<std::shared_ptr<Series>> series, double weight) {
    std::size_t points = 0;
    for (const auto& one : series)
        points += one->size();
    m_series = std::move(series);
    m_weight = weight;
    m_wanted = true;
    if (m_busy)
        return;
    if (points > fewPoints) {
        begin();
        return;
    }
    m_wanted = false;
    for (const auto& one : m_series)
        one->setSmoothing(weight);
    Q_EMIT smoothed();
}

void Smoother::begin() {
    auto work = std::make_shared<Work>();
    for (const auto& one : m_series)
        if (one->smoothing() != m_weight)
            work->all.push_back({one, one->values(), Smoothing(m_weight)});
    m_wanted = false;
    m_busy = true;
    m_pool.start([this, work] {
        for (auto& one : work->all)
            for (std::size_t i = 0; i < one.values.raw.size(); ++i) {
                if (i % lookEvery == 0 && m_stopped)
                    return;
                one.smoothed.push(one.values.raw[i]);
            }
        QMetaObject::invokeMethod(this, [this, work] { take(work); }, Qt::QueuedConnection);
    });
}

void Smoother::take(const std::shared_ptr<Work>& work) {
    m_busy = false;
    for (auto& one : work->all)
        one.series->takeSmoothing(std::move(one.smoothed), one.values);
    // Shown in between, so that curves follow a slider that is being dragged.
    const bool again = m_wanted;
    if (again)
        begin();
    Q_EMIT smoothed();
}

} // namespace concertina
