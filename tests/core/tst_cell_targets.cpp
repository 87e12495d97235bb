// SPDX-License-Identifier: GPL-3.0-or-later
// Targets of whole pictures that stand in cells: in a folder's tables, and in a table of samples.
#include "core/data/cell_targets.h"
#include "core/data/image_files.h"
#include "tests/core/folder_testing.h"
#include "tests/core/reference_script.h"

#include <QTest>

#include <cmath>
#include <cstring>

using namespace concertina;
using namespace concertina::testing;

namespace {

/// The test folder with a table of three targets; "c" has none of them.
class CellFolder : public TestFolder {
public:
    CellFolder() {
        json["targets"]["room"] = {
            {"encoding", "label"}, {"table", "facts.csv"}, {"classes", {"bath", "bed", "hall"}}};
        json["targets"]["things"] = {{"encoding", "presence"},
                                     {"table", "facts.csv"},
                                     {"classes", {"lamp", "sofa"}}};
        json["targets"]["size"] = {{"encoding", "values"},
                                   {"table", "facts.csv"},
                                   {"names", {"area", "height"}},
                                   {"scale", 0.5}};
        writeJson();
        writeFile(root() / "learn/facts.csv", "id,room,lamp,sofa,area,height\n"
                                              "a,bed,1,0,20,\n"
                                              "b.png,2,,-1,12.5,3\n"
                                              "elsewhere,hall,1,1,1,1\n");
        writeFile(root() / "check/facts.csv", "id,room,lamp,sofa,area,height\nd,,,,,\n");
    }

    void facts(const std::string& text) const { writeFile(root() / "learn/facts.csv", text); }
};

std::vector<float> floatsOf(const TargetPlane& plane) {
    std::vector<float> values(plane.bytes.size() / 4);
    std::memcpy(values.data(), plane.bytes.data(), plane.bytes.size());
    return values;
}

std::string problemOf(const Expected<std::shared_ptr<const Dataset>>& dataset) {
    return dataset ? std::string() : toText(dataset.error());
}

} // namespace

class CellTargetsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aFoldersTableSaysWhatItsPicturesHave() {
        const CellFolder folder;
        const auto dataset = folder.open();
        QVERIFY2(dataset, problemOf(dataset).c_str());
        const DatasetDescription& description = (*dataset)->description();
        QCOMPARE(description.targets.size(), std::size_t{6});
        QCOMPARE(toText(description),
                 std::string("train 3 samples (room 2, things 2, size 2, others all), val 1 sample "
                             "(room 0, things 0, size 0, others all)"));
        QVERIFY(description.unused.empty());
        const auto a = folder.sample("train", 0);
        QVERIFY2(a, a ? "" : toText(a.error()).c_str());
        QCOMPARE(a->targets[3].bytes, (std::vector<std::uint8_t>{1, 0})); // "bed"
        QCOMPARE(a->targets[4].bytes, (std::vector<std::uint8_t>{1, 0}));
        QCOMPARE(floatsOf(a->targets[5])[0], 20.0F);
        QVERIFY(std::isnan(floatsOf(a->targets[5])[1]));
        const auto b = folder.sample("train", 1); // by the name of its file
        QVERIFY(b);
        QCOMPARE(b->targets[3].bytes, (std::vector<std::uint8_t>{2, 0})); // by its index
        QCOMPARE(b->targets[4].bytes, (std::vector<std::uint8_t>{255, 0}));
        QVERIFY(folder.sample("train", 2)->targets[3].empty());
        QCOMPARE(a->targets[3].width, 1); // whatever the size that is asked for
        QCOMPARE(folder.sample("train", 0, 17, 31)->targets[5].bytes.size(), std::size_t{8});
    }

    void theFingerprintIsThatOfWhatTheTableSays() {
        const CellFolder folder;
        const auto before = (*folder.open())->description().fingerprint;
        QCOMPARE((*folder.open())->description().fingerprint, before);
        folder.facts("id,room,lamp,sofa,area,height\na,bed,1,0,21,\n");
        QVERIFY((*folder.open())->description().fingerprint != before);
    }

    void whatIsWrongInACellIsNamedWithItsLine_data() {
        QTest::addColumn<QString>("table");
        QTest::addColumn<QString>("expected");
        const QString head = QStringLiteral("id,room,lamp,sofa,area,height\n");
        QTest::newRow("class") << head + "a,bad,1,0,1,1" << "line 2: found \"bad\"";
        QTest::newRow("index") << head + "a,3,1,0,1,1" << "line 2: found \"3\"";
        QTest::newRow("presence") << head + "\na,bed,yes,0,1,1" << "line 3: found \"yes\"";
        QTest::newRow("half") << head + "a,bed,0.5,0,1,1" << "found \"0.5\"";
        QTest::newRow("number") << head + "a,bed,1,0,wide,1" << "found \"wide\"";
        QTest::newRow("huge") << head + "a,bed,1,0,1e300,1" << "found \"1e300\"";
        QTest::newRow("twice") << head + "a,bed,1,0,1,1\na,bed,1,0,1,1" << "a second row for \"a\"";
        QTest::newRow("no id") << "name,room\na,bed" << "no column \"id\"";
        QTest::newRow("column") << "id,rooom,lamp,sofa,area,height\na,bed,1,0,1,1"
                                << "no column \"room\"";
        QTest::newRow("cells") << head + "a,bed" << "line 2";
        QTest::newRow("empty") << "" << "facts.csv";
    }

    void whatIsWrongInACellIsNamedWithItsLine() {
        QFETCH(QString, table);
        QFETCH(QString, expected);
        const CellFolder folder;
        folder.facts(table.toStdString());
        const auto dataset = folder.open();
        QVERIFY(!dataset);
        const std::string text = toText(dataset.error());
        QVERIFY2(text.find(expected.toStdString()) != std::string::npos, text.c_str());
        QVERIFY2(text.find("facts.csv") != std::string::npos, text.c_str());
    }

    void aWrongLayoutIsNamedByItsKey() {
        CellFolder folder;
        folder.json["targets"]["size"]["columns"] = {"area"};
        folder.json["targets"]["room"]["table"] = "../facts.csv";
        folder.json["targets"]["things"].erase("classes");
        folder.json["targets"]["room"]["ignore"] = 3;
        folder.writeJson();
        const auto dataset = folder.open();
        QVERIFY(!dataset);
        const std::string text = toText(dataset.error());
        QVERIFY2(text.find("targets.size.columns") != std::string::npos
                     || text.find("more") != std::string::npos,
                 text.c_str());
    }

    void aTableOfSamplesMayHoldThemItself() {
        QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        for (const char* id : {"a", "b", "c", "d"})
            TestFolder::write(root / (std::string(id) + ".png"), plane(CV_8UC3, 40));
        writeFile(root / "samples.csv", "image,split,room,tags,area,remark\n"
                                        "a.png,train,bed,lamp;sofa,20,first\n"
                                        "b.png,train,hall,;,12.5,second\n"
                                        "c.png,train,bed,sofa,,third\n"
                                        "d.png,val,hall,,7,fourth\n");
        Json options{{"path", (root / "samples.csv").string()}};
        auto dataset = openWholly({"table", options});
        QVERIFY2(dataset, dataset ? "" : toText(dataset.error()).c_str());
        // What is guessed: a class, whose texts come again, and a quantity; tags and remarks are
        // each another text.
        auto targets = (*dataset)->description().targets;
        QCOMPARE(targets.size(), std::size_t{2});
        QCOMPARE(targets[0].name, std::string(labelTarget().usualName()));
        QCOMPARE(targets[0].classes.size(), std::size_t{2});
        QCOMPARE(targets[1].name, std::string(valuesTarget().usualName()));
        QCOMPARE(targets[1].classes.front().name, std::string("area"));

        options["targets"] = {"things: presence column=tags", "area: values scale=2"};
        dataset = openWholly({"table", options});
        QVERIFY2(dataset, dataset ? "" : toText(dataset.error()).c_str());
        targets = (*dataset)->description().targets;
        QCOMPARE(targets[0].classes.front().name, std::string("lamp"));
        QCOMPARE(targets[1].scale, 2.0);
        QCOMPARE((*dataset)->sample("train", 0, 8, 8)->targets[0].bytes,
                 (std::vector<std::uint8_t>{1, 1}));
        QCOMPARE((*dataset)->sample("train", 1, 8, 8)->targets[0].bytes,
                 (std::vector<std::uint8_t>{0, 0})); // a lone semicolon: none is there
        QVERIFY((*dataset)->sample("val", 0, 8, 8)->targets[0].empty()); // blank: not known
        QVERIFY((*dataset)->sample("train", 2, 8, 8)->targets[1].empty());

        for (const auto& [line, expected] :
             {std::pair{"room: label columns=room,tags", "one column"},
              {"area: values invalid=0", "\"invalid=0\" is none of them"},
              {"things: presence columns=room,tags", "\"bed\""},
              {"area: values column=tags", "found \"lamp;sofa\""}}) {
            options["targets"] = {line};
            dataset = openWholly({"table", options});
            QVERIFY2(!dataset, line);
            const std::string text = toText(dataset.error());
            QVERIFY2(text.find(expected) != std::string::npos, text.c_str());
        }
    }
};

QTEST_GUILESS_MAIN(CellTargetsTest)
#include "tst_cell_targets.moc"
