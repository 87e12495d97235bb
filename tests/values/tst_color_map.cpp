// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/color_map.h"
#include "tests/printing.h"

#include <QTest>

#include <cmath>

using namespace concertina;

namespace {

/// Relative luminance of sRGB (ITU-R BT.709).
double luminance(const Rgb& color) {
    const double weights[] = {0.2126, 0.7152, 0.0722};
    double sum = 0;
    for (std::size_t c = 0; c < 3; ++c)
        sum += weights[c] * std::pow(color[c] / 255.0, 2.2);
    return sum;
}

} // namespace

class ColorMapTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void endsAndMiddleAreMatplotlibs() {
        QVERIFY(viridis(0) == (Rgb{68, 1, 84}));
        QVERIFY(viridis(1) == (Rgb{253, 231, 37}));
        QVERIFY(inferno(0) == (Rgb{0, 0, 4}));
        QVERIFY(inferno(1) == (Rgb{252, 255, 164}));
        // matplotlib: viridis(0.5) = 33, 145, 140; inferno(0.5) = 188, 55, 84, within the
        // interpolation of 16 colours.
        const Rgb green = viridis(0.5), red = inferno(0.5);
        const int near = 3;
        QVERIFY(std::abs(green[0] - 33) <= near && std::abs(green[1] - 145) <= near
                && std::abs(green[2] - 140) <= near);
        QVERIFY(std::abs(red[0] - 188) <= near && std::abs(red[1] - 55) <= near
                && std::abs(red[2] - 84) <= near);
    }

    void lightnessGrowsAllTheWay() {
        // What makes a map readable in grey print.
        for (const auto map : {viridis, inferno})
            for (int i = 1; i <= 64; ++i)
                QVERIFY(luminance(map(i / 64.0)) >= luminance(map((i - 1) / 64.0)));
    }

    void valuesOutsideAreTheEndsAndNothingKnownIsGrey() {
        for (const auto map : {viridis, inferno}) {
            QVERIFY(map(-1) == map(0));
            QVERIFY(map(1e300) == map(1));
            QVERIFY(map(-HUGE_VAL) == map(0));
            QVERIFY(map(HUGE_VAL) == map(1));
            QVERIFY(map(std::nan("")) == UnknownColor);
            for (int i = 0; i <= 256; ++i)
                QVERIFY(map(i / 256.0) != UnknownColor);
        }
    }
};

QTEST_APPLESS_MAIN(ColorMapTest)
#include "tst_color_map.moc"
