// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/collapse/collapsed_network.h"
#include "core/collapse/initial.h"
#include "core/model/task_change.h"
#include "core/model/validate.h"
#include "core/network/initial_network.h"
#include "core/tensor/torch.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QFile>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

// Networks that begin as a trained one: all of it, with a task more, or with one less.

namespace {

/// Segmentation and depth; normals can be added.
ExperimentSpec pairSpec(const std::string& parametrization, const Texts& rules) {
    ExperimentSpec spec = tinySpec(parametrization, rules.front());
    spec.network.sharing = rules;
    spec.tasks.pop_back();
    spec.train.steps = 4;
    spec.train.previews = 0;
    spec.train.conflictEvery = 2;
    return spec;
}

/// A run that has trained, and its last checkpoint.
struct Trained {
    Training training;
    Checkpoint checkpoint;

    explicit Trained(const ExperimentSpec& spec, const std::filesystem::path& initial = {})
        : training(spec) {
        if (!initial.empty())
            training.request.initial = [initial] { return readInitial(initial, "source", ""); };
        const auto result = training.run();
        if (!result || result->problem)
            qFatal("%s", toText(result ? *result->problem : result.error()).c_str());
        checkpoint = loadCheckpoint(training.lastCheckpoint()).value();
    }

    std::filesystem::path file() const { return training.lastCheckpoint(); }
    Network network() const { return networkOf(checkpoint).value(); }
    PlannedNetwork planned() const {
        return {.spec = checkpoint.spec, .plan = checkpoint.plan, .initial = "source@4"};
    }
};

std::vector<torch::Tensor> outputs(const Network& network, bool training = false) {
    const torch::NoGradGuard noGrad;
    const Network copy = network.convertedTo(torch::kFloat32); // training moves statistics
    return copy.forward(copy.compose(false), randomImages(3, 16, 24, 5), {.training = training});
}

/// The network of a spec that begins from a file.
Expected<Network> begun(const ExperimentSpec& spec, const std::filesystem::path& file,
                        BegunNotes* notes = nullptr) {
    const auto source = readInitial(file, "source", "");
    if (!source)
        return failure(source.error());
    std::vector<std::string> from;
    BegunNotes told;
    for (const TaskSpec& task : spec.tasks)
        from.push_back(task.from);
    return Network::begunFrom(designFor(spec), static_cast<std::uint64_t>(spec.seed),
                              spec.network.start, **source, from, notes ? *notes : told);
}

std::string codeOf(const Expected<Network>& network) {
    return network ? std::string() : network.error().code;
}

ExperimentSpec withKernels(ExperimentSpec spec, const std::string& parametrization) {
    spec.network.kernels = {{"*", {parametrization}}};
    spec.network.initial = "source";
    return withCompleteOptions(spec, catalogue());
}

/// Parametrizations whose tasks are added and dropped below.
const Texts methods{"plain", "factored", "expand", "do-conv",  "repvgg",    "chain",
                    "rcm",   "taps",     "eft",    "km-style", "polytropon"};

std::string joined(const Texts& texts) {
    std::string all;
    for (const std::string& text : texts)
        all += text + "\n";
    return all;
}

} // namespace

class BeginFromTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(m_folder.isValid()); }

    void everyParametrizationBeginsAsTheTrainedNetworkDid_data() {
        QTest::addColumn<QString>("from");
        QTest::addColumn<QString>("to");
        for (const std::string& to : methods)
            for (const char* from : {"plain", "factored", "repvgg"})
                QTest::addRow("%s to %s", from, to.c_str()) << from << QString::fromStdString(to);
    }

    /// To rounding; to the bit where the factors are the same.
    void everyParametrizationBeginsAsTheTrainedNetworkDid() {
        QFETCH(QString, from);
        QFETCH(QString, to);
        const Trained source(pairSpec(from.toStdString(), {"*: tied"}));
        const auto network =
            begun(withKernels(source.checkpoint.spec, to.toStdString()), source.file());
        QVERIFY2(network.has_value(), network ? "" : toText(network.error()).c_str());
        const auto before = outputs(source.network()), after = outputs(*network);
        for (std::size_t t = 0; t < 2; ++t)
            if (from == to)
                QVERIFY(sameBits(after[t], before[t]));
            else
                QVERIFY2(relativeDifference(after[t], before[t]) < 2e-5,
                         qPrintable(QString::number(relativeDifference(after[t], before[t]))));
    }

    void eachTaskBeginsWithTheKernelThatItHad() {
        const Trained source(pairSpec("factored", {"*: separate"}));
        // The other order of the tasks, other kernels, everything of their own: still each its own.
        ExperimentSpec spec = withKernels(source.checkpoint.spec, "plain");
        std::swap(spec.tasks[0], spec.tasks[1]);
        const auto before = outputs(source.network());
        const auto after = outputs(begun(spec, source.file()).value());
        QVERIFY(relativeDifference(after[0], before[1]) < 2e-5);
        QVERIFY(relativeDifference(after[1], before[0]) < 2e-5);
        // Tied they begin as the mean of both, and that is told.
        spec.network.sharing = {"*: tied"};
        BegunNotes notes;
        const Network tied = begun(spec, source.file(), &notes).value();
        const auto kernels = readInitial(source.file(), "source", "").value()->kernels;
        const torch::Tensor mean =
            (kernels.at("enc1.1/kernel/depth") + kernels.at("enc1.1/kernel/segmentation")) / 2;
        QVERIFY(relativeDifference(
                    tied.namedTensors().at("enc1.1/W/depth+segmentation").to(torch::kFloat64), mean)
                < 1e-6);
        QVERIFY2(joined(notes.texts).find("mean of several") != std::string::npos,
                 joined(notes.texts).c_str());
    }

    void aCollapsedNetworkIsBegunFromAsItWasShipped_data() {
        QTest::addColumn<QString>("rule");
        for (const char* rule : {"*: tied", "dec*: separate", "*: norm {segmentation} | {depth}"})
            QTest::newRow(rule) << rule;
    }

    void aCollapsedNetworkIsBegunFromAsItWasShipped() {
        QFETCH(QString, rule);
        const Trained source(pairSpec("factored", {rule.toStdString()}));
        const CollapsedNetwork shipped = fold(source.network(), source.checkpoint);
        const auto file = path("shipped.safetensors");
        QVERIFY(saveCollapsed(file, shipped).has_value());
        const torch::Tensor images = randomImages(3, 16, 24, 5);
        const auto expected = shipped.forward(images, {});
        ExperimentSpec spec = withKernels(source.checkpoint.spec, "plain");
        const auto whole = begun(spec, file);
        QVERIFY2(whole.has_value(), whole ? "" : toText(whole.error()).c_str());
        for (std::size_t t = 0; t < 2; ++t)
            QVERIFY(relativeDifference(outputs(*whole)[t], expected[t]) < 2e-5);
        // When it trains, norms go by batches: they have found the statistics that were folded.
        spec.train.steps = 1;
        spec.train.lr = 0;
        const Trained trained(spec, file);
        for (const auto& [name, tensor] : trained.network().namedTensors())
            if (name.find("/norm.mean/") != std::string::npos)
                QVERIFY2(tensor.abs().max().item<double>() > 0, name.c_str());
    }

    void aNetworkOf16BitsIsBegunFromInFloat32_data() {
        QTest::addColumn<int>("type");
        QTest::newRow("float16") << static_cast<int>(torch::kFloat16);
        QTest::newRow("bfloat16") << static_cast<int>(torch::kBFloat16);
    }

    void aNetworkOf16BitsIsBegunFromInFloat32() {
        QFETCH(int, type);
        const Trained source(pairSpec("factored", {"*: tied"}));
        CollapsedNetwork shipped = fold(source.network(), source.checkpoint);
        const auto file = path("narrow.safetensors");
        QVERIFY(saveCollapsed(file, shipped, static_cast<torch::ScalarType>(type)).has_value());
        const torch::Tensor images = randomImages(3, 16, 24, 5);
        const auto whole = begun(withKernels(source.checkpoint.spec, "plain"), file);
        QVERIFY2(whole.has_value(), whole ? "" : toText(whole.error()).c_str());
        for (const auto& [name, tensor] : whole->namedTensors())
            if (tensor.is_floating_point())
                QVERIFY2(tensor.scalar_type() == torch::kFloat32, name.c_str());
        // What the file says, computed in float32.
        for (torch::Tensor& tensor : shipped.tensors)
            tensor = tensor.to(static_cast<torch::ScalarType>(type)).to(torch::kFloat32);
        const auto expected = shipped.forward(images, {});
        for (std::size_t t = 0; t < 2; ++t)
            QVERIFY(relativeDifference(outputs(*whole)[t], expected[t]) < 2e-5);
    }

    void whatTheSourceHadFoldedIsTrainedByItsOwnStatistics() {
        // Branches end in norms that a plain kernel has not: folded, they leave none.
        const Trained source(pairSpec("repvgg", {"*: tied"}));
        ExperimentSpec spec = withKernels(source.checkpoint.spec, "plain");
        spec.train.steps = 1;
        spec.train.lr = 0;
        const Trained trained(spec, source.file());
        int norms = 0;
        for (const auto& [name, tensor] : trained.network().namedTensors())
            if (name.find("/norm.mean/") != std::string::npos) {
                QVERIFY2(tensor.abs().max().item<double>() > 0, name.c_str());
                ++norms;
            }
        QVERIFY(norms > 0);
        // γ is what the deviation was, so that a step normalizes to what use gives.
        for (const auto& [name, tensor] : trained.network().namedTensors())
            if (name.find("/norm.weight/") != std::string::npos && !name.starts_with("head"))
                QVERIFY2((tensor - std::sqrt(1 + NormEpsilon)).abs().max().item<double>() > 1e-3,
                         name.c_str());
    }

    void theNetworksOneFactorIsTakenWhereALayerHadIt() {
        const auto specWith = [](const char* layers) {
            ExperimentSpec spec = pairSpec("plain", {"*: tied"});
            spec.network.kernels.push_back({.layers = layers, .method = {"polytropon"}});
            return withCompleteOptions(std::move(spec), catalogue());
        };
        const Trained source(specWith("enc*"));
        const auto had = source.network().namedTensors();
        const auto network = begun(specWith("*"), source.file());
        QVERIFY2(network.has_value(), network ? "" : toText(network.error()).c_str());
        int ofNetwork = 0;
        for (const auto& [name, tensor] : network->namedTensors())
            if (name.starts_with("network/")) {
                QVERIFY2(sameBits(tensor, had.at(name)), name.c_str());
                ++ofNetwork;
            }
        QVERIFY(ofNetwork > 0);
    }

    void aSecondTaskHasWhatIsEachTasks_data() {
        QTest::addColumn<QString>("parametrization");
        for (const char* id : {"rcm", "taps", "eft", "polytropon"})
            QTest::newRow(id) << id;
    }

    void aSecondTaskHasWhatIsEachTasks() {
        QFETCH(QString, parametrization);
        ExperimentSpec alone = pairSpec(parametrization.toStdString(), {"*: tied"});
        alone.tasks.pop_back();
        alone.network.sharing.clear();
        const Trained source(alone);
        const auto spec = withTaskAdded(source.planned(), {.id = "depth"}, catalogue());
        QVERIFY2(spec.has_value(), spec ? "" : toText(spec.error()).c_str());
        const Trained added(withCompleteOptions(*spec, catalogue()), source.file());
        const Network network = added.network();
        const NetworkDesign& design = network.design();
        for (std::size_t i = 0; i < design.plan.layers.size(); ++i) {
            const LayerPlan& layer = design.plan.layers[i];
            for (std::size_t k = 0; k < layer.factors.size(); ++k)
                if (design.layers[i].factors.factors[k].owner == FactorOwner::EachTask)
                    QCOMPARE(layer.partitions[k].groups.size(), 2U);
            QCOMPARE(layer.norm.groups.size(), 2U);
        }
        QVERIFY(sameBits(outputs(network)[0], outputs(source.network())[0]));
    }

    void anAddedTaskLeavesTheOthersOutputsEqualToTheBit_data() {
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QStringList>("rules");
        QTest::addColumn<QString>("layers");
        const auto add = [](const std::string& parametrization, const QStringList& rules,
                            const char* layers) {
            QTest::addRow("%s, %s, own %s", parametrization.c_str(), qPrintable(rules.join("; ")),
                          layers)
                << QString::fromStdString(parametrization) << rules << layers;
        };
        for (const std::string& one : methods) {
            add(one, {"*: tied"}, "");
            add(one, {"dec*: separate"}, "");
            add(one, {"*: tied"}, "dec1*");
        }
        add("factored", {"*: factors shared"}, "");
        add("factored", {"*: merged"}, "");
        add("factored", {"*: merged"}, "dec*");
        add("factored", {"*: {segmentation} | {depth} separate", "enc*: merged"}, "enc*");
        add("expand", {"enc*: merged"}, "dec2*");
    }

    void anAddedTaskLeavesTheOthersOutputsEqualToTheBit() {
        QFETCH(QString, parametrization);
        QFETCH(QStringList, rules);
        QFETCH(QString, layers);
        Texts texts;
        for (const QString& rule : rules)
            texts.push_back(rule.toStdString());
        const Trained source(pairSpec(parametrization.toStdString(), texts));
        const bool hasCore = source.network().design().layers.front().factors.hasCore();
        auto spec =
            withTaskAdded(source.planned(),
                          {.id = "normal",
                           .layers = layers.toStdString(),
                           .state = hasCore ? SharingState::FactorsShared : SharingState::Separate},
                          catalogue());
        QVERIFY2(spec.has_value(), spec ? "" : toText(spec.error()).c_str());
        QVERIFY(validate(*spec, catalogue()).empty());
        const Trained added(withCompleteOptions(*spec, catalogue()), source.file());
        const auto before = outputs(source.network()), after = outputs(added.network());
        QCOMPARE(after.size(), 3U);
        for (std::size_t t = 0; t < 2; ++t)
            QVERIFY(sameBits(after[t], before[t]));
        // In training, too, what the others give is what they give in use.
        const auto training = outputs(added.network(), true);
        for (std::size_t t = 0; t < 2; ++t)
            QVERIFY(sameBits(training[t], before[t]));
        // The new task has learned: its head, and what it has of its own.
        const Network start = begun(added.checkpoint.spec, source.file()).value();
        const auto now = added.network().namedTensors();
        int moved = 0;
        for (const auto& [name, tensor] : start.namedTensors()) {
            const bool own = name.ends_with("/normal");
            QVERIFY2(own || sameBits(tensor, now.at(name)), name.c_str());
            moved += own && !sameBits(tensor, now.at(name)) ? 1 : 0;
        }
        QVERIFY2(moved >= (layers.isEmpty() ? 4 : 8), qPrintable(QString::number(moved)));
    }

    void aNewTasksCopiesBeginWithTheNamedTasks() {
        const Trained source(pairSpec("factored", {"*: separate"}));
        const Network trained = source.network();
        auto spec = withTaskAdded(source.planned(), {.id = "normal", .from = "depth"}, catalogue());
        const auto named = begun(*spec, source.file()).value().namedTensors();
        spec = withTaskAdded(source.planned(), {.id = "normal"}, catalogue());
        const auto mean = begun(*spec, source.file()).value().namedTensors();
        const auto was = trained.namedTensors();
        for (const char* part :
             {"dec1.1/M/", "dec1.1/bias/", "dec1.1/norm.weight/", "dec1.1/norm.mean/"}) {
            const torch::Tensor depth = was.at(std::string(part) + "depth");
            const torch::Tensor segmentation = was.at(std::string(part) + "segmentation");
            QVERIFY(sameBits(named.at(std::string(part) + "normal"), depth));
            QVERIFY(relativeDifference(mean.at(std::string(part) + "normal"),
                                       (depth + segmentation) / 2)
                    < 1e-6);
        }
    }

    void aDroppedTaskLeavesTheOthersOutputsEqualToTheBit_data() {
        QTest::addColumn<QString>("parametrization");
        QTest::addColumn<QString>("rule");
        for (const std::string& one : methods)
            for (const char* rule : {"*: tied", "dec*: separate"})
                QTest::addRow("%s %s", one.c_str(), rule) << QString::fromStdString(one) << rule;
        for (const char* rule :
             {"*: merged", "dec*: factors shared", "*: {segmentation, normal} | {depth} merged"})
            QTest::addRow("factored %s", rule) << "factored" << rule;
    }

    void aDroppedTaskLeavesTheOthersOutputsEqualToTheBit() {
        QFETCH(QString, parametrization);
        QFETCH(QString, rule);
        ExperimentSpec whole = tinySpec(parametrization.toStdString(), rule.toStdString());
        whole.train.steps = 3;
        whole.train.previews = 0;
        const Trained source(whole);
        const auto spec = withTaskDropped(source.planned(), "depth", catalogue());
        QVERIFY2(spec.has_value(), spec ? "" : toText(spec.error()).c_str());
        const auto network = begun(withCompleteOptions(*spec, catalogue()), source.file());
        QVERIFY2(network.has_value(), network ? "" : toText(network.error()).c_str());
        const auto before = outputs(source.network()), after = outputs(*network);
        QCOMPARE(after.size(), 2U);
        QVERIFY(sameBits(after[0], before[0]));
        QVERIFY(sameBits(after[1], before[2]));
        // The same of what is shipped.
        FoldCounts counts, all;
        const CollapsedNetwork shipped = fold(source.network(), source.checkpoint, &all);
        counts = all;
        const CollapsedNetwork left = withoutTask(shipped, "depth", counts);
        const torch::Tensor images = randomImages(2, 16, 24, 9);
        const auto old = shipped.forward(images, {}), fewer = left.forward(images, {});
        QCOMPARE(fewer.size(), 2U);
        QVERIFY(sameBits(fewer[0], old[0]));
        QVERIFY(sameBits(fewer[1], old[2]));
        QVERIFY(left.parameters() < shipped.parameters());
        for (const std::string& name : left.program.tensors)
            QVERIFY2(!name.ends_with("/depth"), name.c_str());
        QVERIFY(counts.kernels < all.kernels);
        const auto file = path("left.safetensors");
        QVERIFY(saveCollapsed(file, left).has_value());
        QVERIFY(loadCollapsed(file).has_value());
    }

    void aRunThatBeganFromAnotherResumesToTheBitWithoutIt() {
        const Trained source(pairSpec("factored", {"*: factors shared"}));
        auto spec = withTaskAdded(source.planned(), {.id = "normal"}, catalogue());
        spec->train.checkpointEvery = 2;
        const ExperimentSpec complete = withCompleteOptions(*spec, catalogue());
        const auto copy = path("source.safetensors");
        QVERIFY(QFile::copy(QString::fromStdString(source.file().string()),
                            QString::fromStdString(copy.string())));
        const Trained whole(complete, copy);
        Training stopped(complete);
        stopped.request.initial = [copy] { return readInitial(copy, "source", ""); };
        stopped.after(2, [](RunControl& control) { control.stop(); });
        QVERIFY(stopped.run().has_value());
        QVERIFY(QFile::remove(QString::fromStdString(copy.string())));
        Training resumed(complete);
        resumed.request.resumeAt = stopped.lastCheckpoint();
        const auto result = resumed.run();
        QVERIFY2(result && !result->problem, result ? "" : toText(result.error()).c_str());
        QVERIFY(sameTensors(resumed.lastCheckpoint(), whole.file()));
        // From the start it does need it.
        Training anew(complete);
        anew.request.initial = stopped.request.initial;
        QCOMPARE(anew.run().error().code, std::string("file.read"));
        Training nothing(complete);
        QCOMPARE(nothing.run().error().code, std::string("initial.missing"));
    }

    void whatIsToldAtTheBeginningIsAnEventOfTheRun() {
        const Trained source(pairSpec("factored", {"*: separate"}));
        ExperimentSpec spec = withKernels(tinySpec("factored", "*: tied"), "factored");
        spec.train.steps = 1;
        const Trained begun(spec, source.file());
        std::string told;
        for (const NoticeEvent& notice : begun.training.record.notices)
            if (notice.code == "initial")
                told += notice.text + "\n";
        for (const char* words : {"Begins as source", "head.normal.1", "mean"})
            QVERIFY2(told.find(words) != std::string::npos, told.c_str());
        QVERIFY(told.find("Not taken over") == std::string::npos);
        ExperimentSpec frozen = tinySpec("factored", "*: freeze");
        frozen.train.steps = 1;
        const Trained doubted(frozen);
        QVERIFY(std::ranges::count(doubted.training.record.notices, "network.frozen_new",
                                   &NoticeEvent::code)
                == 1);
    }

    void whatDoesNotFitIsAProblem() {
        const Trained source(pairSpec("factored", {"*: tied"}));
        const auto changed = [&](auto change) {
            ExperimentSpec spec = withKernels(source.checkpoint.spec, "factored");
            change(spec);
            return begun(withCompleteOptions(spec, catalogue()), source.file());
        };
        const auto wider = changed([](ExperimentSpec& s) {
            s.network.backbone.options["channels"] = {7, 8};
        });
        QCOMPARE(codeOf(wider), std::string("initial.shape"));
        QCOMPARE(wider.error().path, std::string("enc1.1"));
        QCOMPARE(wider.error().found, std::string("6 × 3 × 3 × 3 in source"));
        QCOMPARE(wider.error().expected, std::string("7 × 3 × 3 × 3, as here"));
        QCOMPARE(codeOf(changed([](ExperimentSpec& s) {
                     s.network.backbone = {"unet", {{"channels", {6, 8, 8}}, {"convolutions", 1}}};
                 })),
                 std::string("initial.layer"));
        QCOMPARE(codeOf(changed([](ExperimentSpec& s) {
                     s.tasks.push_back({{"normal"}, 1.0});
                     s.tasks.back().from = "edges";
                 })),
                 std::string("initial.task"));
        QCOMPARE(codeOf(changed([](ExperimentSpec& s) {
                     s.tasks.push_back({{"normal"}, 1.0});
                     s.tasks.back().rests = true;
                 })),
                 std::string("initial.task"));
    }

    void aHeadOfOtherClassesIsAProblemThatSaysHowToBeginANewOne() {
        const Trained source(pairSpec("plain", {"*: tied"}));
        auto initial = *readInitial(source.file(), "source", "").value();
        initial.trained.reset();
        for (const char* name :
             {"head.segmentation.2/kernel/segmentation", "head.segmentation.2/bias/segmentation"})
            initial.kernels[name] = initial.kernels.at(name).narrow(0, 0, 5);
        ExperimentSpec spec = withKernels(source.checkpoint.spec, "plain");
        BegunNotes notes;
        std::vector<std::string> from{"", ""};
        const auto refused =
            Network::begunFrom(designFor(spec), 1, spec.network.start, initial, from, notes);
        QCOMPARE(codeOf(refused), std::string("initial.shape"));
        QCOMPARE(refused.error().path, std::string("head.segmentation.2"));
        QVERIFY2(refused.error().hint.find("tasks.0.from = segmentation") != std::string::npos,
                 refused.error().hint.c_str());
        from[0] = "segmentation";
        const auto fresh =
            Network::begunFrom(designFor(spec), 1, spec.network.start, initial, from, notes);
        QVERIFY(fresh.has_value());
        QVERIFY2(joined(notes.texts).find("New: head.segmentation") != std::string::npos,
                 joined(notes.texts).c_str());
    }

    void aFileThatIsDamagedIsRefused() {
        const Trained source(pairSpec("plain", {"*: tied"}));
        const auto reading = [](const std::filesystem::path& file, const std::string& sum = {}) {
            const auto initial = readInitial(file, "source", sum);
            return initial ? std::string() : initial.error().code;
        };
        const auto sum = tensorFileSum(source.file()).value();
        QCOMPARE(reading(source.file(), sum), std::string());
        QCOMPARE(reading(source.file(), std::string(64, '0')), std::string("initial.changed"));
        QCOMPARE(reading(path("none.safetensors")), std::string("file.read"));
        QFile whole(QString::fromStdString(source.file().string()));
        QVERIFY(whole.open(QIODevice::ReadOnly));
        const QByteArray bytes = whole.readAll();
        const auto written = [&](const QByteArray& content) {
            const auto file = path("damaged.safetensors");
            QFile out(QString::fromStdString(file.string()));
            if (!out.open(QIODevice::WriteOnly) || out.write(content) != content.size())
                qFatal("no room");
            return file;
        };
        for (const qsizetype size :
             {qsizetype{0}, qsizetype{4}, bytes.size() / 2, bytes.size() - 1})
            QVERIFY2(!reading(written(bytes.left(size))).empty(),
                     qPrintable(QString::number(size)));
        QVERIFY(!reading(written("not a file of tensors, but a text")).empty());
        QVERIFY(writeTensorFile(path("other.safetensors"),
                                {.header = {{"format", "other"}}, .tensors = {}})
                    .has_value());
        QCOMPARE(reading(path("other.safetensors")), std::string("initial.format"));
    }

    void aSourceThatIsNotFiniteIsAProblem() {
        const Trained source(pairSpec("factored", {"*: tied"}));
        for (const char* name : {"enc1.1/U/segmentation+depth",
                                 "dec1.1/norm.var/segmentation+depth", "head.depth.2/W/depth"}) {
            Checkpoint broken = source.checkpoint;
            broken.tensors[name] = broken.tensors.at(name).clone();
            broken.tensors[name].flatten()[0] = std::nan("");
            const auto file = path("nan.safetensors");
            QVERIFY(saveCheckpoint(file, broken).has_value());
            const auto network = begun(withKernels(source.checkpoint.spec, "plain"), file);
            QCOMPARE(codeOf(network), std::string("network.not_finite"));
        }
    }

    void newWeightsAreXaviersOrKaimings() {
        ExperimentSpec spec = tinySpec("plain", "*: tied");
        const auto design = designFor(spec);
        const auto xavier = Network(designFor(spec), 3).namedTensors();
        const auto kaiming = Network(designFor(spec), 3, StartWeights::Kaiming).namedTensors();
        int kernels = 0;
        for (const auto& [name, tensor] : xavier) {
            if (name.find("/W/") == std::string::npos)
                continue;
            ++kernels;
            // √(2 / fan_out) ÷ √(2 / (fan_in + fan_out)), of one draw (torch.nn.init).
            const double out = static_cast<double>(tensor.size(0));
            const double in = static_cast<double>(tensor.size(1));
            QVERIFY2(relativeDifference(kaiming.at(name) / tensor,
                                        torch::full_like(tensor, std::sqrt((in + out) / out)))
                         < 1e-5,
                     name.c_str());
        }
        QVERIFY(kernels > 6);
        const torch::Tensor kernel = kaiming.at("head.segmentation.1/W/segmentation");
        const double expected = std::sqrt(2.0 / (9.0 * static_cast<double>(kernel.size(0))));
        QVERIFY(std::abs(kernel.std().item<double>() / expected - 1) < 0.1);
    }

private:
    std::filesystem::path path(const char* name) const {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }

    QTemporaryDir m_folder;
};

QTEST_GUILESS_MAIN(BeginFromTest)
#include "tst_begin_from.moc"
