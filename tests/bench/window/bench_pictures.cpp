// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/bench/window/bench_pictures.h"

#include "tests/bench/window/thread_time.h"
#include "widgets/pictures/picture_view.h"
#include "widgets/pictures/swipe_view.h"

#include <QApplication>
#include <QEventLoop>
#include <QGridLayout>
#include <QMouseEvent>
#include <QWheelEvent>

#include <functional>

namespace concertina::bench {

namespace {

constexpr QSize PaneSize{1024, 768};
constexpr int Columns = 4;
constexpr int Panes = 8;

/// Something that no codec or cache finds simple.
QImage speckled(int seed) {
    QImage image(PaneSize, QImage::Format_RGB32);
    unsigned state = 12345U + static_cast<unsigned>(seed);
    for (int y = 0; y < image.height(); ++y) {
        auto* row = reinterpret_cast<QRgb*>(image.scanLine(y));
        for (int x = 0; x < image.width(); ++x) {
            state = state * 1664525U + 1013904223U;
            row[x] = qRgb((x + seed * 20) & 255, y & 255, static_cast<int>(state >> 24));
        }
    }
    return image;
}

PaneContent paneOf(const QImage& image, const QString& caption) {
    PaneContent content{.caption = caption, .picture = Picture(image)};
    content.valueAt = [image](QPoint at) { return QString::number(qRed(image.pixel(at))); };
    return content;
}

void mouse(QWidget& widget, QEvent::Type type, QPoint at, Qt::MouseButton button,
           Qt::MouseButtons buttons) {
    QMouseEvent event(type, at, widget.mapToGlobal(at), button, buttons, Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
}

/// Does it and paints what it asked for.
double frame(const std::function<void()>& input) {
    const double before = threadMilliseconds();
    input();
    QApplication::sendPostedEvents();
    QApplication::processEvents(QEventLoop::ExcludeUserInputEvents);
    return threadMilliseconds() - before;
}

/// From a quarter to eight times and back, by the wheel at one place.
std::vector<double> measureZoom(int frames, PictureView& view, PictureViewState& state,
                                const QPoint& place) {
    std::vector<double> times;
    int direction = 1;
    state.setZoom(1, {512, 384});
    for (int i = 0; i < frames; ++i) {
        if (state.zoom() >= 8)
            direction = -1;
        else if (state.zoom() <= 0.25)
            direction = 1;
        times.push_back(frame([&] {
            QWheelEvent turn(place, view.mapToGlobal(place), {}, QPoint(0, 120 * direction),
                             Qt::NoButton, Qt::NoModifier, Qt::NoScrollPhase, false);
            QApplication::sendEvent(&view, &turn);
        }));
    }
    return times;
}

} // namespace

PictureFrames measurePictures(int frames) {
    PictureViewState state;
    PictureCursor cursor;
    QWidget window;
    auto* grid = new QGridLayout(&window);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(1);
    auto* swipe = new SwipeView(state, cursor);
    swipe->setPictures(paneOf(speckled(0), QStringLiteral("Expanded")),
                       paneOf(speckled(1), QStringLiteral("Collapsed")));
    QList<PictureView*> views{swipe};
    while (views.size() < Panes) {
        views.append(new PictureView(state, cursor));
        views.last()->setContent(paneOf(speckled(static_cast<int>(views.size())),
                                        QStringLiteral("Pane")));
    }
    for (int i = 0; i < Panes; ++i) {
        views[i]->setFixedSize(PaneSize);
        grid->addWidget(views[i], i / Columns, i % Columns);
    }
    window.show();
    const auto settle = [] { frame([] {}); };
    settle();

    PictureFrames result;
    const QPoint middle(500, 400);
    QPoint at = middle;
    result.zoom = measureZoom(frames, *views[1], state, middle);
    state.setZoom(3, {512, 384});
    settle();
    mouse(*views[1], QEvent::MouseButtonPress, middle, Qt::LeftButton, Qt::LeftButton);
    for (int i = 0; i < frames; ++i) {
        at += i / 20 % 2 == 0 ? QPoint(7, 5) : QPoint(-7, -5);
        result.pan.push_back(frame(
            [&] { mouse(*views[1], QEvent::MouseMove, at, Qt::NoButton, Qt::LeftButton); }));
    }
    mouse(*views[1], QEvent::MouseButtonRelease, at, Qt::LeftButton, Qt::NoButton);
    state.fit();
    settle();
    for (int i = 0; i < frames; ++i)
        result.swipe.push_back(frame([&] { swipe->setDivider(i % 100 / 100.0); }));
    for (int i = 0; i < frames; ++i)
        result.point.push_back(frame([&] {
            mouse(*views[1], QEvent::MouseMove, QPoint(100 + i % 700, 100 + i % 500), Qt::NoButton,
                  Qt::NoButton);
        }));
    return result;
}

} // namespace concertina::bench
