// SPDX-License-Identifier: GPL-3.0-or-later
// The browser of a dataset's samples.
#include "tests/ui/browser_testing.h"
#include "ui/setup/class_shares.h"
#include "ui/setup/sample_detail.h"
#include "ui/setup/samples_view.h"
#include "widgets/controls/toned_label.h"
#include "widgets/pictures/class_legend.h"
#include "widgets/pictures/sample_grid.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QTreeWidget>

#include <numeric>

using namespace concertina;
using namespace concertina::testing;

namespace {

std::vector<int> upTo(int count) {
    std::vector<int> all(static_cast<std::size_t>(count));
    std::iota(all.begin(), all.end(), 0);
    return all;
}

} // namespace

class TestSampleBrowser : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theBrowserShowsTheSamplesOfTheTrainingSplit() {
        BrowserBench bench;
        SampleBrowser& browser = bench.open();
        QVERIFY(!browser.isModal());
        QCOMPARE(bench.desk.jobs.named.back().question.split, std::string("train"));
        bench.answerNames(100);
        QCOMPARE(browser.grid()->samples()->rowCount(), 100);
        QCOMPARE(browser.filterBar()->count()->text(), QStringLiteral("100 samples"));
        QCOMPARE(browser.grid()->currentSample(), 0);
        QCOMPARE(bench.desk.jobs.looked.back().question.samples, std::vector<int>{0});
        bench.desk.jobs.looked.back().answer(lookOf(0));
        const SampleDetail& detail = *browser.detail();
        QCOMPARE(detail.view()->frames().front().name, std::string("room 0"));
        const auto& present = detail.legend()->classes()->present();
        QCOMPARE(present.size(), std::size_t{2}); // of three, those that are there
        QCOMPARE(present[0].info.name, std::string("wall"));
        // Another split.
        browser.filterBar()->splits()->setCurrentIndex(1);
        Q_EMIT browser.filterBar()->splits()->activated(1);
        QCOMPARE(bench.desk.jobs.named.back().question.split, std::string("val"));
        bench.answerNames(10);
        QCOMPARE(browser.grid()->samples()->rowCount(), 10);
    }

    void onlyWhatIsSeenIsAskedForAndDamageIsMarked() {
        BrowserBench bench(10000);
        SampleBrowser& browser = bench.open();
        bench.answerNames(10000);
        const std::set<int> first = bench.answerThumbnails();
        QVERIFY(first.contains(0) && first.contains(7));
        QVERIFY2(first.size() < 100, qPrintable(QString::number(first.size())));
        SampleGridModel& model = *browser.grid()->samples();
        const QModelIndex damaged = model.index(7);
        QVERIFY(damaged.data(SampleGridModel::ProblemRole)
                    .toString()
                    .contains(QStringLiteral("7.png")));
        QVERIFY(
            damaged.data(Qt::AccessibleTextRole).toString().contains(QStringLiteral("damaged")));
        browser.grid()->verticalScrollBar()->setValue(
            browser.grid()->verticalScrollBar()->maximum());
        const std::set<int> last = bench.answerThumbnails();
        QVERIFY(last.contains(9999));
        QVERIFY2(*last.begin() > 9800, qPrintable(QString::number(*last.begin())));
        // Back at the top nothing is asked for again.
        browser.grid()->verticalScrollBar()->setValue(0);
        QVERIFY(bench.answerThumbnails().empty());
    }

    void filtersByNameAtOnce() {
        BrowserBench bench;
        SampleBrowser& browser = bench.open();
        bench.answerNames(100);
        browser.filterBar()->name()->setFocus();
        QTest::keyClicks(browser.filterBar()->name(), QStringLiteral("OM 9"));
        QCOMPARE(browser.grid()->samples()->rowCount(), 11); // 9, 90 … 99
        QCOMPARE(browser.filterBar()->count()->text(), QStringLiteral("11 of 100 samples"));
        QCOMPARE(browser.grid()->currentSample(), 9);
        QVERIFY(bench.desk.jobs.surveyed.empty());
        browser.filterBar()->name()->setText(QStringLiteral("cellar"));
        QCOMPARE(browser.grid()->samples()->rowCount(), 0);
        QCOMPARE(browser.grid()->currentSample(), -1);
        browser.filterBar()->name()->clear();
        QCOMPARE(browser.grid()->samples()->rowCount(), 100);
    }

    void filtersByClassWithWhatIsKnownSoFar() {
        BrowserBench bench;
        SampleBrowser& browser = bench.open();
        bench.answerNames(100);
        QComboBox* having = browser.filterBar()->having();
        having->setCurrentIndex(having->findText(QStringLiteral("With a class of segmentation")));
        Q_EMIT having->activated(having->currentIndex());
        QCOMPARE(bench.desk.jobs.surveyed.size(), std::size_t{1}); // asked for by the choice
        QVERIFY(browser.surveyText().contains(QStringLiteral("0 of 100")));
        bench.answerSurvey(1);
        QComboBox* classes = browser.filterBar()->classes();
        QCOMPARE(classes->count(), 3);
        QCOMPARE(classes->itemText(2), QStringLiteral("lamp · 4 samples"));
        classes->setCurrentIndex(2);
        Q_EMIT classes->activated(2);
        QCOMPARE(browser.grid()->samples()->rowCount(), 4);
        QVERIFY(browser.surveyText().contains(QStringLiteral("32 of 100")));
        browser.grid()->setCurrentSample(20);
        bench.answerSurvey();
        QCOMPARE(browser.grid()->samples()->rowCount(), 10);
        QCOMPARE(browser.grid()->currentSample(), 20); // what is looked at stays
        QVERIFY(browser.surveyText().isEmpty());
        QCOMPARE(browser.filterBar()->count()->text(), QStringLiteral("10 of 100 samples"));
    }

    void filtersByWhatSamplesLackAndByDamage() {
        BrowserBench bench;
        bench.facts().button()->click();
        bench.answerSurvey();
        SampleBrowser& browser = bench.open();
        bench.answerNames(100);
        QComboBox* having = browser.filterBar()->having();
        const auto choose = [&](const char* text) {
            having->setCurrentIndex(having->findText(QString::fromUtf8(text)));
            Q_EMIT having->activated(having->currentIndex());
        };
        choose("Without depth");
        QCOMPARE(browser.grid()->samples()->rowCount(), 1);
        QCOMPARE(browser.grid()->currentSample(), 8);
        choose("Damaged");
        QCOMPARE(browser.grid()->currentSample(), 7);
        bench.desk.jobs.looked.back().answer([] {
            DataSample look = lookOf(7);
            look.problems = {{"image.unreadable", "train/image/7.png", "noise", "a picture", ""}};
            return look;
        }());
        QVERIFY(browser.detail()->problemText().contains(QStringLiteral("train/image/7.png")));
        choose("Without segmentation");
        QCOMPARE(browser.grid()->samples()->rowCount(), 0);
    }

    void aClassOfTheListLeadsToItsSamples() {
        BrowserBench bench;
        bench.facts().button()->click();
        bench.answerSurvey();
        ClassShares& row = *bench.facts().targets()[0];
        row.more()->click();
        Q_EMIT row.list()->itemActivated(row.list()->topLevelItem(2), 0);
        SampleBrowser& browser = bench.page->browser();
        QVERIFY(browser.isVisible());
        bench.answerNames(100);
        QCOMPARE(browser.grid()->samples()->rowCount(), 10);
        QCOMPARE(browser.filterBar()->filter().index, 2);
    }

    void keysAloneOpenASampleAndStepOn() {
        BrowserBench bench;
        SampleBrowser& browser = bench.open();
        bench.answerNames(100);
        browser.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&browser));
        browser.grid()->setFocus();
        QTest::keyClick(browser.grid(), Qt::Key_Right);
        QCOMPARE(browser.grid()->currentSample(), 1);
        QTest::keyClick(browser.grid(), Qt::Key_End);
        QCOMPARE(browser.grid()->currentSample(), 99);
        QTest::keyClick(browser.grid(), Qt::Key_Home);
        QTest::keyClick(browser.grid(), Qt::Key_Return);
        QVERIFY(browser.isLarge() && !browser.grid()->isVisible());
        QTest::keyClick(browser.detail(), Qt::Key_Right);
        QCOMPARE(bench.desk.jobs.looked.back().question.samples, std::vector<int>{1});
        QTest::keyClick(browser.detail(), Qt::Key_Left);
        QTest::keyClick(browser.detail(), Qt::Key_Left);
        QCOMPARE(browser.grid()->currentSample(), 0);
        QTest::keyClick(browser.detail(), Qt::Key_Escape);
        QVERIFY(!browser.isLarge() && browser.isVisible());
        browser.detail()->sizeButton()->click();
        QVERIFY(browser.isLarge());
        browser.detail()->sizeButton()->click();
        QVERIFY(!browser.isLarge());
        QTest::keyClick(&browser, Qt::Key_Escape);
        QVERIFY(!browser.isVisible());
    }

    void anotherDatasetEmptiesTheBrowser() {
        BrowserBench bench;
        SampleBrowser& browser = bench.open();
        bench.answerNames(100);
        bench.page->document().setText("data.dataset.options.samples", "50");
        bench.settle();
        bench.answerDataset(failure({"dataset.missing", "/data", "no folder", "one", ""}));
        QCOMPARE(browser.grid()->samples()->rowCount(), 0);
        QVERIFY(browser.grid()->accessibleDescription().contains(QStringLiteral("no folder")));
        QVERIFY(!browser.filterBar()->isEnabled());
        QVERIFY(!bench.find<SamplesCard>()->browseButton()->isEnabled());
        bench.page->document().setText("data.dataset.options.samples", "60");
        bench.settle();
        bench.answerDataset(summaryOf("two"));
        bench.answerNames(100);
        QCOMPARE(browser.grid()->samples()->rowCount(), 100);
    }

    /// Of very many, what was not seen for the longest time goes.
    void thumbnailsKeepTheirBudget() {
        SampleGridModel model;
        model.setSamples(std::vector<QString>(100, QStringLiteral("a")));
        QImage thumbnail(10, 10, QImage::Format_RGB32);
        thumbnail.fill(Qt::gray);
        model.setBudget(5 * 400);
        for (int i = 0; i < 5; ++i)
            model.setThumbnail(i, thumbnail);
        QVERIFY(model.missing(0, 0).empty()); // seen: the newest now
        model.setThumbnail(5, thumbnail);
        QCOMPARE(model.bytes(), std::size_t{2000});
        QCOMPARE(model.missing(0, 5), std::vector<int>{1});
        model.setThumbnail(5, thumbnail);
        QCOMPARE(model.bytes(), std::size_t{2000}); // the same again is no more
        model.setThumbnail(-1, thumbnail);
        model.setThumbnail(100, thumbnail);
        QCOMPARE(model.bytes(), std::size_t{2000});
    }

    void whatIsAddedAtTheEndMovesNothing() {
        SampleGridModel model;
        model.setSamples(std::vector<QString>(10, QStringLiteral("a")));
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        QSignalSpy inserts(&model, &QAbstractItemModel::rowsInserted);
        model.show({1, 4});
        QCOMPARE(resets.count(), 1);
        model.show({1, 4, 7, 9, 10, -1}); // of those that are not there, none
        QCOMPARE(resets.count(), 1);
        QCOMPARE(inserts.count(), 1);
        QCOMPARE(model.rowCount(), 4);
        QCOMPARE(model.rowOf(9), 3);
        QCOMPARE(model.rowOf(2), -1);
    }

    void filtersAsPlainFunctions() {
        std::vector<QString> names;
        for (int i = 0; i < 100; ++i)
            names.push_back(QStringLiteral("Room %1").arg(i));
        QCOMPARE(matching({}, names, nullptr), upTo(100));
        const DataSurvey half = surveyOf("train", 0, 50);
        using Having = SampleFilter::Having;
        QVERIFY(matching({Having::Class, 0, 0, {}}, names, nullptr).empty());
        QCOMPARE(matching({Having::Class, 0, 0, {}}, names, &half).size(), std::size_t{49});
        QCOMPARE(matching({Having::Class, 0, 2, QStringLiteral("0")}, names, &half),
                 (std::vector<int>{0, 10, 20, 30, 40}));
        QCOMPARE(matching({Having::Class, 9, 0, {}}, names, &half), std::vector<int>());
        QCOMPARE(matching({Having::Damage, 0, 0, {}}, names, &half), std::vector<int>{7});
    }
};

QTEST_MAIN(TestSampleBrowser)
#include "tst_samplebrowser.moc"
