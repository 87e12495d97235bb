// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/image.h"

#include <QImage>
#include <QObject>

#include <atomic>
#include <memory>
#include <vector>

namespace concertina {

/// A picture at one size: `scale` times the true pixels.
struct PictureLevel {
    QImage image;
    double scale = 1;
};

/// Smaller versions of one image, each half the size of the one before, made when they are first
/// asked for: at once where the image is small, in another thread where it is large (a picture of
/// 30,000 × 30,000 pixels neither stops the window nor is copied). GUI thread.
class PictureLevels : public QObject {
    Q_OBJECT

public:
    explicit PictureLevels(QImage image);
    ~PictureLevels() override; ///< stops what is being made

    const QImage& image() const { return m_levels.front().image; }

    /// The smallest that is not smaller than `scale`; while that is being made a coarse one, and
    /// `grown` follows.
    const PictureLevel& best(double scale);

Q_SIGNALS:
    void grown();

private:
    void make(double scale);
    void makeElsewhere();

    std::vector<PictureLevel> m_levels; ///< the true pixels first, then by falling scale
    PictureLevel m_sketch;              ///< of a large one, until the levels are there
    std::shared_ptr<std::atomic<bool>> m_stop;
    bool m_making = false;
    bool m_made = false; ///< or begun: levels of a large one are made once
};

/// A handle on a picture with its smaller versions; copies share them. GUI thread.
class Picture {
public:
    Picture() = default;
    explicit Picture(const QImage& image);

    bool isNull() const { return !m_levels; }
    QSize size() const { return m_levels ? m_levels->image().size() : QSize(); }
    const QImage& image() const; ///< the true pixels; a null image where there is none
    PictureLevels* levels() const { return m_levels.get(); }

    bool operator==(const Picture&) const = default; ///< whether they are one

private:
    std::shared_ptr<PictureLevels> m_levels;
};

/// Bytes of the core as Qt has them, in a form that is fast to paint.
QImage toQImage(const Image& image);

/// The mean of each `factor` × `factor` pixels; those at the right and lower edge of what there
/// is. Null where `stop` was set meanwhile.
QImage reduced(const QImage& image, int factor, const std::atomic<bool>* stop = nullptr);

} // namespace concertina
