// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_testing.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

#include <cstring>

using cli::with;

// A run that begins from another, with a task more or one less, from the command line.

namespace {

/// A tensor's bytes in a safetensors file, by its name; empty where there is none.
QByteArray tensorBytes(const QByteArray& file, const QString& name) {
    quint64 size = 0;
    std::memcpy(&size, file.constData(), sizeof size);
    const auto header = QJsonDocument::fromJson(file.mid(8, static_cast<qsizetype>(size))).object();
    const QJsonArray place = header[name].toObject()["data_offsets"].toArray();
    if (place.size() != 2)
        return {};
    const auto begin = static_cast<qsizetype>(place[0].toDouble());
    return file.mid(8 + static_cast<qsizetype>(size) + begin,
                    static_cast<qsizetype>(place[1].toDouble()) - begin);
}

} // namespace

class CliTasksTest : public QObject {
    Q_OBJECT

    cli::Workplace m_place;
    QString m_run; ///< segmentation and depth

    QByteArray lastCheckpoint(const QString& run) const {
        const QJsonArray all = m_place.shown(run)["checkpoints"].toArray();
        return cli::fileBytes(all.last().toObject()["file"].toString());
    }

    static QJsonObject pairSpec() {
        QJsonObject spec = cli::tinySpec();
        QJsonArray tasks = spec["tasks"].toArray();
        tasks.removeLast();
        spec["tasks"] = tasks;
        spec["name"] = "pair";
        return spec;
    }

    QString initialOf(const QString& run) const {
        return m_place.shown(run)["spec"].toObject()["network"].toObject()["initial"].toString();
    }

private Q_SLOTS:
    void initTestCase() { m_run = m_place.train(pairSpec()); }

    void aTaskIsAddedAndTheOthersStay() {
        const cli::Outcome added = m_place.run({"add-task", "pair", "normal", "--json"});
        QVERIFY2(added.code == 0, qPrintable(added.text()));
        const QString run = added.events("created").first()["run"].toString();
        const QByteArray before = lastCheckpoint(m_run), after = lastCheckpoint(run);
        for (const char* name : {"head.depth.2/W/depth", "head.segmentation.1/bias/segmentation"}) {
            QVERIFY2(!tensorBytes(before, name).isEmpty(), name);
            QCOMPARE(tensorBytes(after, name), tensorBytes(before, name));
        }
        QVERIFY(!tensorBytes(after, "head.normal.2/W/normal").isEmpty());
        // The run keeps what it began from: id, step, and the very file.
        QVERIFY2(initialOf(run).startsWith(m_run + "@12 sha256:"), qPrintable(initialOf(run)));
        QCOMPARE(initialOf(run).size(), m_run.size() + 3 + 8 + 64);
        QVERIFY2(!added.notices("initial").isEmpty(), qPrintable(added.text()));
        // A clone repeats it to the bit.
        QJsonObject spec = m_place.shown(run)["spec"].toObject();
        const QString again = m_place.train(spec);
        const QByteArray repeated = lastCheckpoint(again);
        QCOMPARE(tensorBytes(repeated, "head.normal.2/W/normal"),
                 tensorBytes(after, "head.normal.2/W/normal"));
        // And the network can be collapsed and held against itself.
        const cli::Outcome verified = m_place.run({"verify", run, "--json"});
        QVERIFY2(verified.code == 0, qPrintable(verified.text()));
    }

    void aTaskIsDroppedFromARunAndFromAFile() {
        const QString whole = m_place.path("whole.safetensors");
        const QString left = m_place.path("left.safetensors");
        QVERIFY(m_place.run({"collapse", m_run, "--out", whole}).code == 0);
        const cli::Outcome made =
            m_place.run({"collapse", m_run, "--out", left, "--without", "segmentation", "--json"});
        QVERIFY2(made.code == 0, qPrintable(made.text()));
        const QByteArray before = cli::fileBytes(whole), after = cli::fileBytes(left);
        QCOMPARE(tensorBytes(after, "head.depth.2/kernel/depth"),
                 tensorBytes(before, "head.depth.2/kernel/depth"));
        QVERIFY(!tensorBytes(before, "head.segmentation.2/kernel/segmentation").isEmpty());
        QVERIFY(tensorBytes(after, "head.segmentation.2/kernel/segmentation").isEmpty());
        QVERIFY(after.size() < before.size());
        const cli::Outcome dropped = m_place.run({"drop-task", m_run, "segmentation", "--print"});
        QVERIFY2(dropped.code == 0, qPrintable(dropped.text()));
        const QJsonObject spec = QJsonDocument::fromJson(dropped.out).object();
        QCOMPARE(spec["tasks"].toArray().size(), 1);
        QCOMPARE(spec["name"].toString(), QString("pair without segmentation"));
        const QString run = m_place.train(spec);
        QVERIFY(initialOf(run).startsWith(m_run + "@12 "));
        // A run can begin from the file, too, which is named where the spec lies.
        QJsonObject shipped = pairSpec();
        shipped = with(shipped, "network.initial", "whole.safetensors");
        QVERIFY(initialOf(m_place.train(shipped)).startsWith(whole + " sha256:"));
    }

    void whatIsNotThereIsReportedBeforeThereIsARun() {
        const auto code = [&](const QString& initial) {
            const QString file =
                m_place.write("other.json", with(pairSpec(), "network.initial", initial));
            const cli::Outcome outcome = m_place.run({"train", file, "--json"});
            return outcome.code == 1 && outcome.events("created").isEmpty()
                       ? outcome.last()["code"].toString()
                       : outcome.text();
        };
        QCOMPARE(code("no such run"), QString("initial.run"));
        QCOMPARE(code(m_run + "@7"), QString("initial.gone_checkpoint"));
        QCOMPARE(code(m_run + " sha256:" + QString(64, '0')), QString("initial.changed"));
        QCOMPARE(code("none.safetensors"), QString("file.read"));
        QCOMPARE(code("pair sha256:1"), QString("initial.syntax"));
        const QString damaged =
            m_place.write("damaged.safetensors", lastCheckpoint(m_run).chopped(1));
        QVERIFY2(!code(damaged).isEmpty(), qPrintable(code(damaged)));
        const QString file = m_place.write(
            "wide.json", with(with(pairSpec(), "network.initial", m_run), "network.backbone",
                              QJsonObject{{"id", "unet"}, {"options", QJsonObject{}}}));
        const cli::Outcome other = m_place.run({"train", file, "--json"});
        QVERIFY2(other.events("created").isEmpty()
                     && other.last()["code"].toString().startsWith("initial."),
                 qPrintable(other.text()));
        for (const QStringList& words : {QStringList{"add-task", m_run, "depth"},
                                         {"add-task", m_run, "edges"},
                                         {"drop-task", m_run, "normal"},
                                         {"add-task", m_run, "normal", "--layers", "mid*"}})
            QCOMPARE(m_place.run(words).code, 1);
    }

    void aRunGoesOnWhereItsSourceIsGone() {
        const cli::Outcome added = m_place.run(
            {"add-task", m_run, "normal", "--set", "train.stop_after=4 steps", "--json"});
        QVERIFY2(added.code == 0, qPrintable(added.text()));
        const QString run = added.events("created").first()["run"].toString();
        const QJsonArray all = m_place.shown(m_run)["checkpoints"].toArray();
        for (const auto& one : all)
            QVERIFY(QFile::remove(one.toObject()["file"].toString()));
        const cli::Outcome resumed = m_place.run({"resume", run, "--until", "end", "--json"});
        QVERIFY2(resumed.code == 0, qPrintable(resumed.text()));
    }
};

QTEST_GUILESS_MAIN(CliTasksTest)
#include "tst_cli_tasks.moc"
