// SPDX-License-Identifier: GPL-3.0-or-later
// What the canvas paints on: its own picture, the window, a file.
#include "widgets/plots/curve_canvas.h"

#include <QBuffer>
#include <QSvgGenerator>

namespace concertina {

void CurveCanvas::replotSoon() {
    m_isStale = true;
    update();
}

/// Into a picture of ours, without alpha: QCustomPlot would clear two buffers, and lay both over
/// the window's.
void CurveCanvas::render() {
    m_isStale = false;
    prepare();
    const QSize pixels = size() * devicePixelRatioF();
    if (m_picture.size() != pixels)
        m_picture = QImage(pixels, QImage::Format_RGB32);
    m_picture.setDevicePixelRatio(devicePixelRatioF());
    if (m_picture.isNull())
        return;
    m_picture.fill(mBackgroundBrush.color());
    QCPPainter painter;
    if (painter.begin(&m_picture)) {
        painter.setRenderHint(QPainter::Antialiasing);
        draw(&painter);
    }
}

void CurveCanvas::replotNow() {
    render();
    update();
}

void CurveCanvas::paintEvent(QPaintEvent*) {
    if (m_isStale)
        render();
    QPainter painter(this);
    painter.drawImage(QPointF(), m_picture);
    painter.setRenderHint(QPainter::Antialiasing);
    drawOverlay(painter);
}

void CurveCanvas::resizeEvent(QResizeEvent*) {
    setViewport(rect());
    replotSoon();
}

QByteArray CurveCanvas::picture(bool vector, const QString& title) {
    m_title = title;
    prepare();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (vector) {
        QSvgGenerator generator;
        generator.setOutputDevice(&buffer);
        generator.setSize(size());
        generator.setViewBox(rect());
        generator.setTitle(title);
        QCPPainter painter;
        painter.begin(&generator);
        painter.setMode(QCPPainter::pmVectorized);
        painter.setMode(QCPPainter::pmNoCaching);
        toPainter(&painter, width(), height());
        painter.end();
    } else {
        toPixmap(width(), height(), 2).save(&buffer, "PNG");
    }
    m_title.clear();
    replotNow();
    return bytes;
}

} // namespace concertina
