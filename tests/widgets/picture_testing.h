// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/pictures/picture_view.h"

#include <QApplication>
#include <QImage>
#include <QMouseEvent>
#include <QWheelEvent>
#include <QWidget>

namespace concertina::testing {

/// Every pixel has another colour that shows where it is: red x, green y.
inline QImage placeImage(int width, int height) {
    QImage image(width, height, QImage::Format_RGB32);
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            image.setPixel(x, y, qRgb(x % 256, y % 256, (x / 256) * 16 + y / 256));
    return image;
}

/// What the widget paints, at its own size.
inline QImage painted(QWidget& widget) {
    return widget.grab().toImage().convertToFormat(QImage::Format_RGB32);
}

inline void moveMouse(QWidget& widget, QPoint at, Qt::MouseButtons buttons = Qt::NoButton) {
    QMouseEvent event(QEvent::MouseMove, at, widget.mapToGlobal(at), Qt::NoButton, buttons,
                      Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
}

inline void pressMouse(QWidget& widget, QPoint at) {
    QMouseEvent event(QEvent::MouseButtonPress, at, widget.mapToGlobal(at), Qt::LeftButton,
                      Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
}

inline void releaseMouse(QWidget& widget, QPoint at) {
    QMouseEvent event(QEvent::MouseButtonRelease, at, widget.mapToGlobal(at), Qt::LeftButton,
                      Qt::NoButton, Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
}

/// One notch of a wheel.
inline void turnWheel(QWidget& widget, QPoint at, int notches) {
    QWheelEvent event(at, widget.mapToGlobal(at), {}, QPoint(0, 120 * notches), Qt::NoButton,
                      Qt::NoModifier, Qt::NoScrollPhase, false);
    QApplication::sendEvent(&widget, &event);
}

/// A pane whose value at a pixel is its place.
inline PaneContent paneOf(const QImage& image, const QString& caption = {}) {
    PaneContent content{.caption = caption, .picture = Picture(image)};
    content.valueAt = [](QPoint at) { return QStringLiteral("%1,%2").arg(at.x()).arg(at.y()); };
    return content;
}

inline QImage plain(QSize size, QRgb color) {
    QImage image(size, QImage::Format_RGB32);
    image.fill(color);
    return image;
}

/// From 0 to 765.
inline int light(QRgb pixel) {
    return qRed(pixel) + qGreen(pixel) + qBlue(pixel);
}

} // namespace concertina::testing
