// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_testing.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using cli::tinySpec;
using cli::with;

// Specs as files: good ones read back as they were, bad ones are refused whole and leave nothing.
class CliSpecsTest : public QObject {
    Q_OBJECT

    static QByteArray text(const QJsonObject& spec) { return QJsonDocument(spec).toJson(); }
    /// A U-Net that sees one pixel of an image of 8 × 8, and one image at a time.
    static QJsonObject oneValueSpec() {
        const QJsonObject backbone{
            {"id", "unet"},
            {"options", QJsonObject{{"channels", QJsonArray{4, 4, 4, 4}}, {"convolutions", 1}}}};
        const auto small = with(with(tinySpec(), "data.height", 8), "data.width", 8);
        return with(with(small, "network.backbone", backbone), "train.batch", 1);
    }
    static QJsonArray rules(const QStringList& rules) { return QJsonArray::fromStringList(rules); }

private Q_SLOTS:
    void presetsAreValid_data() {
        QTest::addColumn<QString>("preset");
        // Baselines are checked without a program for each, in tests/core.
        QString base;
        for (const QJsonObject& preset : cli::run({"list", "presets", "--json"}).objects()) {
            const QString id = preset["id"].toString();
            if ((!base.isEmpty() && id.startsWith(base + "-")) || preset.contains("presets"))
                continue; // groups are no specs
            base = id;
            QTest::newRow(qPrintable(id)) << id;
        }
    }
    void presetsAreValid() {
        QFETCH(QString, preset);
        cli::Workplace place;
        const cli::Outcome shown = cli::run({"spec", "show", preset});
        QVERIFY2(shown.code == 0, qPrintable(shown.text()));
        const QString file = place.write("preset.json", shown.out);
        const cli::Outcome checked = cli::run({"spec", "check", file, "--json"});
        QVERIFY2(checked.code == 0, qPrintable(checked.text()));
        QCOMPARE(checked.last()["name"].toString(), preset);
        // What is shown is complete: reading it adds nothing.
        QCOMPARE(cli::run({"spec", "show", file}).out, shown.out);
        // For programs the same on one line.
        const cli::Outcome line = cli::run({"spec", "show", preset, "--json"});
        QCOMPARE(line.out.count('\n'), 1);
        QCOMPARE(line.last(), QJsonDocument::fromJson(shown.out).object());
    }

    void aGroupOfPresetsIsTrainedNotShown() {
        const cli::Outcome shown = cli::run({"spec", "show", "nyuv2-compact-single", "--json"});
        QCOMPARE(shown.code, 1);
        QCOMPARE(shown.last()["code"].toString(), QString("spec.group"));
        QVERIFY2(shown.last()["hint"].toString().contains("nyuv2-compact-depth"),
                 qPrintable(shown.text()));
    }

    void layersAreThoseOfTheNetwork() {
        const cli::Outcome shown = cli::run({"layers", "rooms-demo", "--json"});
        QVERIFY2(shown.code == 0, qPrintable(shown.text()));
        const auto rows = shown.events("layer");
        const QJsonObject total = shown.last();
        QCOMPARE(total["event"].toString(), QString("total"));
        double parameters = 0, adds = 0;
        for (const QJsonObject& row : rows) {
            parameters += row["trained_parameters"].toDouble();
            adds += row["multiply_adds"].toDouble();
        }
        QCOMPARE(total["trained_parameters"].toDouble(), parameters);
        QCOMPARE(total["multiply_adds"].toDouble(), adds);
        // The first layer of the backbone sees 3 × 3 of the image, and more behind each other.
        QCOMPARE(rows.first()["name"].toString(), QString("enc1.1"));
        QCOMPARE(rows.first()["receptive_field"].toDouble(), 3.0);
        QVERIFY(rows[1]["receptive_field"].toDouble() > 3.0);
        const int lines = static_cast<int>(cli::run({"layers", "rooms-demo"}).out.count('\n'));
        QCOMPARE(lines, rows.size() + 2);
        const cli::Outcome csv = cli::run({"layers", "rooms-demo", "--format", "csv"});
        QVERIFY2(csv.out.startsWith("Layer,kernel,stride,dilation,input"), csv.out.left(90));
        QCOMPARE(csv.out.count('\n'), lines);
    }

    void layersOfUnknownClassesSaySo() {
        const cli::Outcome shown = cli::run({"layers", "nyuv2-resnet18"});
        QVERIFY2(shown.code == 0, qPrintable(shown.text()));
        QVERIFY2(shown.err.contains("13 classes"), shown.err);
        QVERIFY(shown.out.contains("layer4.1.conv2"));
        const cli::Outcome wrong =
            cli::run({"layers", "rooms-demo", "--json", "--set", "network.backbone.id=nothing"});
        QCOMPARE(wrong.code, 1);
        QCOMPARE(wrong.last()["path"].toString(), QString("network.backbone.id"));
    }

    /// A file as the format says it (huggingface.co/docs/safetensors): eight bytes of length,
    /// a header, the values.
    static QByteArray safetensors(const QByteArray& header, qsizetype bytes) {
        QByteArray file;
        for (int i = 0; i < 8; ++i)
            file += static_cast<char>((header.size() >> (8 * i)) & 0xff);
        return file + header + QByteArray(bytes, '\x3c');
    }

    void weightsAreListedAndFitted() {
        const cli::Workplace place;
        const QString file = place.write(
            "w.safetensors",
            safetensors(R"({"enc1.1.weight": {"dtype": "F32", "shape": [16, 3, 3, 3],)"
                        R"( "data_offsets": [0, 1728]}, "enc1.2.weight": {"dtype": "F32",)"
                        R"( "shape": [2, 3], "data_offsets": [1728, 1752]}, "other": {"dtype":)"
                        R"( "I64", "shape": [], "data_offsets": [1752, 1760]}})",
                        1760));
        const auto listed = cli::run({"weights", file, "--json"});
        QVERIFY2(listed.code == 0, qPrintable(listed.text()));
        QCOMPARE(listed.events("tensor").size(), 3);
        QCOMPARE(listed.events("tensor")[0]["bytes"].toInt(), 1728);
        QCOMPARE(listed.events("tensor")[2]["type"].toString(), QString("int64"));
        QVERIFY(!listed.events("tensor")[0].contains("use"));
        const auto fitted = cli::run({"weights", file, "--spec", "rooms-demo", "--json"});
        QVERIFY2(fitted.code == 0, qPrintable(fitted.text()));
        QStringList uses;
        for (const QJsonObject& tensor : fitted.events("tensor"))
            uses << tensor["use"].toString();
        QCOMPARE(uses, (QStringList{"loaded", "other shape", "left"}));
        QCOMPARE(fitted.last()["loaded"].toArray(), QJsonArray{"enc1.1"});
        const auto text = cli::run({"weights", file, "--spec", "rooms-demo"});
        QVERIFY2(text.out.contains("Loads 1 of 3 tensors into 1 of "), text.out);
        // Nothing fits, nothing can be read: both say so, and the first lists what there is.
        const auto other = cli::run({"weights", file, "--spec", "nyuv2-resnet18", "--json"});
        QCOMPARE(other.code, 1);
        QCOMPARE(other.events("tensor").size(), 3);
        QCOMPARE(other.last()["code"].toString(), QString("weights.other_network"));
        const auto damaged = cli::run(
            {"weights", place.write("cut.safetensors", cli::fileBytes(file).left(900)), "--json"});
        QCOMPARE(damaged.code, 1);
        QVERIFY(damaged.last()["path"].toString().endsWith("cut.safetensors"));
    }

    void setChangesOneField() {
        const auto before = cli::run({"spec", "show", "rooms-demo", "--json"}).last();
        const auto after = cli::run({"spec", "show", "rooms-demo", "--json", "--set",
                                     "train.lr=0.25", "--set", "name=other = name"})
                               .last();
        QCOMPARE(after["train"].toObject()["lr"].toDouble(), 0.25);
        QCOMPARE(after["name"].toString(), QString("other = name"));
        QCOMPARE(with(with(after, "train.lr", before["train"].toObject()["lr"]), "name",
                      before["name"]),
                 before);
    }

    void badSpecIsRefused_data() {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("code");
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("reported");
        const auto add = [](const char* name, const QByteArray& file, const char* code,
                            const char* path, const char* reported) {
            QTest::newRow(name) << file << QString(code) << QString(path) << QString(reported);
        };
        const auto set = [&](const char* path, const QJsonValue& value) {
            return text(with(tinySpec(), path, value));
        };
        add("empty", "", "spec.json", "bad.json", "JSON");
        add("not JSON", "train: everything", "spec.json", "bad.json", "JSON");
        add("cut off", text(tinySpec()).left(200), "spec.json", "bad.json", "JSON");
        add("a list", "[]", "spec.json", "bad.json", "expected an experiment");
        add("not UTF-8", set("name", "X").replace("\"X\"", "\"\xff\xfe\""), "spec.json", "bad.json", "JSON");
        add("deep", QByteArray(100'000, '['), "spec.json", "bad.json", "nested without end");
        add("no format", text(QJsonObject{{"version", 1}}), "spec.format", "format",
            "concertina-experiment");
        add("another format", set("format", "recipe"), "spec.format", "format", "recipe");
        add("from the future", set("version", 2), "spec.version", "version", "newer");
        add("version as a text", set("version", "1"), "spec.version", "version", "1");
        add("unknown key", set("train.leraning_rate", 1), "spec.unknown_key",
            "train.leraning_rate", "");
        add("mistyped key", set("train.btach", 1), "spec.unknown_key", "train.btach",
            "did you mean \"batch\"?");
        add("text for a number", set("train.lr", "fast"), "field.type", "train.lr", "fast");
        add("number for a text", set("name", 5), "field.type", "name", "5");
        add("no name", set("name", ""), "run.name", "name", "an empty name");
        add("a name of blanks", set("name", "  \t"), "run.name", "name", "blanks");
        add("half a step", set("train.steps", 1.5), "field.type", "train.steps", "1.5");
        add("list for an object", set("data", QJsonArray()), "field.type", "data", "");
        add("below the range", set("train.lr", -1), "field.range", "train.lr", "from 0 to 100");
        add("above the range", set("train.batch", 1e9), "field.range", "train.batch", "1 to 4096");
        add("no scale", set("data.scales", QJsonArray()), "field.range", "data.scales", "empty");
        add("unknown choice", set("data.damaged", "skp"), "field.choice", "data.damaged",
            "did you mean \"skip\"?");
        add("unknown dataset", set("data.dataset.id", "room"), "method.unknown", "data.dataset.id",
            "did you mean \"rooms\"?");
        add("unknown task", set("tasks.1.id", "dept"), "method.unknown", "tasks.1.id",
            "did you mean \"depth\"?");
        add("unknown backbone", set("network.backbone.id", "segnot"), "method.unknown",
            "network.backbone.id", "did you mean \"segnet\"?");
        add("unknown parametrization", set("network.kernels.0.id", "factord"), "method.unknown",
            "network.kernels.0.id", "did you mean \"factored\"?");
        add("unknown optimizer", set("train.optimizer", "adamm"), "method.unknown",
            "train.optimizer", "did you mean \"adam\"?");
        add("unknown option", set("network.backbone.options.depth", 3), "method.unknown_option",
            "network.backbone.options.depth", "");
        add("the same task twice", set("tasks.1.id", "segmentation"), "tasks.twice", "tasks",
            "segmentation");
        add("no task", set("tasks", QJsonArray()), "", "tasks", "");
        add("rule that matches no layer", set("network.sharing", rules({"*: tied", "dec9*: tied"})),
            "sharing.no_layer", "network.sharing.1", "dec9*");
        add("kernels of no layer",
            set("network.kernels", QJsonArray{QJsonObject{{"layers", "enk*"}, {"id", "factored"}}}),
            "kernels.no_layer", "network.kernels.0", "enk*");
        add("rule with an unknown task", set("network.sharing", rules({"*: {segmentation, color} | "
                                                                       "{depth, normal} separate"})),
            "", "network.sharing.0", "color");
        add("rule with an unknown state", set("network.sharing", rules({"*: tide"})), "",
            "network.sharing.0", "tide");
        add("unreadable rule", set("network.sharing", rules({"everything"})), "",
            "network.sharing.0", "everything");
        add("image too small for the backbone",
            set("network.backbone.options", QJsonObject{{"channels", QJsonArray{4, 4, 4, 4, 4, 4}},
                                                        {"convolutions", QJsonArray{1, 1, 1, 1, 1, 1}}}),
            "", "", "");
        add("one value a channel for batch norm", text(oneValueSpec()), "train.one_value",
            "train.batch", "1 × 1");
        add("options that do not go together",
            set("network.backbone.options.channels", QJsonArray{4, 8, 8}), "", "", "");
    }
    void badSpecIsRefused() {
        QFETCH(QByteArray, file);
        QFETCH(QString, code);
        QFETCH(QString, path);
        QFETCH(QString, reported);
        cli::Workplace place;
        const QString spec = place.write("bad.json", file);
        const cli::Outcome checked = cli::run({"spec", "check", spec, "--json"});
        QVERIFY2(checked.code == 1, qPrintable(checked.text()));
        const auto problems = checked.events("problem");
        QVERIFY2(!problems.isEmpty(), qPrintable(checked.text()));
        if (!code.isEmpty())
            QVERIFY2(problems.first()["code"] == code, qPrintable(checked.text()));
        QVERIFY2(problems.first()["path"].toString().contains(path), qPrintable(checked.text()));
        QVERIFY2(checked.err.contains(reported.toUtf8()), qPrintable(checked.text()));
    }

    void trainRefusesABadSpecInTheSameWordsAndLeavesNothing() {
        cli::Workplace place;
        for (const QByteArray& file :
             {QByteArray("train: everything"),
              text(with(tinySpec(), "network.sharing", rules({"dec9*: tied"}))),
              text(oneValueSpec())}) {
            const QString spec = place.write("bad.json", file);
            const cli::Outcome trained = place.run({"train", spec});
            QVERIFY2(trained.code == 1 && trained.out.isEmpty(), qPrintable(trained.text()));
            QCOMPARE(trained.err, cli::run({"spec", "check", spec}).err);
            QVERIFY(!QFile::exists(place.store()));
        }
    }

    void whatTrainTakesCheckTakes() {
        // Several words, presets and groups of them, values set.
        const cli::Outcome outcome =
            cli::run({"spec", "check", "rooms-demo", "nyuv2-compact-single", "--set",
                      "train.steps=50", "--json"});
        QVERIFY2(outcome.code == 0, qPrintable(outcome.text()));
        QCOMPARE(outcome.events("valid").size(), 1 + 3);
        cli::Workplace place;
        const QString bad = place.write("bad.json", text(with(tinySpec(), "train.lr", -1)));
        const cli::Outcome mixed = cli::run({"spec", "check", bad, "rooms-demo", "--json"});
        QCOMPARE(mixed.code, 1);
        QCOMPARE(mixed.events("problem").size(), 1);
        QCOMPARE(mixed.events("valid").size(), 1);
        const QStringList nowhere{"rooms-demo", "--data", place.path("nowhere")};
        QCOMPARE(cli::run(QStringList{"spec", "check"} + nowhere).err,
                 place.run(QStringList{"train"} + nowhere).err);
    }

    void aProblemSaysWhatWouldDo() {
        cli::Workplace place;
        const QString spec = place.write("bad.json", text(with(tinySpec(), "train.lr", -1)));
        const cli::Outcome outcome = cli::run({"spec", "check", spec, "--json"});
        QVERIFY2(outcome.err.contains("; for example train.lr=0"), qPrintable(outcome.text()));
        const QJsonObject fix = outcome.events("problem").first()["fix"].toObject();
        QCOMPARE(fix["path"].toString(), QString("train.lr"));
        QCOMPARE(fix["value"].toString(), QString("0"));
    }

    void everythingThatIsWrongIsReportedAtOnce() {
        cli::Workplace place;
        auto spec = with(tinySpec(), "train.lr", -1);
        spec = with(spec, "data.width", "wide");
        spec = with(spec, "train.colour", "red");
        const auto problems =
            cli::run({"spec", "check", place.write("spec.json", spec), "--json"}).events("problem");
        QStringList paths;
        for (const QJsonObject& problem : problems)
            paths << problem["path"].toString();
        paths.sort();
        QCOMPARE(paths, QStringList({"data.width", "train.colour", "train.lr"}));
    }

    void fileThatIsNoSpecAtAllIsRefused() {
        cli::Workplace place;
        for (const QString& name : {place.path(), place.path("missing.json"), QString("/dev/null")}) {
            const cli::Outcome outcome = cli::run({"spec", "check", name});
            QVERIFY2(outcome.code == 1 && outcome.err.contains("expected"),
                     qPrintable(outcome.text()));
        }
        QFile huge(place.path("huge.json"));
        QVERIFY(huge.open(QIODevice::WriteOnly) && huge.resize(17 << 20));
        const cli::Outcome outcome = cli::run({"spec", "check", huge.fileName()});
        QVERIFY2(outcome.code == 1 && outcome.err.contains("16 MiB"), qPrintable(outcome.text()));
    }

    void wrongSetIsAProblemOfTheSpec_data() {
        QTest::addColumn<QString>("assignment");
        QTest::addColumn<QString>("reported");
        QTest::newRow("unknown path") << "train.lrr=1" << "did you mean \"train.lr\"?";
        QTest::newRow("wrong type") << "train.lr=fast" << "expected a number";
        QTest::newRow("out of range") << "train.lr=-1" << "expected a number from 0 to 100";
        QTest::newRow("empty") << "train.steps=" << "expected a whole number";
        QTest::newRow("unknown method") << "train.optimizer=adm" << "did you mean \"adam\"?";
        QTest::newRow("gap in a list") << "tasks.7.id=depth" << "tasks.7";
    }
    void wrongSetIsAProblemOfTheSpec() {
        QFETCH(QString, assignment);
        QFETCH(QString, reported);
        const cli::Outcome outcome = cli::run({"spec", "show", "rooms-demo", "--set", assignment});
        QVERIFY2(outcome.code == 1 && outcome.err.contains(reported.toUtf8()),
                 qPrintable(outcome.text()));
        QVERIFY(outcome.out.isEmpty());
    }
};

QTEST_GUILESS_MAIN(CliSpecsTest)
#include "tst_cli_specs.moc"
