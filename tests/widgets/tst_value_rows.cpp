// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/value_rows.h"

#include <QTest>

using namespace concertina;

namespace {

constexpr Rgb mark{10, 200, 30};

/// Pixels of this colour in each line of a picture, the widest line.
int widest(const QImage& image, const Rgb& color) {
    int most = 0;
    for (int y = 0; y < image.height(); ++y) {
        int count = 0;
        for (int x = 0; x < image.width(); ++x)
            count += image.pixelColor(x, y) == QColor(color[0], color[1], color[2]) ? 1 : 0;
        most = std::max(most, count);
    }
    return most;
}

ValueRow row(const char* name, double share) {
    return {.name = name, .text = "0.50", .share = share, .color = mark, .isSet = true};
}

} // namespace

class ValueRowsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void barsAreAsLongAsTheirShare() {
        const QSize size(640, 480);
        const int whole = widest(drawRows({row("a", 1)}, size), mark);
        QVERIFY(whole > 500); // but for the margins
        QVERIFY(std::abs(widest(drawRows({row("a", 0.25)}, size), mark) - whole / 4) <= 2);
        QCOMPARE(widest(drawRows({row("a", 0)}, size), mark), 0);
    }

    void whatFindsNoRoomIsCounted() {
        std::vector<ValueRow> rows(8, row("a", 1));
        const QImage eight = drawRows(rows, {640, 480});
        rows.resize(40, row("a", 1));
        const QImage forty = drawRows(rows, {640, 480});
        QVERIFY(eight != forty);
        rows.push_back(row("a", 1));
        QVERIFY(drawRows(rows, {640, 480}) != forty); // "and 34 more"
    }

    void picturesOfAnySizeAreDrawn() {
        const std::vector<ValueRow> rows(3, row("漢字 العربية", 0.5));
        for (const QSize size : {QSize(1, 1), QSize(5, 300), QSize(300, 5), QSize(64, 48)})
            QCOMPARE(drawRows(rows, size).size(), size);
        QVERIFY(drawRows({}, {64, 48}).pixelColor(3, 3).isValid());
        QVERIFY(drawRows(rows, {}).isNull());
    }

    void listsAreLargeBesideASmallPicture() {
        const ValueMap list{&labelTarget(), 1, 1, {0.5F, 0.5F}};
        const std::vector<ClassInfo> names{{"a", mark}, {"b", mark}};
        QImage beside(96, 64, QImage::Format_RGB32);
        beside.fill(Qt::black);
        const QImage drawn = drawValues(list, names, {}, beside);
        QVERIFY(drawn.height() >= 480);
        QCOMPARE(drawn.width() * 64, drawn.height() * 96); // of its shape
        const ValueMap plane{&classesTarget(), 2, 3, std::vector<float>(6)};
        QCOMPARE(drawValues(plane, names, {}, beside).size(), QSize(3, 2));
        QVERIFY(drawValues({}, names, {}, beside).isNull());
    }
};

QTEST_MAIN(ValueRowsTest)
#include "tst_value_rows.moc"
