// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_testing.h"

#include <QJsonArray>
#include <QTest>

// The words of the command line: what is refused, what help says, what is listed.
class CliUsageTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void wrongUsageEndsWithTwo_data() {
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<QString>("reported");
        const auto add = [](const char* name, const QStringList& words, const char* reported) {
            QTest::newRow(name) << words << QString(reported);
        };
        add("nothing", {}, "a command is missing; one of: train, resume");
        add("unknown command", {"frobnicate"}, "\"frobnicate\" is no command; one of: train");
        add("mistyped command", {"trian"}, "did you mean \"train\"?");
        add("no spec", {"train"}, "concertina-cli train: spec is required");
        add("seeds that are none", {"train", "rooms-demo", "--seeds", "1,x"}, "--seeds");
        add("no rule to replan with", {"replan", "x"},
            "found no rule, expected rules, or --undo");
        add("unknown option", {"train", "rooms-demo", "--frob"}, "--frob is no option");
        add("field as an option", {"train", "rooms-demo", "--steps", "5"}, "--set train.steps=");
        add("--set without a value", {"train", "rooms-demo", "--set", "train.lr"},
            "\"train.lr\" is not path=value");
        add("--set without anything", {"train", "rooms-demo", "--set"}, "--set");
        add("an option behind --", {"show", "--", "-x", "--store", "y"},
            "unexpected behind --: --store y");
        add("a name that looks like an option", {"show", "-dash"}, "\"-- -dash\"");
        add("no run", {"resume"}, "run is required");
        add("collapse without --out", {"collapse", "x"}, "--out is required");
        add("predict without images", {"predict", "x", "--out", "y"}, "images is required");
        add("no images to verify", {"verify", "x", "--images", "0"}, "Value 0 not in range");
        add("images that are no number", {"verify", "x", "--images", "many"}, "--images");
        add("a mean of nothing", {"collapse", "x", "--out", "y", "--average", "0"},
            "Value 0 not in range");
        add("statistics of nothing", {"collapse", "x", "--out", "y", "--norm-batches", "0"},
            "Value 0 not in range");
        add("a file that says what it is a mean of",
            {"verify", "x", "--collapsed", "y", "--average", "2"}, "--collapsed excludes --average");
        add("unknown family", {"list", "spoons"},
            "spoons not in {presets,datasets,tasks,backbones");
        add("no family", {"list"}, "family is required");
        add("spec without a command", {"spec"}, "one of: check, show, fields");
        add("mistyped spec command", {"spec", "chek", "x"}, "did you mean \"check\"?");
    }
    void wrongUsageEndsWithTwo() {
        QFETCH(QStringList, words);
        QFETCH(QString, reported);
        const cli::Outcome outcome = cli::run(words);
        QVERIFY2(outcome.code == 2, qPrintable(outcome.text()));
        QVERIFY2(outcome.err.contains(reported.toUtf8()), qPrintable(outcome.text()));
        QVERIFY2(outcome.err.contains("--help\" for more"), qPrintable(outcome.text()));
        QVERIFY2(outcome.out.isEmpty(), qPrintable(outcome.text()));
    }

    /// Whatever stands before it; here there is no such store, or no such file, to go on with.
    void behindTwoDashesNothingIsAnOption() {
        const cli::Workplace place;
        const QString store = "--store=" + place.store();
        for (const QStringList& words : QList<QStringList>{
                 {"show", store, "--", "-dash"},
                 {"table", store, "--single", "a,b", "--", "-dash", "--json"},
                 {"predict", store, "--out", "x", "--", "-dash", "-a.png"},
                 {"replan", store, "--", "-dash", "enc*: merged"},
                 {"train", store, "--seeds", "1,2", "--", "-dash"},
                 {"train", store, "--set", "seed=1", "--", "--seeds"},
                 {"spec", "check", "--", "-dash"}}) {
            const cli::Outcome outcome = cli::run(words);
            QVERIFY2(outcome.code == 1, qPrintable(outcome.text()));
        }
    }

    void helpAndVersionEndWithNothingWrong() {
        const QList<QStringList> commands{
            {},          {"train"},   {"resume"},  {"runs"},          {"show"},
            {"collapse"}, {"verify"},  {"predict"}, {"spec"},          {"spec", "check"},
            {"spec", "show"}, {"spec", "fields"}, {"list"}};
        for (const QStringList& command : commands) {
            const cli::Outcome outcome = cli::run(command + QStringList{"--help"});
            QVERIFY2(outcome.code == 0 && outcome.err.isEmpty(), qPrintable(outcome.text()));
            QVERIFY2(outcome.out.contains("Usage: concertina-cli"), qPrintable(outcome.text()));
        }
        QCOMPARE(cli::run({"--version"}).out, QByteArray("concertina-cli " CONCERTINA_VERSION "\n"));
    }

    void helpNamesExitCodesAndCtrlC() {
        const QByteArray help = cli::run({"--help"}).out;
        for (const char* text : {"0 done", "1 a problem", "2 wrong usage", "130 interrupted",
                                 "Ctrl-C once stops a training with a checkpoint"})
            QVERIFY2(help.contains(text), help);
    }

    void helpOfTrainListsEveryFieldWithDefaultAndUnit() {
        const QByteArray help = cli::run({"train", "--help"}).out;
        const auto fields = cli::run({"spec", "fields", "--json"}).objects();
        QVERIFY(fields.size() > 40);
        for (const QJsonObject& field : fields)
            for (const char* key : {"path", "help", "accepts"})
                QVERIFY2(help.contains(field[key].toString().toUtf8()) && !field[key].toString().isEmpty(),
                         qPrintable(field["path"].toString() + ": " + key));
        QVERIFY(help.contains("a whole number from 0 to 1048576 (MB); default 1024"));
        QVERIFY(help.contains("a number from 0 to 100; default 0.001"));
        QVERIFY(help.contains("--data PATH"));
    }

    void everyFieldOfASpecCanBeSet() {
        // A field's own default must be taken at its path: what help says is what --set reads.
        cli::Workplace place;
        // Tied, as plain kernels have no core that could be merged.
        const auto tied = cli::with(cli::tinySpec(), "network.sharing", QJsonArray{"*: tied"});
        QStringList words{"spec", "show", place.write("spec.json", tied)};
        for (const QJsonObject& field : cli::run({"spec", "fields", "--json"}).objects()) {
            const QString path = field["path"].toString();
            const QJsonValue defaultValue = field["default"];
            // N is a place in a list, which the tiny spec fills with its own.
            if (path.contains(".N.") || defaultValue.isArray() || path == "data.dataset.id")
                continue;
            words << "--set" << path + "=" + defaultValue.toVariant().toString();
        }
        const cli::Outcome outcome = cli::run(words);
        QVERIFY2(outcome.code == 0, qPrintable(outcome.text()));
    }

    void listPrintsEveryFamily_data() {
        QTest::addColumn<QStringList>("ids");
        QTest::newRow("datasets") << QStringList{"rooms",    "folder",     "nyuv2",
                                                 "mtan-npy", "cityscapes", "coco", "table"};
        QTest::newRow("tasks") << QStringList{"segmentation", "depth", "normal"};
        QTest::newRow("backbones") << QStringList{"segnet"};
        QTest::newRow("parametrizations") << QStringList{"plain", "factored"};
        QTest::newRow("optimizers") << QStringList{"sgd", "adam", "adamw"};
        QTest::newRow("schedules") << QStringList{"step", "cosine"};
        QTest::newRow("balancings") << QStringList{"equal", "uw", "dwa", "famo", "pcgrad", "mgda"};
        QTest::newRow("presets") << QStringList{"rooms-demo", "nyuv2-compact"};
    }
    void listPrintsEveryFamily() {
        QFETCH(QStringList, ids);
        const QString family = QTest::currentDataTag();
        const cli::Outcome outcome = cli::run({"list", family, "--json"});
        QVERIFY2(outcome.code == 0 && outcome.err.isEmpty(), qPrintable(outcome.text()));
        QStringList listed;
        for (const QJsonObject& method : outcome.objects()) {
            listed << method["id"].toString();
            QVERIFY2(!method["help"].toString().isEmpty(), qPrintable(outcome.text()));
            if (family != "presets")
                QVERIFY2(!method["source"].toString().isEmpty(), qPrintable(outcome.text()));
        }
        for (const QString& id : ids)
            QVERIFY2(listed.contains(id), qPrintable(id + " is not listed:\n" + outcome.text()));
        const QByteArray text = cli::run({"list", family}).out;
        for (const QString& id : listed)
            QVERIFY2(text.contains((id + ": ").toUtf8()), text);
    }

    void optionsOfMethodsAreListedAtThePathThatSetsThem() {
        const auto backbone = cli::run({"list", "backbones", "--json"}).objects().first();
        const auto options = backbone["options"].toArray();
        QVERIFY(!options.isEmpty());
        const QString path = options.last().toObject()["path"].toString();
        QCOMPARE(path, QString("network.backbone.options.width"));
        const auto outcome = cli::run({"spec", "show", "rooms-demo", "--json", "--set", path + "=0.5"});
        const QJsonObject network = outcome.last()["network"].toObject();
        QCOMPARE(network["backbone"].toObject()["options"].toObject()["width"].toDouble(), 0.5);
    }

    void aStoreThatIsNotThereIsNoError() {
        cli::Workplace place;
        const cli::Outcome outcome = place.run({"runs"});
        QVERIFY2(outcome.code == 0 && outcome.out.contains("No runs yet"), qPrintable(outcome.text()));
        QVERIFY(!QFile::exists(place.store()));
        QVERIFY(place.run({"runs", "--json"}).out.isEmpty());
    }

    void commandsOnARunThatIsNotThereSaySo_data() {
        QTest::addColumn<QStringList>("words");
        QTest::newRow("show") << QStringList{"show", "nothing"};
        QTest::newRow("resume") << QStringList{"resume", "nothing"};
        QTest::newRow("verify") << QStringList{"verify", "nothing"};
        QTest::newRow("collapse") << QStringList{"collapse", "nothing", "--out", "/tmp/x"};
        QTest::newRow("predict") << QStringList{"predict", "nothing", "/tmp/x", "--out", "/tmp/y"};
    }
    void commandsOnARunThatIsNotThereSaySo() {
        QFETCH(QStringList, words);
        cli::Workplace place;
        const cli::Outcome outcome = place.run(words + QStringList{"--json"});
        QCOMPARE(outcome.code, 1);
        QVERIFY2(outcome.err.contains("no store"), qPrintable(outcome.text()));
        QCOMPARE(outcome.last()["code"].toString(), QString("store.missing"));
        QVERIFY(!QFile::exists(place.store()));
    }
};

QTEST_GUILESS_MAIN(CliUsageTest)
#include "tst_cli_usage.moc"
