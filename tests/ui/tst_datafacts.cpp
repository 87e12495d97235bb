// SPDX-License-Identifier: GPL-3.0-or-later
// What Set-up shows of a dataset: what was recognized, and how much each class has.
#include "tests/ui/browser_testing.h"
#include "ui/setup/class_shares.h"
#include "widgets/controls/toned_label.h"
#include "widgets/pictures/share_bar.h"

#include <QPushButton>
#include <QTest>
#include <QTreeWidget>

#include <cmath>

using namespace concertina;
using namespace concertina::testing;

class TestDataFacts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatWasRecognizedIsShown() {
        BrowserBench bench;
        QCOMPARE(bench.facts().dataText(),
                 QStringLiteral("rooms: train 100 samples, val 10 samples"));
        QCOMPARE(bench.facts().targets().size(), std::size_t{3});
        QStringList texts;
        for (const auto* label : bench.facts().findChildren<TonedLabel*>())
            texts << label->text();
        for (const char* text : {"segmentation", "3 classes", "depth", "normal"})
            QVERIFY2(texts.contains(QString::fromUtf8(text)), text);
        // Nothing is read before it is asked for.
        QVERIFY(bench.desk.jobs.surveyed.empty());
    }

    void classesAreCountedWhenThatIsAskedFor() {
        BrowserBench bench;
        QCOMPARE(bench.facts().button()->text(), QStringLiteral("Count classes"));
        bench.facts().button()->click();
        QCOMPARE(bench.facts().button()->text(), QStringLiteral("Stop"));
        const ClassShares& row = *bench.facts().targets()[0];
        QCOMPARE(bench.answerSurvey(1), 1);
        QVERIFY(bench.facts().surveyText().startsWith(QStringLiteral("32 of 100 samples")));
        QCOMPARE(row.bar()->parts().size(), std::size_t{3});
        QCOMPARE(bench.answerSurvey(), 3);
        QVERIFY(bench.facts().button()->isHidden());
        // 99 samples of 90 pixels, and 10 more in each of 10.
        const double all = 99 * 90 + 100;
        QVERIFY(std::abs(row.bar()->parts()[0].share - 99 * 60 / all) < 1e-9);
        QVERIFY(std::abs(row.bar()->parts()[2].share - 100 / all) < 1e-9);
        QVERIFY2(row.bar()->parts()[2].text.contains(QStringLiteral("lamp 1.1 %, 10 samples")),
                 qPrintable(row.bar()->parts()[2].text));
        const QString damage = bench.facts().surveyText();
        QVERIFY2(damage.contains(QStringLiteral("1 can't be read: room 7 (train/image/7.png")),
                 qPrintable(damage));
        // Names on demand.
        QVERIFY(row.list()->isHidden());
        row.more()->click();
        QVERIFY(!row.list()->isHidden());
        QCOMPARE(row.list()->topLevelItem(2)->text(0), QStringLiteral("lamp"));
        QCOMPARE(row.list()->topLevelItem(2)->text(2), QStringLiteral("10 samples"));
    }

    void theKeyboardNamesTheShares() {
        BrowserBench bench;
        bench.facts().button()->click();
        bench.answerSurvey();
        ShareBar* bar = bench.facts().targets()[0]->bar();
        bar->setFocus();
        QVERIFY(!bar->current());
        QTest::keyClick(bar, Qt::Key_Right);
        QTest::keyClick(bar, Qt::Key_Right);
        QCOMPARE(*bar->current(), std::size_t{1});
        for (int i = 0; i < 5; ++i)
            QTest::keyClick(bar, Qt::Key_Left);
        QCOMPARE(*bar->current(), std::size_t{0});
        QVERIFY(bar->accessibleDescription().contains(QStringLiteral("bed")));
    }

    void countingStopsAndGoesOn() {
        BrowserBench bench;
        bench.facts().button()->click();
        bench.answerSurvey(1);
        bench.facts().button()->click();
        QCOMPARE(bench.facts().button()->text(), QStringLiteral("Go on"));
        QVERIFY(!bench.desk.jobs.surveyed.back().reply.context
                || bench.answerSurvey(1) == 1); // an answer that comes late is no answer
        QVERIFY(bench.facts().surveyText().startsWith(QStringLiteral("32 of")));
        bench.facts().button()->click();
        QCOMPARE(bench.desk.jobs.surveyed.back().question.samples.front(), 32);
        bench.answerSurvey();
        QVERIFY(bench.facts().surveyText().startsWith(QStringLiteral("100 of")));
    }

    /// Kept while the recipe changes; forgotten where the samples are others.
    void whatWasCountedIsOfOneDataset() {
        BrowserBench bench;
        bench.facts().button()->click();
        bench.answerSurvey();
        bench.type("train.lr", QStringLiteral("0.5"));
        QVERIFY(bench.facts().button()->isHidden());
        bench.page->document().setText("data.dataset.options.samples", "50");
        bench.settle();
        bench.answerDataset(summaryOf("two"));
        QVERIFY(!bench.facts().button()->isHidden());
        QVERIFY(bench.facts().surveyText().isEmpty());
        QVERIFY(bench.facts().targets()[0]->bar()->isHidden());
    }

    void aFailureOfTheCountingIsShownAndTriedAgain() {
        BrowserBench bench;
        bench.facts().button()->click();
        bench.desk.jobs.surveyed.back().answer(
            failure({"dataset.missing", "/data", "no folder", "one", ""}));
        QVERIFY(bench.facts().surveyText().contains(QStringLiteral("no folder")));
        QCOMPARE(bench.facts().button()->text(), QStringLiteral("Try again"));
        bench.facts().button()->click();
        QCOMPARE(bench.desk.jobs.surveyed.size(), std::size_t{2});
    }
};

QTEST_MAIN(TestDataFacts)
#include "tst_datafacts.moc"
