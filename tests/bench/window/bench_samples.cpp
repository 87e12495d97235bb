// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/window/bench_samples.h"

#include "tests/bench/window/thread_time.h"
#include "widgets/pictures/sample_grid.h"

#include <QApplication>
#include <QEventLoop>
#include <QScrollBar>

#include <functional>

namespace concertina::bench {

namespace {

constexpr int Samples = 10000;

QImage thumbnailOf(int sample) {
    QImage image(SampleGrid::Thumbnail, QImage::Format_RGB32);
    image.fill(QColor::fromHsv(sample * 37 % 360, 120, 200));
    return image;
}

/// Does it and paints what it asked for.
double frame(const std::function<void()>& input) {
    const double before = threadMilliseconds();
    input();
    QApplication::sendPostedEvents();
    QApplication::processEvents(QEventLoop::ExcludeUserInputEvents);
    return threadMilliseconds() - before;
}

} // namespace

SampleFrames measureSamples(int frames) {
    SampleGrid grid;
    grid.resize(1100, 900);
    std::vector<QString> names;
    for (int i = 0; i < Samples; ++i)
        names.push_back(QStringLiteral("train_%1").arg(i));
    grid.setSamples(names);
    QObject::connect(&grid, &SampleGrid::thumbnailsMissing, &grid, [&grid] {
        for (const int sample : grid.missingThumbnails())
            grid.samples()->setThumbnail(sample, thumbnailOf(sample));
    });
    grid.show();
    frame([] {});

    SampleFrames result;
    QScrollBar& bar = *grid.verticalScrollBar();
    for (int i = 0; i < frames; ++i)
        result.scroll.push_back(frame([&] {
            bar.setValue(bar.value() + 60);
            for (const int sample : grid.missingThumbnails())
                grid.samples()->setThumbnail(sample, thumbnailOf(sample));
        }));
    for (int i = 0; i < frames; ++i)
        result.jump.push_back(frame([&] { bar.setValue(i * 7919 % bar.maximum()); }));
    std::vector<int> half, all;
    for (int i = 0; i < Samples; ++i) {
        all.push_back(i);
        if (i % 2 == 0)
            half.push_back(i);
    }
    for (int i = 0; i < frames; ++i)
        result.filter.push_back(frame([&] { grid.show(i % 2 == 0 ? half : all); }));
    return result;
}

} // namespace concertina::bench
