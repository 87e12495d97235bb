// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/architecture/needed.h"
#include "tests/architecture/rules.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <iterator>

using namespace architecture;

namespace {

const std::string license = "// SPDX-License-Identifier: GPL-3.0-or-later\n";
const std::string header = license + "#pragma once\n";

/// A small project in a folder of its own.
class Fixture {
public:
    void write(const std::string& path, const std::string& text) const {
        const QString file = m_folder.filePath(QString::fromStdString(path));
        QDir().mkpath(QFileInfo(file).path());
        QFile stream(file);
        if (!stream.open(QIODevice::WriteOnly) || stream.write(text.c_str()) < 0)
            qFatal("can't write %s", qPrintable(file));
    }

    SourceTree tree() const { return readTree(m_folder.path().toStdString()); }

private:
    QTemporaryDir m_folder;
};

QStringList filesOf(const Violations& violations) {
    QStringList files;
    for (const Violation& violation : violations)
        files.append(QString::fromStdString(violation.file));
    return files;
}

/// What is reported of a source in the module of `file` with one include, on its third line.
Violations violationsOf(const std::string& file, const std::string& include) {
    Fixture fixture;
    fixture.write("core/values/spec.h", header);
    fixture.write("core/model/plan.h", header);
    fixture.write("db/store.h", header);
    fixture.write("widgets/plot.h", header);
    fixture.write("core/network/network.h", header);
    fixture.write("app/session/session.h", header);
    fixture.write("tests/fake.h", header);
    fixture.write(file, license + "\n#include " + include + "\n");
    return checkIncludes(fixture.tree(), projectModules());
}

} // namespace

class ArchitectureRulesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void allowedIncludesPass_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("include");
        const auto row = [](const char* file, const char* include) {
            QTest::addRow("%s %s", file, include) << QString(file) << QString(include);
        };
        row("core/values/x.cpp", "<vector>");
        row("core/values/x.cpp", "<nlohmann/json.hpp>");
        row("core/values/x.cpp", "<tl/expected.hpp>");
        row("core/values/x.cpp", "\"core/values/spec.h\"");
        row("core/model/x.cpp", "\"core/values/spec.h\"");
        row("core/tensor/x.cpp", "<torch/torch.h>");
        row("core/tensor/x.cpp", "<openssl/evp.h>");
        row("core/tensor/x.cpp", "<sys/stat.h>");
        row("core/data/x.cpp", "<opencv2/imgcodecs.hpp>");
        row("core/x.cpp", "\"core/model/plan.h\"");
        row("db/sqlite/x.cpp", "<SQLiteCpp/Database.h>");
        row("db/sqlite/x.cpp", "<sqlite3.h>");
        row("db/x.cpp", "\"core/values/spec.h\"");
        row("widgets/x.cpp", "<qcustomplot.h>");
        row("widgets/x.cpp", "<QtWidgets/QWidget>");
        row("ui/x.cpp", "\"db/store.h\"");
        row("ui/x.cpp", "\"widgets/plot.h\"");
        row("ui/x.cpp", "\"x.moc\"");
        row("app/cli/x.cpp", "<CLI/CLI.hpp>");
        row("app/gui/x.cpp", "\"app/session/session.h\"");
        row("tests/ui/x.cpp", "<torch/torch.h>"); // tests may include everything
    }

    void allowedIncludesPass() {
        QFETCH(QString, file);
        QFETCH(QString, include);
        const Violations violations = violationsOf(file.toStdString(), include.toStdString());
        QVERIFY2(violations.empty(), toText(violations).c_str());
    }

    void forbiddenIncludesAreReportedWithTheirLine_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("include");
        QTest::addColumn<QString>("what");
        const auto row = [](const char* file, const char* include, const char* what) {
            QTest::addRow("%s %s", file, include)
                << QString(file) << QString(include) << QString(what);
        };
        row("core/values/x.cpp", "<torch/torch.h>", "core/values may not include LibTorch");
        row("core/values/x.cpp", "<opencv2/core.hpp>", "core/values may not include OpenCV");
        row("core/values/x.cpp", "<sqlite3.h>", "core/values may not include SQLite");
        row("core/values/x.cpp", "<QString>", "core/values may not include Qt");
        row("core/values/x.cpp", "\"core/model/plan.h\"", "core/values may not include core/model");
        row("core/model/x.cpp", "<ATen/Tensor.h>", "core/model may not include LibTorch");
        row("core/model/x.cpp", "<c10/core/Device.h>", "core/model may not include LibTorch");
        row("core/model/x.cpp", "\"torch/torch.h\"", "core/model may not include LibTorch");
        row("core/backbones/x.cpp", "<torch/torch.h>", "core/backbones may not include LibTorch");
        row("core/data/rooms/x.cpp", "<opencv2/core.hpp>",
            "core/data/rooms may not include OpenCV");
        row("core/training/x.cpp", "<openssl/evp.h>", "core/training may not include OpenSSL");
        row("core/training/x.cpp", "<QObject>", "core/training may not include Qt");
        row("core/training/x.cpp", "\"db/store.h\"", "core/training may not include db");
        row("core/balancing/x.cpp", "<opencv2/core.hpp>", "core/balancing may not include OpenCV");
        row("db/x.cpp", "<torch/torch.h>", "db may not include LibTorch");
        row("db/x.cpp", "<QString>", "db may not include Qt");
        row("db/x.cpp", "\"core/model/plan.h\"", "db may not include core/model");
        row("widgets/x.cpp", "\"db/store.h\"", "widgets may not include db");
        row("widgets/x.cpp", "\"core/network/network.h\"", "widgets may not include core/network");
        row("ui/x.cpp", "\"core/network/network.h\"", "ui may not include core/network");
        row("ui/x.cpp", "\"app/session/session.h\"", "ui may not include app/session");
        row("ui/x.cpp", "<qcustomplot.h>", "ui may not include QCustomPlot");
        row("ui/x.cpp", "<SQLiteCpp/Database.h>", "ui may not include SQLite");
        row("app/session/x.cpp", "<QThread>", "app/session may not include Qt");
        row("app/session/x.cpp", "<torch/torch.h>", "app/session may not include LibTorch");
        row("app/cli/x.cpp", "<QCoreApplication>", "app/cli may not include Qt");
        row("app/cli/x.cpp", "\"widgets/plot.h\"", "app/cli may not include widgets");
        row("app/gui/x.cpp", "<CLI/CLI.hpp>", "app/gui may not include CLI11");
        row("ui/x.cpp", "\"tests/fake.h\"", "belongs to no module");
        row("ui/x.cpp", "\"core/mystery/x.h\"", "belongs to no module");
        row("db/x.cpp", "<boost/any.hpp>", "the table does not know");
        row("db/x.cpp", "\"store.h\"", "write it from the root, db/store.h");
        row("db/x.cpp", "STORE_HEADER", "what a macro says");
        row("db/x.cpp", "\"x.moc\"", "the table does not know");
    }

    void forbiddenIncludesAreReportedWithTheirLine() {
        QFETCH(QString, file);
        QFETCH(QString, include);
        QFETCH(QString, what);
        const Violations violations = violationsOf(file.toStdString(), include.toStdString());
        QCOMPARE(violations.size(), std::size_t{1});
        QCOMPARE(violations[0].file, file.toStdString());
        QCOMPARE(violations[0].line, 3);
        QVERIFY2(violations[0].what.find(what.toStdString()) != std::string::npos,
                 violations[0].what.c_str());
    }

    void codeOutsideOfRoomsIsReported() {
        for (const char* file : {"core/mystery/x.cpp", "resources/x.h", "app/x.cpp", "x.cpp"}) {
            const Violations violations = violationsOf(file, "<vector>");
            QCOMPARE(violations, (Violations{{file, 0, "is code that belongs to no module"}}));
        }
    }

    void includesAreFoundHoweverTheyAreWrittenAndNowhereElse() {
        // Beside this file, as moc loses its way in such a text.
        std::ifstream stream(CONCERTINA_SOURCE_DIR "/tests/architecture/tricky_includes.txt");
        const std::string text(std::istreambuf_iterator<char>(stream), {});
        const SourceFile file = readSource("x.cpp", text);
        const std::vector<Include> expected{{3, "d"}, {4, "e"},  {5, "f.h"}, {6, "g"},
                                            {8, "h"}, {10, "i"}, {14, "k"},  {16, "l"}};
        QCOMPARE(file.includes.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(file.includes[i].target, expected[i].target);
            QCOMPARE(file.includes[i].line, expected[i].line);
        }
        QCOMPARE(file.lines, 18);
        QCOMPARE(file.codeLines, 15); // without lines 1, 2 and 12
    }

    void missingFirstLinesAreReported() {
        Fixture fixture;
        fixture.write("core/values/a.h", license + "\n");
        fixture.write("core/values/b.h", "#pragma once\n");
        fixture.write("core/values/c.cpp", "\n\n\n" + license); // too late
        fixture.write("core/values/d.h", license + "// #pragma once\n");
        fixture.write("core/CMakeLists.txt", "project(x)\n");
        fixture.write("packaging/run.sh",
                      "#!/bin/sh\n# SPDX-License-Identifier: GPL-3.0-or-later\n");
        fixture.write("core/values/good.h", header);
        QCOMPARE(checkFirstLines(fixture.tree()),
                 (Violations{{"core/CMakeLists.txt", 1, "has no SPDX-License-Identifier"},
                             {"core/values/a.h", 1, "has no #pragma once"},
                             {"core/values/b.h", 1, "has no SPDX-License-Identifier"},
                             {"core/values/c.cpp", 1, "has no SPDX-License-Identifier"},
                             {"core/values/d.h", 1, "has no #pragma once"}}));
    }

    void torchBehindOurHeadersIsReported() {
        Fixture fixture;
        fixture.write("core/network/network.h", header + "#include <torch/types.h>\n");
        fixture.write("core/training/learner.h",
                      header + "#include <vector>\n#include \"core/network/network.h\"\n");
        fixture.write("core/training/trainer.h", header); // its .cpp may well include torch
        fixture.write("core/training/trainer.cpp", "#include \"core/training/learner.h\"\n");
        fixture.write("app/session/good.cpp", "#include \"core/training/trainer.h\"\n");
        fixture.write("app/session/bad.h", header + "\n#include \"core/training/learner.h\"\n");
        QCOMPARE(checkNoTorchBehind(fixture.tree(), "app"),
                 (Violations{{"app/session/bad.h", 4,
                              "reaches LibTorch: core/training/learner.h → "
                              "core/network/network.h → torch/types.h"}}));
    }

    void circlesAreReportedWhereTheyClose() {
        Fixture fixture;
        fixture.write("ui/a.h", header + "#include \"ui/b.h\"\n");
        fixture.write("ui/b.h", header + "\n#include \"ui/c.h\"\n");
        fixture.write("ui/c.h", header + "\n\n#include \"ui/a.h\"\n");
        fixture.write("ui/self.h", header + "#include \"ui/self.h\"\n");
        fixture.write("ui/good.h", header + "#include \"ui/a.h\"\n#include \"ui/b.h\"\n");
        QCOMPARE(checkCycles(fixture.tree()),
                 (Violations{{"ui/c.h", 5, "closes the circle ui/a.h → ui/b.h → ui/c.h → ui/a.h"},
                             {"ui/self.h", 3, "closes the circle ui/self.h → ui/self.h"}}));
    }

    void tablesWithCirclesOrUnknownRoomsAreReported() {
        QCOMPARE(checkTable({{"a", {"b"}}, {"b", {"c"}}, {"c", {"a"}}, {"d", {"a"}}}).size(),
                 std::size_t{3});
        QCOMPARE(checkTable({{"a", {"x"}}}),
                 (Violations{{"a", 0, "may include x, which is no module"}}));
        // A module and one inside it belong together.
        QCOMPARE(checkTable({{"a", {"a/b"}}, {"a/b", {"a"}}}), Violations{});
    }

    void vagueFoldersAreReported() {
        Fixture fixture;
        for (const char* folder : {"common", "core/utils", "core/values/misc", "core/commons"})
            fixture.write(folder + std::string("/x.h"), header);
        Violations violations = checkFolders(fixture.tree());
        QCOMPARE(violations.size(), std::size_t{3});
        QCOMPARE(violations[0].file, std::string("common"));
        QCOMPARE(violations[1].file, std::string("core/utils"));
        QCOMPARE(violations[2].file, std::string("core/values/misc"));
    }

    void rowsThatSayMoreThanIsSoAreReported() {
        Fixture fixture;
        fixture.write("a/x.cpp", license + "#include \"b/y.h\"\n#include <torch/torch.h>\n");
        fixture.write("b/y.h", header);
        fixture.write("b/inside/z.cpp", license + "#include <QString>\n");
        const std::vector<Module> used{{"a", {"b"}, {"LibTorch"}}, {"b", {}, {"Qt"}}};
        QCOMPARE(checkTableIsUsed(fixture.tree(), used), Violations{});
        const std::vector<Module> more{
            {"a", {"b", "c"}, {"LibTorch", "OpenCV"}}, {"b", {"a"}, {"Qt"}}, {"c", {}, {}}};
        QCOMPARE(checkTableIsUsed(fixture.tree(), more),
                 (Violations{{"a", 0, "may include c, which no file of it does"},
                             {"a", 0, "may include OpenCV, which no file of it does"},
                             {"b", 0, "may include a, which no file of it does"},
                             {"c", 0, "is a module without a file"}}));
    }

    void filesThatAreTooLongAreWrong() {
        const auto lines = [](int count, const std::string& line) {
            std::string text = license;
            for (int i = 1; i < count; ++i)
                text += line + "\n";
            return text;
        };
        Fixture fixture;
        fixture.write("db/a400.cpp", lines(400, "x;"));
        fixture.write("db/b401.cpp", lines(401, "x;"));
        fixture.write("db/c101.h", lines(101, "x;")); // 100 of code
        fixture.write("db/d102.h", lines(102, "x;"));
        fixture.write("tests/db/c190.h", lines(190, "x;"));
        fixture.write("db/e200.h", lines(200, "// what it is"));
        fixture.write("db/f201.h", lines(201, "// what it is"));
        fixture.write("db/g801.cpp", lines(801, "x;"));
        QCOMPARE(filesOf(checkSizes(fixture.tree(), {{"db/g801.cpp", "", "a table"}})),
                 (QStringList{"db/b401.cpp", "db/d102.h", "db/f201.h"}));
    }

    void functionsThatAreTooLongAreWrong() {
        const auto function = [](const std::string& head, int count) {
            return head + " {\n" + std::string(static_cast<std::size_t>(count - 2), '\n') + "}\n";
        };
        Fixture fixture;
        fixture.write("db/a.cpp", license + function("void just()", 60));
        fixture.write("db/b.cpp", license + function("void over()", 61));
        fixture.write("db/c.cpp", license + function("const auto table = []", 61).append(";\n"));
        fixture.write("db/d.cpp", license + "void open() {\n");
        const Violations found = checkSizes(fixture.tree(), {});
        QCOMPARE(found, (Violations{{"db/b.cpp", 2, "over has 61 lines"},
                                    {"db/c.cpp", 2, "[] has 61 lines"},
                                    {"db/d.cpp", 0, "has a bracket without its other"}}));
        QCOMPARE(filesOf(checkSizes(fixture.tree(), {{"db/b.cpp", "over", "a list"},
                                                     {"db/c.cpp", "[]", ""},
                                                     {"db/a.cpp", "just", "not so long"}})),
                 (QStringList{"db/d.cpp", "db/c.cpp", "db/a.cpp"}));
    }

    void functionsAreFoundWhateverStandsAroundTheirBraces() {
        std::ifstream stream(CONCERTINA_SOURCE_DIR "/tests/architecture/tricky_functions.txt");
        const std::string text(std::istreambuf_iterator<char>(stream), {});
        const FunctionList found = functionsOf(text);
        QVERIFY(found.balanced);
        // Each one says where it begins: "// name, lines" stands behind its opening brace.
        std::vector<Function> marked;
        int number = 0;
        for (const QString& line : QString::fromStdString(text).split('\n')) {
            ++number;
            static const QRegularExpression mark("// is (\\S+), (\\d+)$");
            if (const auto match = mark.match(line); match.hasMatch())
                marked.push_back(
                    {match.captured(1).toStdString(), number, match.captured(2).toInt()});
        }
        QVERIFY(marked.size() > 20);
        QCOMPARE(found.functions.size(), marked.size());
        for (std::size_t i = 0; i < marked.size(); ++i)
            QVERIFY2(found.functions[i] == marked[i],
                     (marked[i].name + " at " + std::to_string(marked[i].line) + ": found "
                      + found.functions[i].name + " at " + std::to_string(found.functions[i].line)
                      + ", lines " + std::to_string(found.functions[i].lines))
                         .c_str());
        for (const char* open : {"void f() {", "}", "void f() { g(]; }", "(", "int a[2;"})
            QVERIFY2(!functionsOf(open).balanced, open);
        QVERIFY(functionsOf("").balanced && functionsOf("").functions.empty());
    }

    void buildFoldersAndHiddenOnesAreLeftOut() {
        Fixture fixture;
        for (const char* folder : {"build", "build-asan", ".git", "shared", "core/values"})
            fixture.write(folder + std::string("/x.h"), header);
        const SourceTree tree = fixture.tree();
        QCOMPARE(tree.files.size(), std::size_t{1});
        QCOMPARE(tree.files[0].path, std::string("core/values/x.h"));
        QCOMPARE(tree.folders, (std::vector<std::string>{"core", "core/values"}));
    }

    void innermostRoomCounts() {
        QCOMPARE(moduleOf(projectModules(), "core/data/rooms/scene.h")->folder,
                 std::string("core/data/rooms"));
        QCOMPARE(moduleOf(projectModules(), "core/data/loader.h")->folder,
                 std::string("core/data"));
        QCOMPARE(moduleOf(projectModules(), "core/catalogue.h")->folder, std::string("core"));
        QCOMPARE(moduleOf(projectModules(), "db/sqlite/query.h")->folder, std::string("db"));
        QVERIFY(!moduleOf(projectModules(), "core/datarooms/x.h"));
        QVERIFY(!moduleOf(projectModules(), "x.h"));
    }

    void librariesAreKnownByTheirHeaders() {
        QVERIFY(libraryOf("QWidget") == "Qt");
        QVERIFY(libraryOf("QtCore/QString") == "Qt");
        QVERIFY(libraryOf("Queue.h") == std::nullopt);
        QVERIFY(libraryOf("vector") == "std");
        QVERIFY(libraryOf("sys/mman.h") == "std");
        QVERIFY(libraryOf("vectors") == std::nullopt);
        QVERIFY(libraryOf("caffe2/core/common.h") == "LibTorch");
        QVERIFY(libraryOf("hdf5.h") == "HDF5");
        QVERIFY(libraryOf("H5Cpp.h") == "HDF5");
    }

    void neededLibrariesAreReadFromPrograms() {
        if (QStandardPaths::findExecutable("readelf").isEmpty())
            QSKIP("readelf (package binutils) is not installed");
        // This very program links Qt Test itself, and no library of the window.
        const QStringList needed = neededBy(QCoreApplication::applicationFilePath());
        QVERIFY(needed.contains("libQt6Test.so.6"));
        QVERIFY(!needed.contains("libQt6Widgets.so.6"));
        QCOMPARE(neededBy(__FILE__), QStringList{});
        const QString folder = QCoreApplication::applicationDirPath();
        QCOMPARE(programsIn(folder, "tst_architecture_rules"),
                 QStringList{QCoreApplication::applicationFilePath()});
    }
};

QTEST_GUILESS_MAIN(ArchitectureRulesTest)
#include "tst_architecture_rules.moc"
