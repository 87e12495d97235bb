// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/collapse/initial.h"
#include "core/model/validate.h"
#include "core/network/channel_spaces.h"
#include "core/network/fitted_weights.h"
#include "core/tensor/torch.h"
#include "core/tensor/weights_file.h"
#include "core/training/begun_network.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QFile>
#include <QProcess>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

// Networks that begin with weights of another program: tests/reference/save_segnet.py writes them,
// and what PyTorch makes of the same images.

namespace {

/// The script's SegNet, its two tasks' heads on top.
ExperimentSpec fittedSpec(const std::string& parametrization) {
    ExperimentSpec spec = tinySpec(parametrization, "*: tied");
    spec.tasks.pop_back();
    spec.train.steps = 2;
    spec.train.previews = 0;
    spec.network.initial = "weights.pt";
    return spec;
}

std::string textOf(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts)
        all += text + "\n";
    return all;
}

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

/// The heads on given features, by their own kernels.
torch::Tensor headOn(const std::map<std::string, torch::Tensor>& tensors, const std::string& task,
                     const torch::Tensor& features) {
    const auto tensor = [&](const char* part, const char* what) {
        return tensors.at("head." + task + part + what + "/" + task).to(torch::kFloat64);
    };
    const torch::Tensor middle = torch::conv2d(features.to(torch::kFloat64), tensor(".1", "/W"),
                                               tensor(".1", "/bias"), 1, 1);
    return torch::conv2d(middle, tensor(".2", "/W"), tensor(".2", "/bias"));
}

} // namespace

class FittedWeightsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        QProcess probe;
        probe.start(python, {QStringLiteral("-c"), QStringLiteral("import torch")});
        if (!probe.waitForFinished(120'000) || probe.exitCode() != 0)
            QSKIP("Debian's python3-torch is not here.");
        QProcess script;
        script.start(python,
                     {QStringLiteral("-W"), QStringLiteral("ignore"),
                      QStringLiteral(CONCERTINA_SOURCE_DIR "/tests/reference/save_segnet.py"),
                      m_folder.path()});
        QVERIFY(script.waitForFinished(120'000));
        QVERIFY2(script.exitCode() == 0, script.readAllStandardError().constData());
        m_case = readWeights(path("case.pt")).value();
    }

    void theNetworkGivesWhatPyTorchGives_data() {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("parametrization");
        for (const char* file : {"norm.pt", "bn.pth", "sequence.pt", "bare.pt", "wide-leading.pt",
                                 "wide-strongest.pt"})
            for (const char* parametrization : {"plain", "factored", "repvgg", "expand"})
                QTest::addRow("%s, %s", file, parametrization) << file << parametrization;
    }

    /// To float32's rounding, expanded or not: 2e-5 of the largest value.
    void theNetworkGivesWhatPyTorchGives() {
        QFETCH(QString, file);
        QFETCH(QString, parametrization);
        ExperimentSpec spec = fittedSpec(parametrization.toStdString());
        if (file == "wide-strongest.pt")
            spec.network.initialChannels = InitialChannels::Strongest;
        BegunNotes notes;
        const auto network = begun(spec, file.toUtf8().constData(), &notes);
        QVERIFY2(network.has_value(), network ? "" : toText(network.error()).c_str());
        const auto outputs = outputsOf(*network);
        const auto tensors = network->namedTensors();
        for (std::size_t t = 0; t < outputs.size(); ++t) {
            const torch::Tensor expected =
                headOn(tensors, spec.tasks[t].method.id, m_case.at(file.toStdString()));
            QVERIFY2(relativeDifference(outputs[t].to(torch::kFloat64), expected) < 2e-5,
                     textOf(notes.texts).c_str());
        }
        QVERIFY2(contains(notes.texts.front(), "6 layers of 10"), notes.texts.front().c_str());
        QCOMPARE(contains(textOf(notes.texts), "Left in the file: fc.bias, fc.weight."),
                 file != "sequence.pt"); // there they stand behind a prefix
    }

    /// With the weakest half of the channels the network is another one.
    void theOptionSaysWhichChannelsAreTaken() {
        ExperimentSpec spec = fittedSpec("plain");
        const auto leading = begun(spec, "wide-strongest.pt");
        spec.network.initialChannels = InitialChannels::Strongest;
        const auto strongest = begun(spec, "wide-strongest.pt");
        QVERIFY(leading && strongest);
        QVERIFY(relativeDifference(outputsOf(*leading)[0], outputsOf(*strongest)[0]) > 0.01);
        BegunNotes notes;
        QVERIFY(begun(spec, "wide-strongest.pt", &notes).has_value());
        QVERIFY2(contains(textOf(notes.texts), "Take the strongest channels of the file's, which "
                                               "are more: *."),
                 textOf(notes.texts).c_str());
    }

    void whatTheFileLacksBeginsAnewAndIsNoted() {
        const ExperimentSpec spec = fittedSpec("factored");
        BegunNotes notes;
        const auto network = begun(spec, "parts.pt", &notes);
        QVERIFY2(network.has_value(), network ? "" : toText(network.error()).c_str());
        const std::string text = textOf(notes.texts);
        QVERIFY2(contains(text, "2 layers of 10"), text.c_str());
        QVERIFY2(contains(text, "Not in the file, and new: dec*."), text.c_str());
        QVERIFY2(contains(text, "enc2.1 (8 × 6 × 5 × 5, here 8 × 6 × 3 × 3)"), text.c_str());
        const auto whole = networkFor(spec).namedTensors();
        const auto partly = network->namedTensors();
        for (const auto& [name, tensor] : whole) {
            const bool isNew = !name.starts_with("enc1.1/") && !name.starts_with("enc2.2/");
            if (isNew || name.find("/U/") != std::string::npos)
                QVERIFY2(sameBits(tensor, partly.at(name)) == isNew, name.c_str());
        }
    }

    void weightsThatDoNotFitAreRefused() {
        const ExperimentSpec spec = fittedSpec("plain");
        const auto other = begun(spec, "other.pt");
        QVERIFY(!other);
        QCOMPARE(other.error().code, std::string("weights.other_network"));
        const std::string text = toText(other.error());
        QVERIFY2(contains(text, "features.0.weight") && contains(text, "enc1.1"), text.c_str());
        const auto narrow = begun(spec, "narrow.pt");
        QVERIFY(!narrow);
        QCOMPARE(narrow.error().code, std::string("weights.other_network"));
        QVERIFY(contains(narrow.error().found, "2 × 3 × 3 × 3, here 6 × 3 × 3 × 3"));
        QCOMPARE(begun(spec, "nan.pt").error().code, std::string("network.not_finite"));
        QCOMPARE(readInitial(path("absent.pt"), "absent.pt", "").error().code,
                 std::string("file.read"));
        ExperimentSpec resting = spec;
        resting.tasks[0].rests = true;
        QCOMPARE(begun(resting, "norm.pt").error().code, std::string("initial.task"));
    }

    /// What PyTorch says of each tensor: "name [8, 6, 3, 3] float32 1728".
    void aReportListsWhatPyTorchSaved() {
        QProcess script;
        script.start(
            python,
            {QStringLiteral("-c"),
             QStringLiteral("import sys, torch\n"
                            "for k, v in sorted(torch.load(sys.argv[1])['state_dict'].items()):\n"
                            "    print(k, list(v.shape), str(v.dtype)[6:],"
                            " v.numel() * v.element_size())"),
             m_folder.filePath(QStringLiteral("norm.pt"))});
        QVERIFY(script.waitForFinished(120'000));
        std::string expected = script.readAllStandardOutput().toStdString();
        const auto report = weightsReport(path("norm.pt"));
        QVERIFY2(report.has_value(), report ? "" : toText(report.error()).c_str());
        std::string lines;
        for (const FileTensor& tensor : report->tensors)
            lines += tensor.name + " " + jsonText(tensor.shape) + " " + tensor.type + " "
                     + std::to_string(static_cast<std::int64_t>(tensor.bytes)) + "\n";
        std::erase(expected, ' ');
        std::erase(lines, ' ');
        QCOMPARE(lines, expected);
        QVERIFY(!report->fit && !report->problem);
    }

    void aReportSaysWhatANetworkTakesOfThem() {
        const ExperimentSpec spec = fittedSpec("factored");
        const auto whole = weightsReport(path("norm.pt"), &spec).value();
        QCOMPARE(whole.fit->layers, 6);
        QCOMPARE(whole.fit->loaded.size(), std::size_t{6});
        QCOMPARE(whole.fit->left, (Texts{"fc.bias", "fc.weight"}));
        // Of each layer its kernel, its bias and four of its norm; the counter is nothing to take.
        QCOMPARE(whole.fit->used.size(), std::size_t{6 * 6});
        QVERIFY(whole.fit->missing.empty() && whole.fit->otherShapes.empty());
        QCOMPARE(useOf(whole, "enc1.1.norm.running_var"), std::string("loaded"));
        QVERIFY2(contains(whole.notes.front(), "6 layers of 10"), whole.notes.front().c_str());

        const auto parts = weightsReport(path("parts.pt"), &spec).value();
        QCOMPARE(parts.fit->loaded, (Texts{"enc1.1", "enc2.2"}));
        QCOMPARE(parts.fit->missing, (Texts{"dec2.1", "dec2.2", "dec1.1"}));
        QCOMPARE(parts.fit->otherShapes.size(), std::size_t{1});
        QCOMPARE(parts.fit->otherShapes[0].inFile, (std::vector<std::int64_t>{8, 6, 5, 5}));
        QCOMPARE(useOf(parts, parts.fit->otherShapes[0].tensor), std::string("other shape"));

        ExperimentSpec strongest = spec;
        strongest.network.initialChannels = InitialChannels::Strongest;
        QCOMPARE(weightsReport(path("wide-strongest.pt"), &strongest)->fit->narrowed.size(),
                 std::size_t{6});
        QVERIFY(weightsReport(path("bare.pt"), &spec)->fit->withoutNorm.size() == 6);
    }

    void aReportOfWhatDoesNotFitSaysWhy() {
        const ExperimentSpec spec = fittedSpec("plain");
        const auto other = weightsReport(path("other.pt"), &spec);
        QVERIFY(other.has_value() && !other->tensors.empty() && !other->fit);
        QCOMPARE(other->problem->code, std::string("weights.other_network"));
        QCOMPARE(weightsReport(path("absent.pt"), &spec).error().code, std::string("file.read"));
        QFile half(QString::fromStdString(path("norm.pt").string()));
        QVERIFY(half.open(QIODevice::ReadOnly));
        QFile cut(m_folder.filePath(QStringLiteral("cut.pt")));
        QVERIFY(cut.open(QIODevice::WriteOnly));
        cut.write(half.read(half.size() / 2));
        cut.close();
        const auto damaged = weightsReport(path("cut.pt"), &spec);
        QVERIFY(!damaged);
        QVERIFY2(contains(damaged.error().path, "cut.pt"), damaged.error().path.c_str());
    }

    void aFileIsKnownByTheSumOfItsBytes() {
        const ExperimentSpec spec = fittedSpec("plain");
        const std::string sum = checkInitial(path("norm.pt"), "norm.pt", "", spec).value();
        QProcess process;
        process.start(QStringLiteral("sha256sum"), {m_folder.filePath(QStringLiteral("norm.pt"))});
        QVERIFY(process.waitForFinished());
        QCOMPARE(QString::fromUtf8(process.readAllStandardOutput().left(64)),
                 QString::fromStdString(sum));
        QVERIFY(readInitial(path("norm.pt"), "norm.pt", sum).has_value());
        const auto changed = readInitial(path("bn.pth"), "bn.pth", sum);
        QVERIFY(!changed);
        QCOMPARE(changed.error().code, std::string("initial.changed"));
    }

    /// The run's notices say what was loaded; norms without statistics get them from the images.
    void aRunBeginsWithThem() {
        for (const char* file : {"norm.pt", "bare.pt"}) {
            Training training(fittedSpec("factored"));
            training.request.initial = [place = path(file)] {
                return readInitial(place, "weights.pt", "");
            };
            const auto result = training.run();
            QVERIFY2(result.has_value(), result ? "" : toText(result.error()).c_str());
            QVERIFY(!result->problem);
            std::vector<std::string> texts;
            for (const NoticeEvent& notice : training.record.notices)
                texts.push_back(notice.text);
            QVERIFY2(contains(textOf(texts), "Begins as weights.pt: 6 layers of 10."),
                     textOf(texts).c_str());
            QVERIFY2(contains(textOf(texts), "Left in the file: fc.bias, fc.weight."),
                     textOf(texts).c_str());
        }
    }

    /// A U-Net: what is concatenated lies beside each other; by hand.
    void channelsAreFollowedThroughTheGraph() {
        const NetworkDesign design = designFor(tinyUnet("plain", "*: tied"));
        const LayerGraph& graph = design.backbone;
        const ChannelSpaces spaces(graph);
        const auto at = [&](const char* name) {
            for (std::size_t i = 0; i < graph.layers.size(); ++i)
                if (graph.layers[i].name == name)
                    return i;
            qFatal("no layer %s", name);
        };
        QCOMPARE(spaces.read(at("enc2.1")), std::vector<int>{spaces.written(at("enc1.1"))});
        auto joined = spaces.read(at("dec1.1"));
        QCOMPARE(joined.size(), 2U);
        QVERIFY(std::ranges::find(joined, spaces.written(at("enc1.1"))) != joined.end());
        QVERIFY(std::ranges::find(joined, spaces.written(at("dec2.1"))) != joined.end());
        // SegNet unpools by the indices of the encoder: one space.
        const NetworkDesign segnet = designFor(tinySpec("plain", "*: tied"));
        const ChannelSpaces paired(segnet.backbone);
        QCOMPARE(segnet.backbone.layers[0].name, std::string("enc1.1"));
        QCOMPARE(segnet.backbone.layers[4].name, std::string("dec2.2"));
        QCOMPARE(paired.written(0), paired.written(4));
    }

private:
    std::filesystem::path path(const char* name) const {
        return m_folder.filePath(QString::fromUtf8(name)).toStdString();
    }

    Expected<Network> begun(const ExperimentSpec& spec, const char* file,
                            BegunNotes* notes = nullptr) const {
        const auto source = readInitial(path(file), file, "");
        if (!source)
            return failure(source.error());
        BegunNotes unread;
        return begunNetwork(spec, designFor(spec), **source, notes != nullptr ? *notes : unread);
    }

    std::vector<torch::Tensor> outputsOf(const Network& network) const {
        const torch::NoGradGuard noGrad;
        const Network wide = network.convertedTo(torch::kFloat64);
        return wide.forward(wide.compose(false), m_case.at("image").to(torch::kFloat64),
                            {.training = false});
    }

    const QString python = QStringLiteral("/usr/bin/python3");
    QTemporaryDir m_folder;
    NamedTensors m_case;
};

QTEST_GUILESS_MAIN(FittedWeightsTest)
#include "tst_fitted_weights.moc"
