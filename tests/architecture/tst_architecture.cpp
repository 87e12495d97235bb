// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/architecture/needed.h"
#include "tests/architecture/rules.h"

#include <QStandardPaths>
#include <QTest>

using namespace architecture;

namespace {

/// What is longer than others may be, and why a reader has no trouble with it.
const std::vector<Exception> exceptions{
    {"core/values/spec_fields.cpp", "", "the table of all fields; parted, it is none"},
    {"core/values/spec_fields.cpp", "trainFields", "a list, an entry a field"},
    {"core/values/spec_fields.cpp", "dataFields", "a list, an entry a field"},
    {"core/data/rooms/rooms_dataset.cpp", "optionFields", "a list, an entry an option"},
    {"core/values/spec.h", "", "an experiment as a value: members alone, read from above to below"},
    {"db/records.h", "", "what the store keeps, as values: members alone"},
    {"core/data/rooms/vector.h", "", "the operators of one small type, a line each"},
    {"ui/runs/runs_page.h", "",
     "the parts and actions of a page, a line each; its code is in three"},
    {"ui/compare/compare_page.h", "", "the parts and actions of a page, a line each"},
    {"tests/core/tst_begin_from.cpp", "", "one subject, a test a sentence of its contract"},
    {"tests/model/adapted_catalogue.h", "adaptedCatalogue", "a list, an entry a method"},
    {"tests/app/tst_cli_specs.cpp", "badSpecIsRefused_data", "a list, an entry a row"},
    {"tests/model/tst_plan_cells.cpp", "eachEditMakesThePlanThatRulesWrittenByHandSay_data",
     "a list, an entry an edit"},
};

} // namespace

// The rules on this project itself; tst_architecture_rules tests the rules.
class ArchitectureTest : public QObject {
    Q_OBJECT

private:
    SourceTree m_tree;

    static QString binaries(const char* folder) {
        return QString(CONCERTINA_BINARY_DIR) + "/" + folder;
    }

    static void verify(const Violations& violations) {
        QVERIFY2(violations.empty(), ("\n" + toText(violations)).c_str());
    }

private Q_SLOTS:
    void initTestCase() {
        m_tree = readTree(CONCERTINA_SOURCE_DIR);
        QVERIFY(m_tree.file("core/values/spec.h"));
        QVERIFY(m_tree.file("tests/architecture/tst_architecture.cpp"));
    }

    void everyIncludeIsAllowed() { verify(checkIncludes(m_tree, projectModules())); }
    void roomsIncludeEachOtherInOneDirection() { verify(checkTable(projectModules())); }
    void noFileIncludesItself() { verify(checkCycles(m_tree)); }
    void headersThatAppIncludesHoldNoLibTorch() { verify(checkNoTorchBehind(m_tree, "app")); }
    void roomsWithoutLibTorchCannotReachIt() {
        for (const char* module : {"core/values", "core/model", "core/data/rooms", "core/backbones",
                                   "db", "widgets", "ui"})
            verify(checkNoTorchBehind(m_tree, module));
    }
    void everyFileNamesItsLicenceAndEveryHeaderIsReadOnce() { verify(checkFirstLines(m_tree)); }
    void noFolderIsCalledAsIfAnythingMightGoInIt() { verify(checkFolders(m_tree)); }

    void everyRowOfTheTableIsUsed() { verify(checkTableIsUsed(m_tree, projectModules())); }
    void filesAndFunctionsHaveAReadableSize() { verify(checkSizes(m_tree, exceptions)); }

    void testsOfRoomsWithoutLibTorchLinkNone() {
        if (QStandardPaths::findExecutable("readelf").isEmpty())
            QSKIP("readelf (package binutils) is not installed");
        QStringList programs;
        for (const char* folder :
             {"tests/values", "tests/model", "tests/db", "tests/widgets", "tests/ui"})
            programs += programsIn(binaries(folder), "tst_*");
        if (programs.isEmpty())
            QSKIP("no test of these modules is built in " CONCERTINA_BINARY_DIR);
        for (const QString& program : programs) {
            const QStringList needed = neededBy(program);
            QVERIFY2(!needed.isEmpty(), qPrintable(program));
            for (const QString& library : needed)
                QVERIFY2(!library.startsWith("libtorch") && !library.startsWith("libc10")
                             && !library.startsWith("libopencv"),
                         qPrintable(program + " links " + library));
        }
    }

    void commandLineProgramLinksNoQt() {
        if (QStandardPaths::findExecutable("readelf").isEmpty())
            QSKIP("readelf (package binutils) is not installed");
        const QStringList programs = programsIn(binaries("bin"), "concertina-cli");
        if (programs.isEmpty())
            QSKIP("concertina-cli is not built in " CONCERTINA_BINARY_DIR);
        for (const QString& program : programs) {
            const QStringList needed = neededBy(program);
            QVERIFY2(!needed.isEmpty(), qPrintable(program));
            for (const QString& library : needed)
                QVERIFY2(!library.startsWith("libQt"), qPrintable(program + " links " + library));
        }
    }
};

QTEST_GUILESS_MAIN(ArchitectureTest)
#include "tst_architecture.moc"
