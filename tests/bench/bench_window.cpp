// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/bench.h"
#include "tests/bench/timed_application.h"
#include "tests/bench/window/bench_curves.h"
#include "tests/bench/window/bench_pictures.h"
#include "tests/bench/window/bench_samples.h"

#include <algorithm>
#include <array>

namespace concertina::bench {

namespace {

constexpr int frames = 300;

double percentile(std::vector<double> values, double share) {
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

std::vector<Figure> curves() {
    TimedApplication::instance();
    const CurveFrames measured = measureCurves(frames);
    const std::string what = "curves, 12 x 100,000 points: ";
    return {{what + "frame, median", median(measured.following), "ms", "<=16"},
            {what + "frame, 99th percentile", percentile(measured.following, 0.99), "ms", "<=33"},
            {what + "zoomed in, median", median(measured.zoomed), "ms", "<=16"},
            {what + "crosshair, median", median(measured.crosshair), "ms", "<=16"},
            {what + "another smoothing, GUI thread, median", median(measured.smoothing), "ms",
             "<=16"},
            {what + "another smoothing, until shown, median", median(measured.smoothed), "ms", ""}};
}

std::vector<Figure> pictures() {
    TimedApplication::instance();
    const PictureFrames measured = measurePictures(frames);
    const std::string what = "pictures, 8 panes of 1,024x768: ";
    return {{what + "zoom, median", median(measured.zoom), "ms", "<=16"},
            {what + "pan, median", median(measured.pan), "ms", "<=16"},
            {what + "swipe, median", median(measured.swipe), "ms", "<=16"},
            {what + "values under the pointer, median", median(measured.point), "ms", "<=16"}};
}

std::vector<Figure> samples() {
    TimedApplication::instance();
    const SampleFrames measured = measureSamples(frames);
    const std::string what = "browser of 10,000 samples: ";
    return {{what + "scrolling, median", median(measured.scroll), "ms", "<=16"},
            {what + "scrolling, 99th percentile", percentile(measured.scroll, 0.99), "ms", "<=33"},
            {what + "elsewhere at once, median", median(measured.jump), "ms", "<=16"},
            {what + "another filter, median", median(measured.filter), "ms", "<=33"}};
}

} // namespace

std::span<const Bench> windowBenches() {
    static const std::array all{
        Bench{"curves", "frames of the curves while points come in, CPU time", curves},
        Bench{"pictures", "frames of zoom, pan and swipe, CPU time", pictures},
        Bench{"samples", "frames of scrolling through the browser of samples, CPU time", samples}};
    return all;
}

} // namespace concertina::bench
