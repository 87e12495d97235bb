// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QString>

namespace concertina::testing {

/// How far two pictures are from looking the same, by blocks of 8 × 8 pixels: versions of fonts
/// and of Qt differ in single pixels, not in where and in which colour something stands.
struct Likeness {
    bool sameSize = false;
    double differing = 1; ///< share of the blocks whose mean colour differs visibly
    /// The fonts of Debian 12 and 13 differ in up to 2.5 %, a box in another place in 16 %.
    bool holds() const { return sameSize && differing <= 0.03; }
};

Likeness likeness(const QImage& a, const QImage& b);

/// Compares with tests/widgets/golden/NAME.png. Where they differ, what was painted and where it
/// differs is kept in golden/ of the build folder, and the text names both; empty: they are alike.
/// With CONCERTINA_GOLDEN=write in the environment the picture is written instead.
QString differenceFromGolden(const QImage& painted, const QString& name);

} // namespace concertina::testing
