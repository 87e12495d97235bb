// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/window/bench_curves.h"

#include "tests/bench/window/thread_time.h"
#include "widgets/plots/curve_plot.h"
#include "widgets/plots/smoother.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QGridLayout>

#include <cmath>
#include <functional>
#include <memory>
#include <random>

namespace concertina::bench {

namespace {

constexpr int plots = 12;
constexpr int columns = 4;
constexpr int points = 100'000;
constexpr int pointsAFrame = 40; // 1,000 a second at 25 frames a second
constexpr double standardSmoothing = 0.6;

/// A loss as training gives it: falling, with noise on every step.
class Learning {
public:
    explicit Learning(unsigned seed) : m_random(seed), m_series(std::make_shared<Series>()) {
        m_series->setSmoothing(standardSmoothing);
        grow(points);
    }

    void grow(int count) {
        for (int i = 0; i < count; ++i) {
            const auto step = static_cast<double>(++m_step);
            const double value = 0.3 + std::exp(-step / 30000) * (1 + 0.2 * m_noise(m_random));
            m_series->append({m_step, step / 500, step * 0.02, value + 0.05 * m_noise(m_random)});
        }
    }

    const std::shared_ptr<Series>& series() const { return m_series; }

private:
    std::mt19937 m_random;
    std::normal_distribution<double> m_noise;
    std::int64_t m_step = 0;
    std::shared_ptr<Series> m_series;
};

/// Everything that the window does until it has painted what `work` changed.
double frame(const std::function<void()>& work) {
    const double before = threadMilliseconds();
    work();
    QApplication::sendPostedEvents();
    QApplication::processEvents();
    return threadMilliseconds() - before;
}

} // namespace

CurveFrames measureCurves(int frames) {
    PlotGroup group;
    QWidget window;
    window.resize(1848, 1008);
    auto* grid = new QGridLayout(&window);
    std::vector<Learning> learning;
    std::vector<CurvePlot*> all;
    for (int i = 0; i < plots; ++i) {
        learning.emplace_back(static_cast<unsigned>(i) + 1);
        all.push_back(new CurvePlot(QStringLiteral("loss"), group));
        all.back()->setCurves({{QStringLiteral("train"),
                                learning.back().series(),
                                i % 8,
                                true,
                                {"loss", "", "", false, 3}}});
        grid->addWidget(all.back(), i / columns, i % columns);
    }
    window.show();
    QApplication::processEvents();

    const auto grow = [&] {
        for (Learning& one : learning)
            one.grow(pointsAFrame);
        for (CurvePlot* plot : all)
            plot->dataChanged();
    };
    CurveFrames result;
    for (int i = 0; i < frames; ++i)
        result.following.push_back(frame(grow));
    group.show(all.front(), PlotSpan{40'000, 50'000}, std::nullopt, PlotGroup::Move::Step);
    for (int i = 0; i < frames; ++i)
        result.zoomed.push_back(frame(grow));
    group.fit();
    QApplication::processEvents();
    for (int i = 0; i < frames / 4; ++i)
        result.crosshair.push_back(
            frame([&] { group.setCrosshair(1000.0 * (i % 100 + 1), all.front()); }));
    group.setCrosshair(std::nullopt, nullptr);
    std::vector<std::shared_ptr<Series>> series;
    for (const Learning& one : learning)
        series.push_back(one.series());
    Smoother smoother;
    QObject::connect(&smoother, &Smoother::smoothed, &smoother, [&] {
        for (CurvePlot* plot : all)
            plot->dataChanged();
    });
    for (int i = 0; i < frames / 10 + 1; ++i) {
        QElapsedTimer clock;
        clock.start();
        result.smoothing.push_back(frame([&] {
            smoother.smooth(series, i % 2 == 0 ? 0.9 : standardSmoothing);
            while (smoother.isBusy())
                QApplication::processEvents(QEventLoop::WaitForMoreEvents);
        }));
        result.smoothed.push_back(static_cast<double>(clock.nsecsElapsed()) / 1e6);
    }
    return result;
}

} // namespace concertina::bench
