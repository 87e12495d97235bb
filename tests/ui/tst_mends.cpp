// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/validate.h"
#include "tests/model/test_catalogue.h"
#include "ui/setup/mends.h"

#include <QTest>

using namespace concertina;

// A mend must mend: what it leaves is checked as everything else is.

class TestMends : public QObject {
    Q_OBJECT

    static Problems problemsOf(const ExperimentSpec& spec) {
        return validate(spec, testCatalogue());
    }

private Q_SLOTS:
    void aMendLeavesTheProblemBehind_data() {
        QTest::addColumn<QStringList>("sharing");
        QTest::addColumn<QStringList>("changes");
        QTest::addColumn<int>("steps");
        QTest::addColumn<int>("warmup");
        const QStringList tied{"*: tied"};
        QTest::newRow("rule of no layer") << QStringList{"*: tied", "dec9: merged"}
                                          << QStringList() << 100 << 0;
        QTest::newRow("rule that does not read") << QStringList{"twisted"} << QStringList() << 100 << 0;
        QTest::newRow("change of no layer") << tied << QStringList{"4: dec9: merged"} << 100 << 0;
        QTest::newRow("change without a step") << tied << QStringList{"*: merged"} << 100 << 0;
        QTest::newRow("change that comes too early")
            << tied << QStringList{"9: *: merged", "4: *: tied"} << 100 << 0;
        QTest::newRow("warm-up longer than training") << tied << QStringList() << 100 << 200;
    }

    void aMendLeavesTheProblemBehind() {
        QFETCH(QStringList, sharing);
        QFETCH(QStringList, changes);
        QFETCH(int, steps);
        QFETCH(int, warmup);
        ExperimentSpec spec = testSpec();
        spec.network.sharing.clear();
        for (const QString& rule : sharing)
            spec.network.sharing.push_back(rule.toStdString());
        for (const QString& change : changes)
            spec.network.planChanges.push_back(change.toStdString());
        spec.train.steps = steps;
        spec.train.warmup = warmup;
        const Problems before = problemsOf(spec);
        QCOMPARE(before.size(), 1U);
        const auto mend = mendFor(before.front(), setupOf(spec), testCatalogue());
        QVERIFY(mend.has_value());
        QVERIFY(!mend->text.isEmpty());
        QVERIFY2(problemsOf(mend->value.spec).empty(),
                 toText(problemsOf(mend->value.spec)).c_str());
    }
};

QTEST_GUILESS_MAIN(TestMends)
#include "tst_mends.moc"
