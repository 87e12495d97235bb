// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/setup_testing.h"
#include "ui/setup/layer_model.h"
#include "ui/setup/layers_panel.h"

#include <QAbstractItemModelTester>
#include <QClipboard>
#include <QHeaderView>
#include <QLabel>
#include <QTableView>
#include <QTest>
#include <QToolButton>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// The cells of a column as they are shown.
QStringList column(const LayersPanel& panel, int index) {
    QStringList cells;
    const QAbstractItemModel* model = panel.table()->model();
    for (int row = 0; row < model->rowCount(); ++row)
        cells << model->index(row, index).data().toString();
    return cells;
}

LayersPanel& opened(Bench& bench) {
    bench.find<CostsCard>()->layersButton()->click();
    auto* panel = bench.find<LayersPanel>();
    if (!panel->isVisible())
        qFatal("the panel is not open");
    return *panel;
}

} // namespace

class LayersPanelTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theModelIsOne() {
        Bench bench;
        LayerModel model;
        const QAbstractItemModelTester tester(
            &model, QAbstractItemModelTester::FailureReportingMode::Fatal);
        model.setTable(layerTable(*bench.desk.draft->analysis()->network));
        QCOMPARE(model.rowCount(), 10);
        model.setTable({});
        QCOMPARE(model.rowCount(), 0);
    }

    void everyLayerIsShownAndAddedUp() {
        Bench bench;
        const LayersPanel& panel = opened(bench);
        const QStringList names = column(panel, 0);
        QCOMPARE(names.first(), QStringLiteral("enc1.1"));
        QCOMPARE(names.size(), 10); // and two of a head for each of three tasks
        // What the costs card says of all.
        QVERIFY2(panel.summary().contains(bench.cost(0).section(QStringLiteral(": "), 1)),
                 qPrintable(panel.summary()));
        QVERIFY2(panel.summary().contains(bench.cost(2).section(QStringLiteral(": "), 1)),
                 qPrintable(panel.summary()));
    }

    void aClickOnATitleSortsByNumbersAndTheThirdPutsBack() {
        Bench bench;
        LayersPanel& panel = opened(bench);
        const QStringList before = column(panel, 0);
        QHeaderView* header = panel.table()->horizontalHeader();
        const int adds = header->count() - 1;
        panel.table()->sortByColumn(adds, Qt::DescendingOrder);
        const auto model = panel.table()->model();
        double last = 1e30;
        for (int row = 0; row < model->rowCount(); ++row) {
            const double value = model->index(row, adds).data(TablePanel::SortRole).toDouble();
            QVERIFY(value <= last);
            last = value;
        }
        QVERIFY(column(panel, 0) != before);
        QVERIFY(header->isSortIndicatorClearable());
        panel.table()->sortByColumn(-1, Qt::AscendingOrder);
        QCOMPARE(column(panel, 0), before);
    }

    void aPatternFindsLayersAndTheirSums() {
        Bench bench;
        LayersPanel& panel = opened(bench);
        QVERIFY(panel.filter()->hasFocus());
        const QString all = panel.summary();
        QTest::keyClicks(panel.filter(), QStringLiteral("enc*1"));
        QCOMPARE(column(panel, 0),
                 (QStringList{QStringLiteral("enc1.1"), QStringLiteral("enc2.1")}));
        QVERIFY(panel.summary().startsWith(QStringLiteral("2 layers")));
        QVERIFY(panel.summary() != all);
        panel.filter()->clear();
        QCOMPARE(panel.summary(), all);
    }

    void whatIsShownIsCopiedAsText() {
        Bench bench;
        LayersPanel& panel = opened(bench);
        panel.copyButton()->click();
        const QStringList lines =
            QGuiApplication::clipboard()->text().split(QLatin1Char('\n'), Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 1 + 10 + 1);
        QVERIFY(lines.first().startsWith(QStringLiteral("Layer\tkernel\tstride")));
        QVERIFY(lines.last().startsWith(QStringLiteral("total\t")));
        for (const QString& line : lines)
            QCOMPARE(line.count(QLatin1Char('\t')), lines.first().count(QLatin1Char('\t')));
        panel.filter()->setText(QStringLiteral("dec2"));
        panel.table()->setFocus();
        QTest::keyClick(panel.table(), Qt::Key_C, Qt::ControlModifier);
        const QString some = QGuiApplication::clipboard()->text();
        QCOMPARE(some.count(QLatin1Char('\n')), 2); // a part has no total
        QVERIFY(some.contains(QStringLiteral("dec2.1\t3 × 3")));
    }

    void itFollowsTheSetupAndSaysWhatIsAssumed() {
        Bench bench(false); // the dataset is not read
        LayersPanel& panel = opened(bench);
        const auto notes = panel.findChildren<QLabel*>();
        QVERIFY(std::any_of(notes.begin(), notes.end(), [](const QLabel* label) {
            return label->isVisible() && label->text().contains(QStringLiteral("13 classes"));
        }));
        const QString before = panel.summary();
        SetupValue value = bench.page->document().value();
        value.spec.network.backbone.options["channels"] = 16;
        bench.page->document().apply(QStringLiteral("wider"), value);
        bench.settle();
        QVERIFY(panel.isVisible());
        QVERIFY(panel.summary() != before);
        value.spec.network.sharing = {"nowhere: merged"};
        bench.page->document().apply(QStringLiteral("wrong"), value);
        bench.settle();
        QVERIFY(panel.summary().contains(QStringLiteral("can't be put together")));
        QVERIFY(!panel.copyButton()->isEnabled());
        QTest::keyClick(panel.filter(), Qt::Key_Escape);
        QVERIFY(!panel.isVisible());
        QVERIFY(!bench.find<CostsCard>()->layersButton()->isEnabled());
    }
};

QTEST_MAIN(LayersPanelTest)
#include "tst_layerspanel.moc"
