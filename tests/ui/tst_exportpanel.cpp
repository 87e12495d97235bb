// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/compare_page_testing.h"
#include "ui/compare/export_panel.h"
#include "widgets/forms/field_row.h"
#include "widgets/forms/spec_form.h"

#include <QAction>
#include <QPushButton>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

// Compare saves a collapsed network in any format of the catalogue.

class TestExportPanel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void networksAreSavedInAnyFormatOfTheCatalogue() {
        OpenComparePage at;
        ExportInfo sources;
        sources.id = "sources";
        sources.label = "Sources";
        sources.help = "A folder of sources.";
        sources.options = {{.path = "level",
                            .type = FieldType::Integer,
                            .defaultValue = 17,
                            .minimum = 13,
                            .maximum = 20,
                            .label = "Level",
                            .help = "What the reader knows."}};
        for (const char* more :
             {"a", "b", "c", "d", "e", "f"}) { // more than the panel had room for
            sources.options.push_back(sources.options.front());
            sources.options.back().path = more;
        }
        at.desk.catalogue.exports.push_back(sources);
        QVERIFY(at.open(at.desk.makeRun("rooms-demo")));
        auto* panel = at.page->findChild<ExportPanel*>();
        QAction* save = at.action(QStringLiteral("Save collapsed network…"));
        save->trigger();
        QVERIFY(panel->isVisible());
        QVERIFY(at.desk.dialogs.asked.isEmpty()); // nothing is asked before
        QTest::mouseClick(panel, Qt::LeftButton, {}, {4, 4}); // no click beside it
        QVERIFY(panel->isVisible());
        const int before = panel->height();
        Q_EMIT panel->form()->edited("export.id", QStringLiteral("sources"));
        // The new rows are there in their whole height.
        QTRY_VERIFY(panel->height() > before);
        QTRY_VERIFY(panel->form()->height() >= panel->form()->sizeHint().height());
        Q_EMIT panel->form()->edited("export.options.level", QStringLiteral("99"));
        QVERIFY(!panel->saveButton()->isEnabled());
        QVERIFY(
            panel->form()->row("export.options.level")->problem().contains(QStringLiteral("20")));
        Q_EMIT panel->form()->edited("export.options.level", QStringLiteral("18"));
        at.desk.dialogs.files = {QStringLiteral("/tmp/net")};
        panel->saveButton()->click();
        QTRY_COMPARE(at.desk.jobs.savedTo, std::vector<std::string>{"/tmp/net"});
        QVERIFY(!panel->isVisible());
        QCOMPARE(at.desk.jobs.savedAs,
                 (std::vector<MethodChoice>{{"sources", Json({{"level", 18}})}}));
        // The last choice is where the next begins; the other has no options.
        save->trigger();
        QVERIFY(panel->form()->row("export.options.level") != nullptr);
        Q_EMIT panel->form()->edited("export.id", QStringLiteral("safetensors"));
        QVERIFY(panel->form()->row("export.options.level") == nullptr);
        panel->saveButton()->click(); // and no place is named
        QCOMPARE(at.desk.jobs.savedTo.size(), 1U);
    }
};

QTEST_MAIN(TestExportPanel)
#include "tst_exportpanel.moc"
