// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/problem.h"
#include "tests/printing.h"

#include <QElapsedTimer>
#include <QTest>

using namespace concertina;

class ProblemTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void oneLineSaysWhereWhatAndWhatWouldBeRight() {
        QCOMPARE(toText(Problem{"c", "train.lr", "-1", "a number from 0 to 10", "make it larger"}),
                 std::string("train.lr: found -1, expected a number from 0 to 10; make it larger"));
        QCOMPARE(toText(Problem{"c", "run", "", "a finished run", "Resume it first."}),
                 std::string("run: expected a finished run. Resume it first."));
        QCOMPARE(toText(Problem{"c", "train.lr", "-1", "", ""}), std::string("train.lr: found -1"));
        QCOMPARE(toText(Problem{"c", "train.lr", "", "a number", ""}),
                 std::string("train.lr: expected a number"));
        QCOMPARE(toText(Problem{"c", "", "-1", "a number", ""}),
                 std::string("found -1, expected a number"));
        QCOMPARE(toText(Problem{"c", "", "", "a number", ""}), std::string("expected a number"));
        QCOMPARE(toText(Problem{"c", "", "", "", "try again"}), std::string("try again"));
        QCOMPARE(toText(Problem{}), std::string());
    }

    void severalProblemsHaveALineEach() {
        QCOMPARE(toText(Problems{{"c", "a", "1", "", ""}, {"c", "b", "2", "", ""}}),
                 std::string("a: found 1\nb: found 2\n"));
    }

    void nearNamesAreFound_data() {
        QTest::addColumn<QString>("written");
        QTest::addColumn<QString>("meant"); // empty: nothing is near
        const auto row = [](const char* written, const char* meant) {
            QTest::newRow(written) << QString(written) << QString(meant);
        };
        row("depth", "depth");
        row("dept", "depth");
        row("detph", "depth"); // a transposition is one mistake
        row("Depth", "depth"); // case is none
        row("DEPHT", "depth");
        row("segmentatoin", "segmentation");
        row("segmntaton", "segmentation");
        row("normals", "normal");
        row("xyz", "");
        row("dxxth", ""); // two of five letters are more than a third
        row("m", "M");
        row("W", ""); // no letter of it is right
        row("", "");
        row("train.Ir", "train.lr");
    }

    void nearNamesAreFound() {
        QFETCH(QString, written);
        QFETCH(QString, meant);
        const Texts names{"segmentation", "depth", "normal", "U", "M", "V", "train.lr"};
        QCOMPARE(nearestName(written.toStdString(), names).value_or(""), meant.toStdString());
    }

    void theNearestOfSeveralWinsAndTheFirstOfEquals() {
        QCOMPARE(nearestName("enc1.1", Texts{"enc1.2", "enc1.1", "enc2.1"}).value_or(""),
                 std::string("enc1.1"));
        QCOMPARE(nearestName("enc1.9", Texts{"enc1.2", "enc1.1"}).value_or(""),
                 std::string("enc1.2"));
    }

    void suggestionNamesTheNearOneElseAll() {
        const Texts names{"sgd", "adam"};
        QCOMPARE(suggestion("adm", names), std::string("did you mean \"adam\"?"));
        QCOMPARE(suggestion("rmsprop", names), std::string("one of: sgd, adam"));
        QCOMPARE(suggestion("rmsprop", Texts{}), std::string());
    }

    void hugeNamesCostNothing() {
        const std::string huge(20000000, 'x');
        QElapsedTimer timer;
        timer.start();
        QVERIFY(!nearestName(huge, Texts(50, "train.lr")));
        // The distance itself would be 8 · 10⁹ comparisons.
        QVERIFY(timer.elapsed() < 2000);
    }
};

QTEST_APPLESS_MAIN(ProblemTest)
#include "tst_problem.moc"
