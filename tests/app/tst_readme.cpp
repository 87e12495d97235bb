// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_testing.h"

#include <QCoreApplication>
#include <QDir>
#include <QDirIterator>
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

namespace {

const QString root = CONCERTINA_SOURCE_DIR;

QString textOf(const QString& file) {
    return QString::fromUtf8(cli::fileBytes(root + "/" + file));
}

/// The README and the pages of help, from the root of the project.
QStringList pages() {
    QStringList all{"README.md"};
    for (const QString& page : QDir(root + "/resources/help").entryList({"*.md"}))
        all << "resources/help/" + page;
    return all;
}

/// The fenced blocks of a page in one language.
QStringList blocks(const QString& text, const QString& language) {
    QStringList found;
    auto matches = QRegularExpression("^```" + language + "\\n(.*?)^```$",
                                      QRegularExpression::MultilineOption
                                          | QRegularExpression::DotMatchesEverythingOption)
                       .globalMatch(text);
    while (matches.hasNext())
        found << matches.next().captured(1);
    return found;
}

QStringList matchesOf(const QString& pattern, const QString& text) {
    QStringList found;
    auto matches = QRegularExpression(pattern).globalMatch(text);
    while (matches.hasNext())
        found << matches.next().captured(1);
    return found;
}

/// The commands of a page: lines of its sh blocks, joined where they go on, and what stands in
/// code within a sentence. Without comments and the program's name.
QList<QStringList> commands(const QString& text) {
    QStringList lines;
    for (QString block : blocks(text, "sh"))
        lines << block.replace("\\\n", " ").split('\n');
    lines << matchesOf("`((?:concertina-cli )[^`]+)`", text);
    QList<QStringList> found;
    for (const QString& line : lines) {
        const int at = static_cast<int>(line.indexOf(QRegularExpression("(\\$cli|concertina-cli) ")));
        if (at < 0)
            continue;
        QString rest = line.mid(line.indexOf(' ', at) + 1);
        rest = rest.section(QRegularExpression("\\s#|\\s>\\s"), 0, 0);
        QStringList words = QProcess::splitCommand(rest.replace('\'', '"'));
        if (!words.isEmpty())
            found << words;
    }
    return found;
}

} // namespace

// The README and the pages of help say what is so: their links, commands, fields and examples.
class ReadmeTest : public QObject {
    Q_OBJECT

    static void addPages() {
        QTest::addColumn<QString>("page");
        for (const QString& page : pages())
            QTest::newRow(qPrintable(page)) << page;
    }

    /// The words of --help for a command of one or two words; empty where there is none.
    static QByteArray helpOf(const QStringList& words) {
        static QMap<QString, QByteArray> known;
        const bool two = words.first() == "spec" || words.first() == "data";
        const QStringList command = words.mid(0, two ? 2 : 1);
        QByteArray& help = known[command.join(' ')];
        if (help.isEmpty()) {
            const cli::Outcome outcome = cli::run(command + QStringList{"--help"});
            help = outcome.code == 0 ? outcome.out : QByteArray();
        }
        return help;
    }

private Q_SLOTS:
    void linksLeadSomewhere_data() { addPages(); }
    void linksLeadSomewhere() {
        QFETCH(QString, page);
        const QDir folder = QFileInfo(root + "/" + page).dir();
        const QString text = textOf(page);
        QStringList targets = matchesOf("\\]\\(([^)#]+)\\)", text);
        targets << matchesOf("(?:src|srcset)=\"([^\"]+)\"", text);
        for (const QString& target : targets)
            QVERIFY2(target.startsWith("https://") || folder.exists(target), qPrintable(target));
        QVERIFY(page != "README.md" || targets.size() > 15);
    }

    void theReadmeLeadsToEveryPage() {
        const QString text = textOf("README.md");
        for (const QString& page : pages())
            QVERIFY2(page == "README.md" || text.contains("(" + page + ")"), qPrintable(page));
    }

    void commandsAndTheirOptionsAreThose_data() { addPages(); }
    void commandsAndTheirOptionsAreThose() {
        QFETCH(QString, page);
        for (const QStringList& words : commands(textOf(page))) {
            const QString line = words.join(' ');
            if (words.first().startsWith('-') || words.first() == "COMMAND")
                continue; // of the program itself
            const QByteArray help = helpOf(words);
            QVERIFY2(!help.isEmpty(), qPrintable(line));
            for (const QString& word : words)
                if (word.startsWith("--"))
                    QVERIFY2(help.contains(word.section('=', 0, 0).toUtf8()), qPrintable(line));
        }
    }

    void optionsInSentencesAreThoseOfSomeCommand_data() { addPages(); }
    void optionsInSentencesAreThoseOfSomeCommand() {
        QFETCH(QString, page);
        static QByteArray all;
        if (all.isEmpty()) {
            for (const char* command :
                 {"layers", "weights", "train", "resume", "add-task", "drop-task", "runs", "table",
                  "conflict", "replan", "try", "verify", "collapse", "export", "predict", "time",
                  "precisions", "difference"})
                all += helpOf({command});
            all += helpOf({"data", "guess"}) + helpOf({"data", "classes"});
            // Of the window and of packaging/run.sh.
            all += "--demo " + cli::fileBytes(root + "/packaging/run.sh");
        }
        for (const QString& option : matchesOf("`(?!cmake)[^`\\n]*(--[a-z][a-z-]+)[^`\\n]*`", textOf(page)))
            QVERIFY2(all.contains(option.toUtf8()), qPrintable(option));
    }

    void whatIsSetCanBeSet_data() { addPages(); }
    void whatIsSetCanBeSet() {
        QFETCH(QString, page);
        for (const QStringList& words : commands(textOf(page))) {
            QStringList show{"spec", "show"};
            for (qsizetype i = 0; i + 1 < words.size(); ++i)
                if (words[i] == "--set")
                    show << "--set" << words[i + 1];
            if (show.size() == 2)
                continue;
            // A file of the example is the demo's; $b is one of the baselines.
            QString spec = words[words.first() == "spec" ? 2 : 1];
            spec = spec == "first.json" ? "rooms-demo" : spec.replace("$b", "plain");
            const cli::Outcome shown = cli::run(show + QStringList{spec});
            QVERIFY2(shown.code == 0, qPrintable(words.join(' ') + "\n" + shown.text()));
        }
    }

    void fieldsAreThoseOfASpec_data() { addPages(); }
    void fieldsAreThoseOfASpec() {
        QFETCH(QString, page);
        static QSet<QString> known;
        if (known.isEmpty()) {
            for (const QJsonObject& field : cli::run({"spec", "fields", "--json"}).objects())
                known << field["path"].toString() << field["path"].toString().remove(".id");
            for (const char* family : {"datasets", "backbones", "parametrizations", "optimizers",
                                       "schedules", "tasks", "balancings"})
                for (const QJsonObject& method : cli::run({"list", family, "--json"}).objects())
                    for (const QJsonValue& option : method["options"].toArray())
                        known << option.toObject()["path"].toString();
        }
        const QRegularExpression number("\\.[0-9]+(?=\\.|$)");
        for (QString path :
             matchesOf("`((?:data|tasks|network|train)\\.[a-z0-9_.]+)`", textOf(page)))
            QVERIFY2(known.contains(path.replace(number, ".N")) || known.contains(path.remove(".N")),
                     qPrintable(path));
    }

    void presetsAndMethodsOfTheTablesAreThere() {
        const auto ids = [](const char* family) {
            QStringList all;
            for (const QJsonObject& one : cli::run({"list", family, "--json"}).objects())
                all << one["id"].toString();
            return all;
        };
        QStringList kernels =
            matchesOf("\\n\\| `([a-z-]+)` \\|", textOf("resources/help/kernels.md"));
        QCOMPARE(kernels, ids("parametrizations"));
        QStringList backbones;
        for (const QString& row :
             matchesOf("\\n\\| (`[^|]+) \\|", textOf("resources/help/backbones.md")))
            backbones << matchesOf("`([a-z0-9_]+)`", row);
        QCOMPARE(backbones, ids("backbones"));
        const QStringList presets = ids("presets");
        const QString baselines = textOf("resources/help/baselines.md");
        for (const QString& row : matchesOf("\\n\\| (`[^|]+) \\|", baselines))
            for (const QString& name : matchesOf("`([a-z0-9-]+)`", row))
                QVERIFY2(presets.contains("nyuv2-compact-" + name), qPrintable(name));
        for (const QString& page : pages())
            for (const QString& name : matchesOf("[ `](nyuv2-[a-z0-9-]*[a-z0-9])[ `]", textOf(page)))
                QVERIFY2(presets.contains(name), qPrintable(name));
    }

    void piecesOfSpecsAreValid_data() { addPages(); }
    void piecesOfSpecsAreValid() {
        QFETCH(QString, page);
        cli::Workplace place;
        for (const QString& block : blocks(textOf(page), "json")) {
            const bool whole = block.startsWith('{');
            const auto piece =
                QJsonDocument::fromJson((whole ? block : "{" + block + "}").toUtf8()).object();
            QVERIFY2(!piece.isEmpty(), qPrintable(block));
            if (whole)
                continue; // dataset.json, below
            // Merged into the demo, whose layers it speaks of.
            QJsonObject spec = cli::run({"spec", "show", "rooms-demo", "--json"}).last();
            for (const QString& section : piece.keys()) {
                QJsonObject merged = spec[section].toObject();
                for (const QString& key : piece[section].toObject().keys())
                    merged[key] = piece[section].toObject()[key];
                spec[section] = merged;
            }
            const cli::Outcome checked = cli::run({"spec", "check", place.write("a.json", spec)});
            QVERIFY2(checked.code == 0, qPrintable(block + checked.text()));
        }
    }

    void theDemoOfTheReadmeIsTheDemo() {
        const auto block = "{" + blocks(textOf("README.md"), "json").value(0) + "}";
        const auto written = QJsonDocument::fromJson(block.toUtf8()).object()["network"].toObject();
        const auto demo =
            cli::run({"spec", "show", "rooms-demo", "--json"}).last()["network"].toObject();
        QVERIFY(!written.isEmpty());
        QCOMPARE(written["sharing"], demo["sharing"]);
        QCOMPARE(written["kernels"].toArray()[0].toObject()["id"],
                 demo["kernels"].toArray()[0].toObject()["id"]);
    }

    void theDatasetOfTheHelpCanBeTrained() {
        const QString block = blocks(textOf("resources/help/data.md"), "json").value(0);
        cli::Workplace place;
        QDir folder(place.path());
        const auto save = [&](const QString& name, const QImage& image) {
            QVERIFY(folder.mkpath("data/" + QFileInfo(name).path()));
            QVERIFY(image.save(place.path("data/" + name)));
        };
        QImage color(24, 16, QImage::Format_RGB888), classes(24, 16, QImage::Format_Grayscale8),
            depth(24, 16, QImage::Format_Grayscale16);
        color.fill(QColor(200, 128, 0));
        classes.fill(1);
        depth.fill(QColor(20, 20, 20));
        for (const QString split : {"train", "val"})
            for (const QString id : {"a", "b"}) {
                save(split + "/image/" + id + ".jpg", color);
                save(split + "/label/" + id + ".png", classes);
                save(split + "/depth/" + id + ".png", depth);
                save(split + "/normal/" + id + ".png", color);
            }
        place.write("data/dataset.json", block.toUtf8());
        QJsonObject spec = cli::with(cli::with(cli::tinySpec(), "train.steps", 1), "train.batch", 2);
        spec = cli::with(spec, "data.dataset", QJsonObject{{"id", "folder"}});
        const cli::Outcome trained = place.run(
            {"train", place.write("spec.json", spec), "--data", place.path("data"), "--json"});
        QVERIFY2(trained.code == 0, qPrintable(trained.text()));
    }

    void theFirstExperimentWorksToTheLetter() {
        // As a person has it: the project's folder, built, and a store that is not there yet.
        cli::Workplace place;
        const QDir folder(place.path());
        QVERIFY(folder.mkpath("build/release/bin") && folder.mkpath("home"));
        QVERIFY(QFile::link(cli::program(), place.path("build/release/bin/concertina-cli")));
        QVERIFY(QFile::link(root + "/resources", place.path("resources")));
        const QString text = textOf("README.md");
        const QString script = blocks(text.mid(text.indexOf("## A first experiment")), "sh").first();
        QVERIFY(script.contains("$cli train") && script.contains("$cli resume"));
        QProcess shell;
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", place.path("home"));
        environment.insert("OMP_WAIT_POLICY", "passive");
        shell.setProcessEnvironment(environment);
        shell.setWorkingDirectory(place.path());
        shell.start("bash", {"-e", "-u", "-x", "-c", script});
        QVERIFY(shell.waitForFinished(1'500'000));
        const QByteArray out = shell.readAllStandardOutput(), err = shell.readAllStandardError();
        QVERIFY2(shell.exitCode() == 0 && shell.exitStatus() == QProcess::NormalExit,
                 (out.right(3000) + err.right(3000)).constData());
        QVERIFY2(out.contains("The networks are the same."), out);
        // Who owns what: cores of the tasks' own in training that are not in what ships.
        QVERIFY2(out.contains("Weights of") && out.contains("merged"), out);
        const QImage photo(root + "/resources/examples/room.jpg");
        for (const char* name : {"room.segmentation.png", "room.segmentation-index.png",
                                 "room.depth.png", "room.depth-mm.png", "room.normal.png"}) {
            const QImage answer(place.path(QString("predictions/") + name));
            QVERIFY2(answer.size() == photo.size() && !answer.isNull(), name);
        }
        QProcess runs;
        runs.setProcessEnvironment(environment);
        runs.start(cli::program(), {"runs", "--json"});
        QVERIFY(runs.waitForFinished(60'000));
        QMap<QString, int> steps;
        for (const QByteArray& line : runs.readAllStandardOutput().split('\n'))
            if (const auto run = QJsonDocument::fromJson(line).object(); !run.isEmpty())
                steps[run["name"].toString()] = run["step"].toInt();
        QCOMPARE(steps, (QMap<QString, int>{{"own", 200}, {"shared", 200}, {"third", 200}}));
    }
};

int main(int argc, char** argv) {
    // Three trainings take longer than QtTest lets a function take.
    qputenv("QTEST_FUNCTION_TIMEOUT", "1700000");
    const QCoreApplication application(argc, argv);
    ReadmeTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_readme.moc"
