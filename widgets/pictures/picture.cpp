// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/picture.h"

#include <QCoreApplication>
#include <QPointer>
#include <QThreadPool>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <utility>

namespace concertina {

namespace {

// In pixels. Up to the first a level takes a few milliseconds, up to the second a copy in the
// format that is fastest to paint is worth its memory, and no level is larger than the third.
constexpr qint64 SmallEnoughToMakeAtOnce = 4 << 20;
constexpr qint64 SmallEnoughToConvert = 16 << 20;
constexpr qint64 LargestLevel = 64 << 20;

constexpr int SketchSide = 512;
constexpr int SmallestSide = 16;

qint64 pixels(const QSize& size) {
    return static_cast<qint64>(size.width()) * size.height();
}

QSize reducedSize(const QSize& size, int factor) {
    return {(size.width() + factor - 1) / factor, (size.height() + factor - 1) / factor};
}

/// A few pixels of it, without reading the others.
PictureLevel sketchOf(const QImage& image) {
    const int step = (std::max(image.width(), image.height()) + SketchSide - 1) / SketchSide;
    QImage sketch(reducedSize(image.size(), step), QImage::Format_RGB32);
    for (int y = 0; y < sketch.height(); ++y) {
        auto* row = reinterpret_cast<QRgb*>(sketch.scanLine(y));
        for (int x = 0; x < sketch.width(); ++x)
            row[x] = image.pixel(x * step, y * step);
    }
    return {sketch, 1.0 / step};
}

/// One row of the result from a strip of rows.
void averageRow(const QImage& strip, int factor, QRgb* out, int width) {
    // Plain pointers: this goes over every pixel of pictures that have a thousand million.
    std::vector<std::uint32_t> sums(static_cast<std::size_t>(width) * 3);
    for (int y = 0; y < strip.height(); ++y) {
        const auto* pixel = reinterpret_cast<const QRgb*>(strip.constScanLine(y));
        const QRgb* const end = pixel + strip.width();
        for (std::uint32_t* sum = sums.data(); pixel < end; sum += 3) {
            std::uint32_t red = 0, green = 0, blue = 0;
            for (const QRgb* const last = std::min(pixel + factor, end); pixel < last; ++pixel) {
                red += (*pixel >> 16) & 255U;
                green += (*pixel >> 8) & 255U;
                blue += *pixel & 255U;
            }
            sum[0] += red;
            sum[1] += green;
            sum[2] += blue;
        }
    }
    for (int x = 0; x < width; ++x) {
        const int columns = std::min(factor, strip.width() - x * factor);
        const auto count = static_cast<std::uint32_t>(columns * strip.height());
        const std::uint32_t* sum = sums.data() + static_cast<std::size_t>(x) * 3;
        const auto mean = [&](int c) { return static_cast<int>((sum[c] + count / 2) / count); };
        out[x] = qRgb(mean(0), mean(1), mean(2));
    }
}

/// Levels of a large picture, the largest first; fewer where `stop` was set.
std::vector<PictureLevel> levelsOf(const QImage& image, const std::atomic<bool>& stop) {
    int factor = 2;
    while (pixels(reducedSize(image.size(), factor)) > LargestLevel)
        factor *= 2;
    std::vector<PictureLevel> levels;
    QImage level = reduced(image, factor, &stop);
    while (!level.isNull()) {
        levels.push_back({level, 1.0 / factor});
        if (std::max(level.width(), level.height()) <= SketchSide)
            break;
        level = reduced(level, 2, &stop);
        factor *= 2;
    }
    return levels;
}

} // namespace

QImage reduced(const QImage& image, int factor, const std::atomic<bool>* stop) {
    QImage result(reducedSize(image.size(), factor), QImage::Format_RGB32);
    if (result.isNull())
        return result;
    for (int y = 0; y < result.height(); ++y) {
        if (stop != nullptr && *stop)
            return {};
        const int rows = std::min(factor, image.height() - y * factor);
        QImage strip;
        if (image.format() == QImage::Format_RGB32)
            strip = QImage(image.constScanLine(y * factor), image.width(), rows,
                           image.bytesPerLine(), QImage::Format_RGB32);
        else
            strip = image.copy(0, y * factor, image.width(), rows)
                        .convertToFormat(QImage::Format_RGB32);
        averageRow(strip, factor, reinterpret_cast<QRgb*>(result.scanLine(y)), result.width());
    }
    return result;
}

PictureLevels::PictureLevels(QImage image) : m_stop(std::make_shared<std::atomic<bool>>(false)) {
    if (image.format() != QImage::Format_RGB32 && pixels(image.size()) <= SmallEnoughToConvert)
        image.convertTo(QImage::Format_RGB32);
    m_levels.push_back({std::move(image), 1});
}

PictureLevels::~PictureLevels() {
    *m_stop = true;
}

const PictureLevel& PictureLevels::best(double scale) {
    make(scale);
    if (m_making && scale < 1)
        return m_sketch;
    std::size_t best = 0;
    while (best + 1 < m_levels.size() && m_levels[best + 1].scale >= scale)
        ++best;
    return m_levels[best];
}

void PictureLevels::make(double scale) {
    if (scale > 0.5)
        return;
    if (pixels(image().size()) > SmallEnoughToMakeAtOnce) {
        if (!m_making && !std::exchange(m_made, true))
            makeElsewhere();
        return;
    }
    while (m_levels.back().scale / 2 >= scale) {
        const PictureLevel last = m_levels.back();
        if (std::min(last.image.width(), last.image.height()) < 2 * SmallestSide)
            return;
        m_levels.push_back({reduced(last.image, 2), last.scale / 2});
    }
}

void PictureLevels::makeElsewhere() {
    m_making = true;
    m_sketch = sketchOf(image());
    QThreadPool::globalInstance()->start(
        [image = image(), stop = m_stop, self = QPointer<PictureLevels>(this)] {
            std::vector<PictureLevel> levels = levelsOf(image, *stop);
            if (*stop)
                return;
            QMetaObject::invokeMethod(
                QCoreApplication::instance(),
                [self, levels = std::move(levels)] {
                    if (!self || levels.empty())
                        return; // without memory for them the sketch has to do
                    self->m_levels.insert(self->m_levels.end(), levels.begin(), levels.end());
                    self->m_making = false;
                    self->m_sketch = {};
                    Q_EMIT self->grown();
                },
                Qt::QueuedConnection);
        });
}

Picture::Picture(const QImage& image) {
    if (!image.isNull())
        m_levels = std::make_shared<PictureLevels>(image);
}

const QImage& Picture::image() const {
    static const QImage none;
    return m_levels ? m_levels->image() : none;
}

QImage toQImage(const Image& image) {
    if (image.empty())
        return {};
    QImage result(image.width, image.height, QImage::Format_RGB32);
    for (int y = 0; y < image.height && !result.isNull(); ++y) {
        auto* row = reinterpret_cast<QRgb*>(result.scanLine(y));
        const std::uint8_t* from = image.pixel(y, 0);
        for (int x = 0; x < image.width; ++x, from += image.channels)
            row[x] = image.channels == 1 ? qRgb(from[0], from[0], from[0])
                                         : qRgb(from[0], from[1], from[2]);
    }
    return result;
}

} // namespace concertina
