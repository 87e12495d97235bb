// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/pages.h"
#include "tests/model/test_catalogue.h"
#include "tests/ui/ui_testing.h"
#include "ui/window/main_window.h"
#include "ui/window/page.h"
#include "widgets/controls/icon.h"

#include <QSet>
#include <QTest>

#include <memory>

using namespace concertina;
using namespace concertina::testing;

// The program's own list of pages: one line a page is all that the window knows of it.

class TestPages : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// They stand in people's settings.
    void idsAreFrozen() {
        QStringList ids;
        for (const PageInfo& page : pages())
            ids << page.id;
        QCOMPARE(ids, QStringList({QStringLiteral("setup"), QStringLiteral("sharing"),
                                   QStringLiteral("monitor"), QStringLiteral("compare"),
                                   QStringLiteral("runs")}));
    }

    void everyPageHasAName_anIcon_andKeysOfItsOwn() {
        QSet<QString> titles, keys;
        for (const PageInfo& page : pages()) {
            QVERIFY2(!page.title.isEmpty(), qPrintable(page.id));
            titles.insert(page.title);
            QVERIFY2(!themedIcon(page.icon).isNull(), qPrintable(page.id));
            QVERIFY2(!page.keys.isEmpty(), qPrintable(page.id));
            for (const QKeySequence& key : page.keys)
                keys.insert(key.toString());
        }
        QCOMPARE(static_cast<std::size_t>(titles.size()), pages().size());
        QCOMPARE(static_cast<std::size_t>(keys.size()), pages().size());
    }

    void everyRequestIsUnderstoodByOnePage() {
        // In the order of PageRequest.
        const QStringList expected{QStringLiteral("setup"),   QStringLiteral("setup"),
                                   QStringLiteral("setup"),   QStringLiteral("sharing"),
                                   QStringLiteral("monitor"), QStringLiteral("compare"),
                                   QStringLiteral("compare"), QStringLiteral("runs")};
        Desk desk;
        const std::vector<PageRequest> all = requests(desk);
        QCOMPARE(all.size(), std::variant_size_v<PageRequest>);
        QCOMPARE(static_cast<std::size_t>(expected.size()), all.size());
        for (std::size_t i = 0; i < all.size(); ++i) {
            QCOMPARE(all[i].index(), i);
            QStringList understood;
            for (const PageInfo& info : pages()) {
                const std::unique_ptr<Page> page(info.make(desk.context()));
                if (page->open(all[i]))
                    understood << info.id;
            }
            QCOMPARE(understood, QStringList(expected[static_cast<qsizetype>(i)]));
        }
    }

    void theWindowShowsThePageThatUnderstands() {
        Desk desk;
        MainWindow window(
            {desk.catalogue, *desk.store, desk.runs, desk.jobs, desk.dialogs, desk.settings},
            pages());
        for (const PageRequest& request : requests(desk)) {
            window.showPage(QStringLiteral("runs"));
            QVERIFY(window.open(request));
            QCOMPARE(window.currentPage() == QStringLiteral("runs"),
                     std::holds_alternative<ListRuns>(request));
        }
    }

private:
    /// One of each kind, in the order of PageRequest.
    static std::vector<PageRequest> requests(const Desk& desk) {
        const QString file = desk.temporary.filePath(QStringLiteral("mine.json"));
        return {EditSpec{testSpec(), QStringLiteral("here")},
                OpenSpec{file},
                UseDataset{desk.temporary.path()},
                EditSharing{},
                ShowRun{"r1"},
                CompareRuns{"r1", "r2"},
                OpenPictures{{file}},
                ListRuns{}};
    }
};

QTEST_MAIN(TestPages)
#include "tst_pages.moc"
