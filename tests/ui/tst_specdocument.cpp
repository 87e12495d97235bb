// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/validate.h"
#include "core/values/presets.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"
#include "ui/experiment/spec_document.h"
#include "ui/setup/mends.h"

#include <QFile>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <random>

using namespace concertina;

namespace {

/// A document with settings of its own; `restart` is the program's next start.
class Desk {
public:
    Desk() { restart(); }

    void restart() {
        document.reset();
        settings.emplace(temporary.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat);
        document.emplace(catalogue, *settings);
    }

    QString file(const QString& name, const QByteArray& text) const {
        QFile target(temporary.filePath(name));
        if (!target.open(QIODevice::WriteOnly) || target.write(text) != text.size())
            qFatal("%s", qPrintable(target.errorString()));
        return target.fileName();
    }

    QTemporaryDir temporary;
    Catalogue catalogue = testCatalogue();
    std::optional<QSettings> settings;
    std::optional<SpecDocument> document;
};

ExperimentSpec namedSpec(const char* name) {
    ExperimentSpec spec = testSpec();
    spec.name = name;
    return spec;
}

} // namespace

class SpecDocumentTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theFirstStartShowsTheFirstPreset() {
        const Desk desk;
        QVERIFY(desk.document->spec() == readSpecText(presets().front().text).spec);
        QVERIFY(!desk.document->isChanged());
        QVERIFY(desk.document->origin().startsWith(QStringLiteral("preset ")));
    }

    /// Of rules what differs is kept, of other fields the whole.
    void thousandsOfStepsAreTakenBackAndDoneAgain() {
        Desk desk;
        desk.document->load(testSpec(), QStringLiteral("a test"));
        std::mt19937 random(5);
        std::vector<ExperimentSpec> all{desk.document->spec()};
        for (int step = 0; step < 1200; ++step) {
            SetupValue value = desk.document->value();
            auto& rules = value.spec.network.sharing;
            if (step % 100 == 50)
                value.spec.train.batch = 1 + step % 7; // more than rules
            if (!rules.empty() && random() % 3 == 0)
                rules.erase(rules.begin() + static_cast<std::ptrdiff_t>(random() % rules.size()));
            else
                rules.insert(rules.begin()
                                 + static_cast<std::ptrdiff_t>(random() % (rules.size() + 1)),
                             "enc" + std::to_string(random() % 5) + ".1: separate");
            desk.document->apply(QStringLiteral("step %1").arg(step), value);
            if (desk.document->spec() != all.back()) // a rule that was there already
                all.push_back(desk.document->spec());
        }
        for (std::size_t i = all.size() - 1; i-- > 0;) {
            desk.document->history().undo();
            QVERIFY(desk.document->spec() == all[i]);
        }
        for (std::size_t i = 1; i < all.size(); ++i) {
            desk.document->history().redo();
            QVERIFY(desk.document->spec() == all[i]);
        }
    }

    void everyEditIsANamedStepThatCanBeTakenBack() {
        Desk desk;
        desk.document->load(testSpec(), QStringLiteral("a test"));
        const int before = desk.document->history().count();
        desk.document->setText("train.batch", "3");
        QCOMPARE(desk.document->spec().train.batch, 3);
        QCOMPARE(desk.document->history().undoText(), QStringLiteral("Batch: 3"));
        QVERIFY(desk.document->isChanged());
        desk.document->history().undo();
        QVERIFY(desk.document->spec() == testSpec());
        QVERIFY(!desk.document->isChanged());
        desk.document->history().redo();
        QCOMPARE(desk.document->spec().train.batch, 3);
        QCOMPARE(desk.document->history().count(), before + 1);
    }

    void typingIntoOneFieldIsOneStepUntilItIsLeft() {
        Desk desk;
        desk.document->load(testSpec(), QStringLiteral("a test"));
        const int before = desk.document->history().count();
        for (const char* text : {"1", "12", "128"})
            desk.document->setText("train.batch", text);
        QCOMPARE(desk.document->history().count(), before + 1);
        desk.document->endStep();
        desk.document->setText("train.batch", "64");
        QCOMPARE(desk.document->history().count(), before + 2);
        desk.document->history().undo();
        QCOMPARE(desk.document->spec().train.batch, 128);
    }

    void typingSomethingAndBackLeavesNoStep() {
        Desk desk;
        desk.document->load(testSpec(), QStringLiteral("a test"));
        desk.document->setText("train.batch", "80");
        desk.document->setText("train.batch", "8");
        QVERIFY(!desk.document->isChanged());
    }

    void whatIsNoValueIsKeptAsTypedAndTheValueBeforeStays() {
        Desk desk;
        desk.document->load(testSpec(), QStringLiteral("a test"));
        for (const char* text : {"many", "0", "5000", ""}) {
            desk.document->setText("train.batch", text);
            const auto& refused = desk.document->value().refused;
            QCOMPARE(refused.size(), std::size_t{1});
            QCOMPARE(refused.at("train.batch").text, text);
            QCOMPARE(refused.at("train.batch").problem.path, "train.batch");
            QCOMPARE(desk.document->spec().train.batch, 8);
        }
        desk.document->history().undo();
        QVERIFY(desk.document->value().refused.empty());
    }

    void whatWasNotSavedIsThereAtTheNextStart() {
        Desk desk;
        desk.document->load(namedSpec("mine"), QStringLiteral("a test"));
        desk.document->setText("train.steps", "77");
        desk.document->setText("seed", "4, 5");
        desk.document->setText("train.lr", "fast");
        const SetupValue value = desk.document->value();
        desk.restart();
        QVERIFY(desk.document->value() == value);
        QCOMPARE(desk.document->origin(), QStringLiteral("a test"));
        QVERIFY(desk.document->isChanged());
    }

    void theDraftIsKeptWithoutAGoodbye() {
        Desk desk;
        desk.document->setText("name", "kept");
        QTRY_VERIFY(desk.settings->value(QStringLiteral("setup/draft"))
                        .toString()
                        .contains(QStringLiteral("\"kept\"")));
    }

    void aDamagedDraftGivesThePreset_data() {
        QTest::addColumn<QString>("draft");
        QTest::newRow("no JSON") << QStringLiteral("{\"spec\": ");
        QTest::newRow("not an object") << QStringLiteral("[1]");
        QTest::newRow("no spec") << QStringLiteral("{\"spec\": 3}");
        QTest::newRow("newer") << QStringLiteral(
            "{\"spec\": {\"format\": \"concertina-experiment\", \"version\": 99}}");
    }

    void aDamagedDraftGivesThePreset() {
        QFETCH(QString, draft);
        Desk desk;
        desk.settings->setValue(QStringLiteral("setup/draft"), draft);
        desk.settings->sync();
        desk.restart();
        QVERIFY(desk.document->spec() == readSpecText(presets().front().text).spec);
    }

    void draftsWithOddPartsKeepTheRest() {
        Desk desk;
        const Json draft = {{"spec", toJson(namedSpec("odd"))},
                            {"seeds", {"x", -1}},
                            {"refused", {{"nowhere", "1"}, {"train.lr", 5}}},
                            {"origin", 7}};
        desk.settings->setValue(QStringLiteral("setup/draft"),
                                QString::fromStdString(jsonText(draft)));
        desk.settings->sync();
        desk.restart();
        QCOMPARE(desk.document->spec().name, "odd");
    }

    void loadingCanBeTakenBack() {
        Desk desk;
        desk.document->load(namedSpec("first"), QStringLiteral("one"));
        desk.document->setText("train.steps", "77");
        desk.document->load(namedSpec("second"), QStringLiteral("two"));
        QVERIFY(!desk.document->isChanged());
        desk.document->history().undo();
        QCOMPARE(desk.document->spec().name, "first");
        QCOMPARE(desk.document->spec().train.steps, 77);
        QCOMPARE(desk.document->origin(), QStringLiteral("one"));
        QVERIFY(desk.document->isChanged());
    }

    void whatIsSavedIsReadAgain() {
        Desk desk;
        desk.document->load(namedSpec("saved"), QStringLiteral("a test"));
        desk.document->setText("train.steps", "77");
        const QString file = desk.temporary.filePath(QStringLiteral("saved.json"));
        QVERIFY(!desk.document->save(file));
        QVERIFY(!desk.document->isChanged());
        QCOMPARE(desk.document->origin(), QStringLiteral("saved.json"));
        const ExperimentSpec spec = desk.document->spec();
        desk.document->load(testSpec(), QStringLiteral("other"));
        QVERIFY(desk.document->open(file).empty());
        QVERIFY(desk.document->spec() == spec);
    }

    void whatWasRefusedIsNotSaved() {
        Desk desk;
        desk.document->setText("train.batch", "many");
        const QString file = desk.temporary.filePath(QStringLiteral("not.json"));
        const auto problem = desk.document->save(file);
        QVERIFY(problem.has_value());
        QCOMPARE(problem->path, "train.batch");
        QVERIFY(!QFile::exists(file));
    }

    void aFolderThatIsNotThereIsReported() {
        Desk desk;
        const auto problem =
            desk.document->save(desk.temporary.filePath(QStringLiteral("no/where.json")));
        QVERIFY(problem.has_value());
        QCOMPARE(problem->code, "file.write");
    }

    void filesThatAreNoSpecsChangeNothing_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("code");
        QTest::newRow("text") << QByteArray("dear diary") << QByteArray("spec.json");
        QTest::newRow("empty") << QByteArray() << QByteArray("spec.json");
        QTest::newRow("other JSON") << QByteArray("{\"a\": 1}") << QByteArray("spec.format");
        QTest::newRow("newer") << QByteArray("{\"format\": \"concertina-experiment\", \"version\": 9}")
                               << QByteArray("spec.version");
        QTest::newRow("out of range")
            << QByteArray("{\"format\": \"concertina-experiment\", \"version\": 1, "
                          "\"train\": {\"batch\": 0}}")
            << QByteArray("field.range");
        QTest::newRow("huge") << QByteArray(10000001, ' ') << QByteArray("spec.file");
    }

    void filesThatAreNoSpecsChangeNothing() {
        QFETCH(QByteArray, text);
        QFETCH(QByteArray, code);
        Desk desk;
        const SetupValue before = desk.document->value();
        const Problems problems = desk.document->open(desk.file(QStringLiteral("f.json"), text));
        QVERIFY(!problems.empty());
        QCOMPARE(QByteArray::fromStdString(problems.front().code), code);
        QVERIFY(desk.document->value() == before);
        QCOMPARE(desk.document->open(QStringLiteral("/nowhere.json")).front().code, "spec.file");
    }

    void severalSeedsAreOneListAndNoneTwice() {
        Desk desk;
        desk.document->setText("seed", "3, 1, 2");
        QVERIFY((desk.document->value().seeds == std::vector<std::int64_t>{3, 1, 2}));
        QCOMPARE(desk.document->spec().seed, 3);
        desk.document->setText("seed", "1, 1");
        QCOMPARE(desk.document->value().refused.at("seed").problem.code, "seeds.twice");
        for (const char* text : {"", "-1", "1.5", "one"}) {
            desk.document->setText("seed", text);
            QVERIFY2(desk.document->value().refused.contains("seed"), text);
        }
    }

    void whatWasRefusedOfAnotherMethodIsForgotten() {
        Desk desk;
        desk.document->load(testSpec(), QStringLiteral("a test"));
        desk.document->setText("train.optimizer.options.beta1", "x");
        QCOMPARE(desk.document->value().refused.size(), std::size_t{1});
        desk.document->setText("train.optimizer.id", "sgd");
        QVERIFY(desk.document->value().refused.empty());
    }

    void mendsEndTheirProblem_data() {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("mended");
        QTest::newRow("above") << "train.batch" << "5000" << "4096";
        QTest::newRow("below") << "train.batch" << "0" << "1";
        QTest::newRow("no number") << "train.lr" << "fast" << "0.001";
        QTest::newRow("in a list") << "data.scales" << "0.5, 1.5, 9" << "1, 1.5, 8";
        QTest::newRow("empty list") << "data.scales" << "" << "1, 1.2, 1.5";
        QTest::newRow("infinite") << "train.lr" << "1e999" << "100";
        QTest::newRow("an option") << "network.kernels.0.options.rank" << "200" << "4";
        QTest::newRow("seeds twice") << "seed" << "1, 2, 1" << "1, 2";
    }

    void mendsEndTheirProblem() {
        QFETCH(QString, path);
        QFETCH(QString, typed);
        QFETCH(QString, mended);
        const Catalogue catalogue = testCatalogue();
        const std::string at = path.toStdString();
        const SetupValue wrong =
            withText(setupOf(testSpec()), catalogue, at, typed.toStdString());
        QVERIFY(wrong.refused.contains(at));
        const auto mend = mendFor(wrong.refused.at(at).problem, wrong, catalogue);
        QVERIFY(mend.has_value());
        QVERIFY(mend->value.refused.empty());
        QCOMPARE(QString::fromStdString(valueText(placeAt(mend->value, catalogue, at)->value)),
                 mended);
    }

    /// Each wrong spec loses its problem by the mend that is offered, and gains no other.
    void mendsOfWholeSpecs() {
        const Catalogue catalogue = testCatalogue();
        std::vector<ExperimentSpec> wrong(7, testSpec());
        wrong[0].train.optimizer.id = "adem";
        wrong[1].network.backbone.options["widht"] = 2;
        wrong[2].network.sharing = {"*: tied", "nowhere: tied"};
        wrong[3].network.kernels.push_back({"enc1.2", {"plain", Json::object()}});
        wrong[4].tasks.clear();
        wrong[5].tasks.push_back(wrong[5].tasks.front());
        wrong[6].train.warmup = 2000;
        for (const ExperimentSpec& spec : wrong) {
            const SetupValue value = setupOf(spec);
            const Problems problems = validate(spec, catalogue);
            QCOMPARE(problems.size(), std::size_t{1});
            const auto mend = mendFor(problems.front(), value, catalogue);
            QVERIFY2(mend.has_value(), problems.front().code.c_str());
            QVERIFY2(validate(mend->value.spec, catalogue).empty(), problems.front().code.c_str());
        }
    }

    void aMisspelledMethodBecomesTheNearest() {
        SetupValue value = setupOf(testSpec());
        value.spec.train.optimizer.id = "adamv";
        const Catalogue catalogue = testCatalogue();
        const auto mend = mendFor(validate(value.spec, catalogue).front(), value, catalogue);
        QVERIFY(mend->value.spec.train.optimizer.id.starts_with("adam"));
    }

    void aSplitThatIsNotThereIsAProblemWithAMend() {
        SetupValue value = setupOf(testSpec());
        value.spec.data.validationSplit = "vall";
        const DatasetSummary dataset{.name = "rooms", .splits = {{"train", 10}, {"val", 2}}};
        const Problems problems = datasetProblems(value.spec, 0, dataset);
        QCOMPARE(problems.size(), std::size_t{1});
        QCOMPARE(problems.front().path, "data.val_split");
        const auto mend = mendFor(problems.front(), value, testCatalogue());
        QCOMPARE(mend->value.spec.data.validationSplit, "val");
    }
};

QTEST_MAIN(SpecDocumentTest)

#include "tst_specdocument.moc"
