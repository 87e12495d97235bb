// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/task_words.h"
#include "core/model/validate.h"
#include "core/model/weight_owners.h"
#include "core/optimizers/optimizer.h"
#include "core/tensor/torch.h"
#include "core/values/presets.h"
#include "tests/core/core_testing.h"
#include "tests/printing.h"

#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QSet>

using namespace concertina;
using namespace concertina::testing;

// One file adds one thing, with one line in a table beside it: a line that is forgotten would drop
// a method in silence, a changed id would make files unreadable.

class MethodTablesTest : public QObject {
    Q_OBJECT

    static QString textOf(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    }

    static void addFamilies() {
        QTest::addColumn<int>("family");
        for (const Family family : AllFamilies)
            QTest::newRow(std::string(familyName(family)).c_str()) << static_cast<int>(family);
    }

    static std::vector<const MethodInfo*> methodsOf(int family) {
        return catalogue().methods(static_cast<Family>(family));
    }

private Q_SLOTS:
    void everyPresetIsValid() {
        for (const EmbeddedText& preset : presets())
            QVERIFY2(validate(readSpecText(preset.text).spec, catalogue()).empty(),
                     std::string(preset.name).c_str());
    }

    void theDemoShowsWhatTasksOwnAndWhatShips() {
        const auto preset =
            std::ranges::find(presets(), std::string_view("rooms-demo"), &EmbeddedText::name);
        const auto result =
            designNetwork(readSpecText(preset->text).spec, catalogue(), std::vector{9, 1, 3});
        QVERIFY(result.problems.empty());
        const WeightOwners owners = weightOwners(result.design);
        QCOMPARE(owners.owners.size(), 4U); // all tasks, and each of the three
        std::vector<std::string> names;
        for (const WeightOwners::Part& part : owners.parts) {
            names.push_back(part.name);
            for (std::size_t task = 1; task < 4; ++task) {
                const BeforeAfter& own = part.weights[task];
                QCOMPARE(own.expanded > 0, part.name != "tied");
                // Of merged cores one kernel is made.
                QCOMPARE(own.collapsed > 0, part.name != "tied" && part.name != "merged");
            }
        }
        QCOMPARE(names, (std::vector<std::string>{"tied", "merged", "factors shared", "heads"}));
    }

    void everyFileStandsInItsTableAndEveryLineHasItsFile_data() {
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("table");
        QTest::addColumn<int>("family");
        const auto add = [](const char* folder, const char* table, Family family) {
            QTest::newRow(folder) << folder << table << static_cast<int>(family);
        };
        add("core/tasks", "tasks.cpp", Family::Task);
        add("core/data", "datasets.cpp", Family::Dataset);
        add("core/backbones", "backbones.cpp", Family::Backbone);
        add("core/parametrizations", "parametrizations.cpp", Family::Parametrization);
        add("core/balancing", "balancings.cpp", Family::Balancing);
        add("core/optimizers", "optimizers.cpp", Family::Optimizer);
        add("core/exports", "exports.cpp", Family::Export);
    }

    void everyFileStandsInItsTableAndEveryLineHasItsFile() {
        QFETCH(QString, folder);
        QFETCH(QString, table);
        QFETCH(int, family);
        // What a method's file defines, and what the table names.
        static const QRegularExpression definition("^const (?:\\w+Entry|BackboneInfo)& (\\w+)\\(\\) \\{",
                                                   QRegularExpression::MultilineOption);
        static const QRegularExpression entry("&(\\w+)\\(\\)");
        QSet<QString> defined, listed;
        const QString root = QString(CONCERTINA_SOURCE_DIR) + '/' + folder;
        QDirIterator files(root, {"*.cpp"}, QDir::Files, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            const QString path = files.next();
            if (files.fileName() == table)
                continue;
            auto found = definition.globalMatch(textOf(path));
            for (int inFile = 0; found.hasNext(); ++inFile) {
                defined.insert(found.next().captured(1));
                QVERIFY2(inFile == 0, qPrintable(path + " holds two methods"));
            }
        }
        const QString text = textOf(root + '/' + table);
        const qsizetype from = text.indexOf("static const std::array all{");
        QVERIFY(from >= 0);
        auto found = entry.globalMatch(text.mid(from, text.indexOf("};", from) - from));
        while (found.hasNext())
            listed.insert(found.next().captured(1));
        QVERIFY2(defined == listed,
                 qPrintable((defined - listed).values().join(' ') + " not listed; "
                            + (listed - defined).values().join(' ') + " without a file"));
        QCOMPARE(static_cast<qsizetype>(methodsOf(family).size()), listed.size());
    }

    void idsAreFrozen_data() {
        // They stand in people's files. A new one is added here; none ever changes.
        QTest::addColumn<int>("family");
        QTest::addColumn<QStringList>("ids");
        const auto add = [](Family family, const QStringList& ids) {
            QTest::newRow(std::string(familyName(family)).c_str())
                << static_cast<int>(family) << ids;
        };
        add(Family::Dataset, {"rooms", "folder", "nyuv2", "mtan-npy", "cityscapes", "coco", "table"});
        add(Family::Task, {"segmentation", "depth", "normal", "inverse-depth", "classification",
                           "presence", "regression", "detection", "keypoints"});
        add(Family::Backbone, {"segnet", "unet", "resnet18", "resnet34", "resnet50", "resnet101",
                               "vgg16", "mobilenet_v2"});
        add(Family::Parametrization, {"plain", "factored", "expand", "do-conv", "repvgg", "chain",
                                      "rcm", "taps", "eft", "km-style", "polytropon"});
        add(Family::Optimizer, {"adam", "adamw", "sgd"});
        add(Family::Schedule, {"cosine", "step", "constant"});
        add(Family::Balancing, {"equal", "uw", "dwa", "famo", "pcgrad", "mgda"});
        add(Family::Export, {"safetensors", "onnx", "torchscript", "cpp"});
    }

    void idsAreFrozen() {
        QFETCH(int, family);
        QFETCH(QStringList, ids);
        QStringList actual;
        for (const MethodInfo* info : methodsOf(family))
            actual << QString::fromStdString(info->id);
        QCOMPARE(actual, ids);
        QCOMPARE(QSet<QString>(actual.begin(), actual.end()).size(), actual.size());
    }

    void metricsNamesAndLettersOfTasksAreFrozen() {
        const std::map<std::string, std::pair<std::string, Texts>> frozen{
            {"segmentation", {"S", {"miou", "pixel_accuracy"}}},
            {"depth", {"D", {"abs_err", "rel_err"}}},
            {"inverse-depth", {"I", {"inverse_abs_err", "inverse_rel_err"}}},
            {"normal",
             {"N", {"mean_angle", "median_angle", "within_11_25", "within_22_5", "within_30"}}},
            {"classification", {"C", {"top1", "top5", "class_accuracy"}}},
            {"presence", {"P", {"map", "accuracy"}}},
            {"regression", {"R", {"mae", "rmse"}}},
            {"detection", {"B", {"ap", "ap50", "ap75", "ar100"}}},
            {"keypoints", {"K", {"oks_ap", "oks_ap50", "oks_ap75", "oks_ar20"}}}};
        QCOMPARE(catalogue().tasks.size(), frozen.size());
        for (const TaskInfo& task : catalogue().tasks) {
            // Series of tasks that have names of their own say by it of which method they are.
            QCOMPARE(taskWithMain(catalogue(), task.metrics.front().name), &task);
            Texts names;
            for (const MetricInfo& metric : task.metrics) {
                names.push_back(metric.name);
                QVERIFY(!metric.label.empty());
            }
            QCOMPARE(names, frozen.at(task.id).second);
            QCOMPARE(task.letter, frozen.at(task.id).first);
        }
    }

    void stateNamesOfOptimizersAreFrozen() { // they stand in checkpoints
        const std::map<std::string, Texts> frozen{{"adam", {"adam.m", "adam.v"}},
                                                  {"adamw", {"adam.m", "adam.v"}},
                                                  {"sgd", {"sgd.b"}}};
        for (const OptimizerInfo& optimizer : catalogue().optimizers)
            QCOMPARE(optimizer.moments, frozen.at(optimizer.id));
    }

    void everyMethodIsExplainedAndNamesItsSource_data() { addFamilies(); }

    void everyMethodIsExplainedAndNamesItsSource() {
        QFETCH(int, family);
        for (const MethodInfo* info : methodsOf(family)) {
            QVERIFY2(!info->label.empty(), info->id.c_str());
            QVERIFY2(info->help.size() > 20, info->id.c_str());
            QVERIFY2(!info->source.empty(), info->id.c_str());
        }
    }

    void everyOptionIsExplainedAndItsDefaultFits_data() { addFamilies(); }

    void everyOptionIsExplainedAndItsDefaultFits() {
        QFETCH(int, family);
        for (const MethodInfo* info : methodsOf(family)) {
            QSet<QString> paths;
            for (const FieldInfo& option : info->options) {
                const std::string name = info->id + "." + option.path;
                QVERIFY2(!option.label.empty() && option.help.size() > 5, name.c_str());
                const auto problem = check(option, option.defaultValue, name);
                QVERIFY2(!problem, problem ? toText(*problem).c_str() : "");
                QVERIFY2(!paths.contains(QString::fromStdString(option.path)), name.c_str());
                paths.insert(QString::fromStdString(option.path));
                // A name that `--set` can reach.
                static const QRegularExpression plain("^[a-z][a-z0-9_]*$");
                QVERIFY2(plain.match(QString::fromStdString(option.path)).hasMatch(), name.c_str());
            }
            const MethodChoice choice{info->id, completeOptions(*info, Json::object())};
            const auto problems =
                checkMethod(catalogue(), static_cast<Family>(family), choice, "here");
            QCOMPARE(problems, Problems{});
        }
    }

    void tasksAskForAsManyChannelsAsTheirTargetsHave() {
        QCOMPARE(catalogue().task("segmentation")->target->outputs(13), 13);
        QCOMPARE(catalogue().task("depth")->target->outputs(0), 1);
        QCOMPARE(catalogue().task("inverse-depth")->target->outputs(0), 1);
        QCOMPARE(catalogue().task("normal")->target->outputs(0), 3);
    }
};

QTEST_GUILESS_MAIN(MethodTablesTest)
#include "tst_method_tables.moc"
