// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/events.h"
#include "core/values/version.h"
#include "tests/printing.h"

#include <QRegularExpression>
#include <QTest>

using namespace concertina;

class EventsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void levelsOfNoticesStandInStoresAndDoNotChange() {
        const Texts frozen{"info", "warning", "error"};
        for (std::size_t i = 0; i < frozen.size(); ++i) {
            const auto level = static_cast<NoticeLevel>(i);
            QCOMPARE(std::string(noticeLevelName(level)), frozen[i]);
            QCOMPARE(noticeLevelFromName(frozen[i]), std::optional(level));
        }
        for (const char* name : {"", "Info", "fatal"})
            QVERIFY(!noticeLevelFromName(name));
    }

    void programHasAVersion() {
        static const QRegularExpression three("^[0-9]+\\.[0-9]+\\.[0-9]+$");
        QVERIFY(three.match(programVersion()).hasMatch());
    }
};

QTEST_APPLESS_MAIN(EventsTest)
#include "tst_events.moc"
