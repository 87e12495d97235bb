// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/recognize_data.h"
#include "tests/model/test_catalogue.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace concertina;

class RecognizeDataTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString made(const QString& name) const {
        const QString path = m_folder.filePath(name);
        QDir().mkpath(QFileInfo(path).path());
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly))
            qFatal("cannot write %s", qPrintable(path));
        return path;
    }

    /// The test catalogue's, and one of arrays, one of tables, one that makes its samples.
    static Catalogue catalogue() {
        Catalogue all = testCatalogue();
        const FieldInfo folder = all.datasets.front().options.back();
        FieldInfo file = folder;
        file.path = "file";
        file.type = FieldType::File;
        file.choices = {".csv", ".tab"};
        all.datasets.push_back(
            {{.id = "arrays", .options = {folder}}, {"train/x/*.npy", "train/y"}});
        all.datasets.push_back({{.id = "tables", .options = {file}}});
        all.datasets.push_back({{.id = "made", .options = {}}});
        return all;
    }

    static std::string found(const QString& path) {
        const auto choice = recognizeData(catalogue(), path.toStdString());
        return choice ? choice->id + " " + jsonText(choice->options) : choice.error().code;
    }

    static std::string said(const std::string& id, const std::string& option, const QString& path) {
        return id + " " + jsonText(Json{{option, path.toStdString()}});
    }

private Q_SLOTS:
    void foldersAreRecognizedByWhatTheyHold() {
        const QString json = made("ours/dataset.json");
        const QString folder = QFileInfo(json).path();
        QCOMPARE(found(folder), said("rooms", "folder", folder));
        QCOMPARE(found(json), said("rooms", "folder", folder)); // it stands for its folder
        const QString arrays = m_folder.filePath("arrays");
        made("arrays/train/x/.7.npy");
        made("arrays/train/y/0.npy");
        QCOMPARE(found(arrays), std::string("dataset.unrecognized")); // a hidden file is none
        made("arrays/train/x/7.npy");
        QCOMPARE(found(arrays), said("arrays", "folder", arrays));
        made("arrays/dataset.json"); // the first of the catalogue that fits
        QCOMPARE(found(arrays), said("rooms", "folder", arrays));
    }

    void filesAreRecognizedByTheirEnding() {
        for (const char* name : {"a.csv", "B.CSV", "c.tab"}) {
            const QString file = made(name);
            QCOMPARE(found(file), said("tables", "file", file));
        }
        QCOMPARE(found(made("a.txt")), std::string("dataset.unrecognized"));
        QCOMPARE(found(made("csv")), std::string("dataset.unrecognized"));
        QVERIFY(QDir(m_folder.path()).mkdir("folder.csv"));
        QCOMPARE(found(m_folder.filePath("folder.csv")), std::string("dataset.unrecognized"));
        QCOMPARE(found(m_folder.filePath("none.csv")), std::string("dataset.missing"));
    }

    void whatIsRefusedSaysWhatWouldDo() {
        const auto refused = recognizeData(catalogue(), m_folder.path().toStdString());
        QCOMPARE(refused.error().expected,
                 std::string("a folder with dataset.json, a folder with train/x/*.npy and train/y, "
                             "or a file .csv or .tab"));
        QCOMPARE(refused.error().path, m_folder.path().toStdString());
    }

    void otherOptionsOfTheSameDatasetStay() {
        const QString folder = QFileInfo(made("again/dataset.json")).path();
        ExperimentSpec spec;
        spec.data.dataset = {"rooms", {{"samples", 7}, {"folder", "/gone"}}};
        const auto same = withDataAt(catalogue(), spec, folder.toStdString());
        QVERIFY(same);
        QCOMPARE(jsonText(same->data.dataset.options),
                 jsonText(Json{{"samples", 7}, {"folder", folder.toStdString()}}));
        const QString table = made("again.csv");
        const auto other = withDataAt(catalogue(), spec, table.toStdString());
        QVERIFY(other);
        QCOMPARE(other->data.dataset.id, std::string("tables"));
        QCOMPARE(jsonText(other->data.dataset.options),
                 jsonText(Json{{"file", table.toStdString()}}));
    }
};

QTEST_GUILESS_MAIN(RecognizeDataTest)
#include "tst_recognize_data.moc"
