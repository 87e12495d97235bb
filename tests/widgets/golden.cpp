// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/widgets/golden.h"

#include <QDir>

#include <algorithm>
#include <cmath>

namespace concertina::testing {

namespace {

constexpr int Block = 8;
constexpr int VisibleStep = 14; // of 255, in the mean of a block

QImage blocksOf(const QImage& image) {
    return image.convertToFormat(QImage::Format_RGB32)
        .scaled(std::max(1, image.width() / Block), std::max(1, image.height() / Block),
                Qt::IgnoreAspectRatio, Qt::SmoothTransformation);
}

bool differs(QRgb a, QRgb b) {
    return std::max({std::abs(qRed(a) - qRed(b)), std::abs(qGreen(a) - qGreen(b)),
                     std::abs(qBlue(a) - qBlue(b))})
           > VisibleStep;
}

/// The picture in grey with the blocks that differ in red.
QImage marked(const QImage& painted, const QImage& golden) {
    QImage result = painted.convertToFormat(QImage::Format_Grayscale8)
                        .convertToFormat(QImage::Format_RGB32);
    const QImage a = blocksOf(painted), b = blocksOf(golden);
    for (int y = 0; y < std::min(a.height(), b.height()) * Block; ++y)
        for (int x = 0; x < std::min(a.width(), b.width()) * Block; ++x)
            if (result.valid(x, y)
                && differs(a.pixel(x / Block, y / Block), b.pixel(x / Block, y / Block)))
                result.setPixel(x, y, qRgb(255, qGreen(result.pixel(x, y)) / 2, 0));
    return result;
}

} // namespace

Likeness likeness(const QImage& a, const QImage& b) {
    if (a.size() != b.size() || a.isNull())
        return {};
    const QImage left = blocksOf(a), right = blocksOf(b);
    int count = 0;
    for (int y = 0; y < left.height(); ++y)
        for (int x = 0; x < left.width(); ++x)
            count += differs(left.pixel(x, y), right.pixel(x, y)) ? 1 : 0;
    return {true, static_cast<double>(count) / (left.width() * left.height())};
}

QString differenceFromGolden(const QImage& painted, const QString& name) {
    const QDir folder(QStringLiteral(CONCERTINA_SOURCE_DIR "/tests/widgets/golden"));
    const QString file = folder.filePath(name + QStringLiteral(".png"));
    if (qEnvironmentVariable("CONCERTINA_GOLDEN") == QLatin1String("write"))
        return QDir().mkpath(folder.path()) && painted.save(file)
                   ? QString()
                   : QStringLiteral("%1 cannot be written").arg(file);
    const QImage golden(file);
    const Likeness found = likeness(painted, golden);
    if (found.holds())
        return {};
    const QDir kept(QStringLiteral(CONCERTINA_BINARY_DIR "/golden"));
    QDir().mkpath(kept.path());
    const QString shown = kept.filePath(name + QStringLiteral(".png"));
    const QString where = kept.filePath(name + QStringLiteral("-difference.png"));
    painted.save(shown);
    marked(painted, golden).save(where);
    return QStringLiteral("%1: %2 % of it differs; see %3 and %4")
        .arg(name)
        .arg(100 * found.differing, 0, 'f', 1)
        .arg(shown, where);
}

} // namespace concertina::testing
