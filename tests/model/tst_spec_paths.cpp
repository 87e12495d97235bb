// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/spec_paths.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"

#include <QTest>

#include <filesystem>

using namespace concertina;

class SpecPathsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void foldersAreAbsolute_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("absolute");
        QTest::newRow("empty") << "" << "";
        QTest::newRow("relative") << "ds" << "/specs/of/ds";
        QTest::newRow("with dots") << "../../ds/./x/.." << "/ds";
        QTest::newRow("here") << "." << "/specs/of";
        QTest::newRow("above all") << "/.." << "/";
        QTest::newRow("absolute") << "/data/ds" << "/data/ds";
        QTest::newRow("slash behind") << "/data/ds//" << "/data/ds";
        QTest::newRow("root") << "/" << "/";
        QTest::newRow("home") << "~" << "/home/ada";
        QTest::newRow("below home") << "~/my data/ds/" << "/home/ada/my data/ds";
        QTest::newRow("two slashes behind home") << "~//ds" << "/home/ada/ds";
        QTest::newRow("another's home stays a name") << "~bob/ds" << "/specs/of/~bob/ds";
        QTest::newRow("a tilde inside") << "a~/b" << "/specs/of/a~/b";
        QTest::newRow("not ASCII") << "Größe" << QString::fromUtf8("/specs/of/Größe");
    }

    void foldersAreAbsolute() {
        QFETCH(QString, text);
        QFETCH(QString, absolute);
        qputenv("HOME", "/home/ada");
        QCOMPARE(QString::fromStdString(absoluteFolder(text.toStdString(), "/specs/of")), absolute);
    }

    void aTildeWithoutAHomeIsAName() {
        qunsetenv("HOME");
        QCOMPARE(absoluteFolder("~/ds", "/x"), std::string("/x/~/ds"));
    }

    void theFoldersOfASpecAreFoundByItsMethods() {
        ExperimentSpec spec = testSpec();
        const Catalogue catalogue = testCatalogue();
        const MethodInfo* folder = nullptr;
        std::string option;
        for (const DatasetInfo& dataset : catalogue.datasets)
            for (const FieldInfo& field : dataset.options)
                if (field.type == FieldType::Folder) {
                    folder = &dataset;
                    option = field.path;
                }
        QVERIFY(folder != nullptr);
        spec.data.dataset = {folder->id, {{option, "ds"}, {"other", "ds"}}};
        const ExperimentSpec placed = withAbsoluteFolders(spec, testCatalogue(), "/specs");
        QCOMPARE(placed.data.dataset.options[option].get<std::string>(), std::string("/specs/ds"));
        QCOMPARE(placed.data.dataset.options["other"].get<std::string>(), std::string("ds"));
        // Once is enough, from wherever.
        QVERIFY(withAbsoluteFolders(placed, testCatalogue(), "/elsewhere") == placed);
        const ExperimentSpec here = withAbsoluteFolders(spec, testCatalogue());
        QCOMPARE(here.data.dataset.options[option].get<std::string>(),
                 (std::filesystem::current_path() / "ds").string());
    }

    void whatIsNoFolderStays() {
        ExperimentSpec spec = testSpec();
        spec.data.dataset = {"unknown", {{"path", "ds"}}};
        QVERIFY(withAbsoluteFolders(spec, testCatalogue(), "/x") == spec);
        const Catalogue catalogue = testCatalogue();
        for (const DatasetInfo& dataset : catalogue.datasets) {
            spec.data.dataset = {dataset.id, {{"path", 7}}}; // reported by `validate`
            QVERIFY(withAbsoluteFolders(spec, testCatalogue(), "/x") == spec);
        }
    }

    void theFileToBeginFromIsAbsoluteAndARunStaysAsItIs() {
        qputenv("HOME", "/home/ada");
        const auto initial = [](const std::string& text) {
            ExperimentSpec spec = testSpec();
            spec.network.initial = text;
            return withAbsoluteFolders(spec, testCatalogue(), "/specs/of").network.initial;
        };
        const std::string sum = " sha256:" + std::string(64, 'a');
        QCOMPARE(initial("net.safetensors"), std::string("/specs/of/net.safetensors"));
        QCOMPARE(initial("~/a b/net.safetensors" + sum), "/home/ada/a b/net.safetensors" + sum);
        for (const std::string& text : {std::string("rooms"), "rooms@5" + sum, std::string()})
            QCOMPARE(initial(text), text);
    }
};

QTEST_GUILESS_MAIN(SpecPathsTest)
#include "tst_spec_paths.moc"
