// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/collapse/averaging.h"
#include "core/exports/export.h"
#include "core/tensor/torch.h"
#include "core/training/run_data.h"
#include "tests/core/training_testing.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

namespace {

using Tensors = std::map<std::string, torch::Tensor>;

const Progress quiet = [](double, const std::string&) {};
const std::string all = "segmentation+depth+normal";

Tensors wide(const Tensors& tensors) {
    Tensors result;
    for (const auto& [name, tensor] : tensors)
        result[name] = tensor.to(torch::kFloat64);
    return result;
}

/// Σ over the sets ÷ their number.
torch::Tensor meanOver(const std::vector<Tensors>& sets,
                       const std::function<torch::Tensor(const Tensors&)>& value) {
    std::vector<torch::Tensor> values;
    for (const Tensors& tensors : sets)
        values.push_back(value(tensors));
    return torch::stack(values).mean(0);
}

torch::Tensor channels(const torch::Tensor& t) {
    return t.view({1, -1, 1, 1});
}

/// Every training sample as it is, and no chance.
ExperimentSpec exactSpec(int batch) {
    ExperimentSpec spec = tinySpec("plain", "*: tied");
    spec.train.batch = batch;
    spec.data.scales = {1.0};
    spec.data.flip = false;
    return spec;
}

/// What the norms of the tied, plain SegNet of tinySpec see of one batch, written down layer by
/// layer in float64: means and unbiased variances by layer.
class StatisticsByHand {
public:
    StatisticsByHand(Tensors tensors, const torch::Tensor& images) : m_tensors(std::move(tensors)) {
        const auto pool = [](const torch::Tensor& x) {
            return torch::max_pool2d_with_indices(x, 2, 2);
        };
        const auto [pooled1, indices1] = pool(layer(images, "enc1.1"));
        const auto [pooled2, indices2] = pool(layer(layer(pooled1, "enc2.1"), "enc2.2"));
        torch::Tensor x = torch::max_unpool2d(pooled2, indices2, {8, 12});
        x = layer(layer(x, "dec2.1"), "dec2.2");
        layer(torch::max_unpool2d(x, indices1, {16, 24}), "dec1.1");
    }

    std::map<std::string, std::pair<torch::Tensor, torch::Tensor>> found;

private:
    torch::Tensor layer(const torch::Tensor& x, const std::string& name) {
        const auto at = [&](const char* what) { return m_tensors.at(name + what + all); };
        const torch::Tensor y = torch::conv2d(x, at("/W/"), at("/bias/"), 1, 1);
        const torch::Tensor mean = y.mean({0, 2, 3});
        const torch::Tensor squares = (y - channels(mean)).square();
        found[name] = {mean, squares.sum({0, 2, 3}) / (double(y.numel() / y.size(1)) - 1)};
        const torch::Tensor scale = at("/norm.weight/") / (squares.mean({0, 2, 3}) + 1e-5).sqrt();
        return torch::relu((y - channels(mean)) * channels(scale) + channels(at("/norm.bias/")));
    }

    Tensors m_tensors;
};

} // namespace

class AveragingTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    /// The checkpoint of a network that looks trained, and what is in it.
    std::filesystem::path checkpoint(const ExperimentSpec& spec, int step, std::uint64_t seed,
                                     Tensors* tensors = nullptr) {
        Network network = networkFor(spec);
        scrambleFactors(network, seed);
        scrambleNorms(network, seed + 1000);
        if (tensors != nullptr)
            *tensors = wide(network.namedTensors());
        const std::filesystem::path file =
            m_folder.filePath(QString("step-%1-%2.safetensors").arg(step).arg(seed)).toStdString();
        [&] {
            QVERIFY(saveCheckpoint(file, {.spec = spec,
                                          .plan = network.design().plan,
                                          .targets = openRunData(spec)->targets,
                                          .step = step,
                                          .tensors = network.namedTensors()})
                        .has_value());
        }();
        return file;
    }

    static torch::Tensor tensorOf(const Program& program, const std::vector<torch::Tensor>& tensors,
                                  const std::string& name) {
        const auto found = std::ranges::find(program.tensors, name);
        if (found == program.tensors.end())
            qFatal("no tensor %s", name.c_str());
        return tensors[static_cast<std::size_t>(found - program.tensors.begin())];
    }

    static Expected<PreparedNetwork> prepared(const std::filesystem::path& last,
                                              const Averaging& averaging,
                                              const ExperimentSpec& spec = {}) {
        return prepare(last, averaging, spec, quiet, {});
    }

private Q_SLOTS:
    void theMeanIsOfKernelsBiasesNormsAndStatistics() {
        const ExperimentSpec spec = tinySpec("factored", "*: factors shared");
        std::vector<Tensors> sets(3);
        const auto a = checkpoint(spec, 10, 1, &sets[0]);
        const auto b = checkpoint(spec, 20, 2, &sets[1]);
        const auto c = checkpoint(spec, 30, 3, &sets[2]);
        const auto made = prepared(c, {{a, b}});
        QVERIFY2(made.has_value(), made ? "" : toText(made.error()).c_str());
        QVERIFY(made->origin == (NetworkOrigin{{10, 20, 30}, 0}));
        const CollapsedNetwork compact = made->folded(torch::kFloat64);
        QVERIFY(compact.origin == made->origin);
        for (const std::string layer : {"enc1.1", "enc2.2", "dec1.1"})
            for (const std::string task : {"segmentation", "depth", "normal"}) {
                const auto mean = [&](const std::string& what) {
                    return meanOver(sets, [&](const Tensors& t) { return t.at(layer + what + task); });
                };
                const torch::Tensor kernel = meanOver(sets, [&](const Tensors& t) {
                    return t.at(layer + "/U/" + all).mm(t.at(layer + "/M/" + task))
                        .mm(t.at(layer + "/V/" + all));
                });
                const torch::Tensor mu = mean("/norm.mean/");
                const torch::Tensor var = meanOver(sets, [&](const Tensors& t) {
                    return t.at(layer + "/norm.var/" + task)
                           + t.at(layer + "/norm.mean/" + task).square();
                }) - mu.square();
                const torch::Tensor scale = mean("/norm.weight/") / (var + 1e-5).sqrt();
                const auto folded = [&](const char* what) {
                    return tensorOf(compact.program, compact.tensors, layer + what + task);
                };
                const torch::Tensor expected =
                    (kernel * scale.view({-1, 1})).view_as(folded("/kernel/"));
                // Both in float64, on values of order 1.
                QVERIFY(relativeDifference(folded("/kernel/"), expected) < 1e-12);
                QVERIFY(relativeDifference(folded("/bias/"),
                                           (mean("/bias/") - mu) * scale + mean("/norm.bias/"))
                        < 1e-12);
                // And it is not what averaged factors would give.
                const torch::Tensor product =
                    meanOver(sets, [&](const Tensors& t) { return t.at(layer + "/U/" + all); })
                        .mm(mean("/M/"))
                        .mm(meanOver(sets, [&](const Tensors& t) { return t.at(layer + "/V/" + all); }));
                QVERIFY(relativeDifference(product, kernel) > 1e-3);
            }
    }

    void equalNetworksGiveThemselvesToTheBit() {
        const ExperimentSpec spec = tinySpec("factored", "*: merged");
        const auto a = checkpoint(spec, 10, 5), b = checkpoint(spec, 20, 5), c = checkpoint(spec, 30, 5);
        const auto one = prepared(c, {}), mean = prepared(c, {{a, b}});
        QVERIFY(one && mean);
        const CollapsedNetwork left = one->folded(torch::kFloat32),
                               right = mean->folded(torch::kFloat32);
        QVERIFY(left.program == right.program);
        for (std::size_t i = 0; i < left.tensors.size(); ++i)
            QVERIFY(sameBits(left.tensors[i], right.tensors[i]));
    }

    void kernelsThatWereMadeInTwoWaysAreStillKernels() {
        const ExperimentSpec factored = tinySpec("factored", "*: tied");
        Tensors before, after;
        const auto a = checkpoint(tinySpec("plain", "*: tied"), 10, 1, &before);
        const auto b = checkpoint(factored, 20, 2, &after);
        const auto made = prepared(b, {{a}});
        QVERIFY2(made.has_value(), made ? "" : toText(made.error()).c_str());
        const torch::Tensor own = before.at("dec1.1/W/" + all);
        const torch::Tensor product = after.at("dec1.1/U/" + all)
                                          .mm(after.at("dec1.1/M/" + all))
                                          .mm(after.at("dec1.1/V/" + all));
        const torch::Tensor mean = (own + product.view_as(own)) / 2;
        const torch::Tensor found =
            tensorOf(made->unfolded.program, made->unfolded.tensors, "dec1.1/kernel/" + all);
        QVERIFY(relativeDifference(found, mean) < 1e-12);
    }

    void anotherPlanIsRefusedWithTheWayOut() {
        ExperimentSpec parted = tinySpec("plain", "*: tied");
        const auto old = checkpoint(parted, 10, 1);
        parted.network.sharing.push_back("dec1.1: separate");
        const auto b = checkpoint(parted, 20, 2), c = checkpoint(parted, 30, 3);
        const auto three = prepared(c, {{old, b}});
        QVERIFY(!three);
        QCOMPARE(three.error().code, std::string("collapse.plan"));
        QVERIFY(three.error().found.find("step 10, in dec1.1") != std::string::npos);
        QCOMPARE(three.error().hint, std::string("average at most 2"));
        QVERIFY(prepared(c, {{b}}).has_value());
        const auto two = prepared(b, {{old}});
        QVERIFY(two.error().hint.starts_with("leave averaging out"));
    }

    void badCheckpointsAreReported() {
        const ExperimentSpec spec = tinySpec();
        const auto a = checkpoint(spec, 10, 1), b = checkpoint(spec, 20, 2);
        QCOMPARE(prepared(b, {{b}}).error().code, std::string("collapse.step"));
        QCOMPARE(prepared(a, {{b}}).error().code, std::string("collapse.step"));
        QCOMPARE(prepared(b, {{"/nowhere"}}).error().code, std::string("file.read"));
        QCOMPARE(prepared("/nowhere", {{a}}).error().code, std::string("file.read"));
        ExperimentSpec gone = spec;
        gone.data.dataset = {"folder", {{"path", "/nowhere"}}};
        QCOMPARE(prepared(b, {{}, 1}, gone).error().path.find("/nowhere") != std::string::npos, true);
        std::stop_source stop;
        stop.request_stop();
        QCOMPARE(prepare(b, {{a}}, spec, quiet, stop.get_token()).error().code, std::string("stopped"));
        UnfoldedNetwork unfolded = prepared(b, {})->unfolded;
        QCOMPARE(estimateNorms(unfolded, spec, 1, quiet, stop.get_token()).error().code,
                 std::string("stopped"));
    }

    void statisticsOfOneBatchAreThoseOfItsValues() {
        const ExperimentSpec spec = exactSpec(8); // all of training: its order does not matter
        Tensors tensors;
        const auto made = prepared(checkpoint(spec, 10, 1, &tensors), {{}, 1}, spec);
        QVERIFY2(made.has_value(), made ? "" : toText(made.error()).c_str());
        QCOMPARE(made->origin.normBatches, 1);
        const StatisticsByHand hand(tensors, firstBatch(spec, torch::kFloat64).images);
        QCOMPARE(hand.found.size(), 6U);
        const auto found = [&](const std::string& name) {
            return tensorOf(made->unfolded.program, made->unfolded.tensors, name + all);
        };
        for (const auto& [layer, statistics] : hand.found) {
            // The batch went through in float32: some 1e-6 after six layers.
            QVERIFY(relativeDifference(found(layer + "/norm.mean/"), statistics.first) < 1e-4);
            QVERIFY(relativeDifference(found(layer + "/norm.var/"), statistics.second) < 1e-4);
            // Nothing else has changed.
            QVERIFY(torch::equal(found(layer + "/norm.weight/"), tensors.at(layer + "/norm.weight/" + all)));
            QVERIFY(torch::equal(found(layer + "/kernel/"), tensors.at(layer + "/W/" + all)));
        }
    }

    void statisticsOfSeveralBatchesAreTheirMeans() {
        const ExperimentSpec spec = exactSpec(2);
        Tensors tensors;
        const auto file = checkpoint(spec, 10, 1, &tensors);
        const auto made = prepared(file, {{}, 4}, spec);
        QVERIFY2(made.has_value(), made ? "" : toText(made.error()).c_str());
        const auto data = openRunData(spec);
        const std::vector<int> order = data->trainingPlan.order(0);
        std::map<std::string, torch::Tensor> means, variances;
        for (int k = 0; k < 4; ++k) {
            std::vector<std::shared_ptr<const Sample>> samples;
            std::vector<const Sample*> pointers;
            for (int i = 0; i < 2; ++i) {
                samples.push_back(*data->training->sample(order[static_cast<std::size_t>(2 * k + i)]));
                pointers.push_back(samples.back().get());
            }
            const Batch batch = data->maker.make(pointers, std::vector<Augmentation>(2));
            const StatisticsByHand hand(tensors, batch.images.to(torch::kFloat64));
            for (const auto& [layer, statistics] : hand.found) {
                torch::Tensor& mean = means[layer];
                torch::Tensor& variance = variances[layer];
                mean = mean.defined() ? mean + statistics.first / 4 : statistics.first / 4;
                variance = variance.defined() ? variance + statistics.second / 4
                                              : statistics.second / 4;
            }
        }
        for (const auto& [layer, mean] : means) {
            const auto found = [&, name = layer](const char* what) {
                return tensorOf(made->unfolded.program, made->unfolded.tensors, name + what + all);
            };
            QVERIFY(relativeDifference(found("/norm.mean/"), mean) < 1e-4);
            QVERIFY(relativeDifference(found("/norm.var/"), variances[layer]) < 1e-4);
        }
        // The same again gives the same: nothing but the seed decides.
        const auto again = prepared(file, {{}, 4}, spec);
        for (std::size_t i = 0; i < again->unfolded.tensors.size(); ++i)
            QVERIFY(sameBits(again->unfolded.tensors[i], made->unfolded.tensors[i]));
    }

    void anAveragedFileSaysWhatItIsAndIsVerified() {
        const ExperimentSpec spec = tinySpec("factored", "*: factors shared");
        const auto a = checkpoint(spec, 10, 1), b = checkpoint(spec, 20, 2);
        const std::filesystem::path file = m_folder.filePath("mean.safetensors").toStdString();
        const Averaging averaging{{a}, 2};
        const auto report = collapse({b, networkWriter(file).value(), averaging, spec}, quiet, {});
        QVERIFY2(report.has_value(), report ? "" : toText(report.error()).c_str());
        const NetworkOrigin origin{{10, 20}, 2};
        QVERIFY(report->origin == origin);
        QVERIFY(originOf(file).value() == origin);
        const auto same = verify({.checkpoint = b, .collapsed = file, .spec = spec, .averaging = averaging},
                                 quiet, {});
        QVERIFY2(same && same->passed, same ? same->failure.c_str() : toText(same.error()).c_str());
        const auto now = verify({.checkpoint = b, .spec = spec, .averaging = averaging}, quiet, {});
        QVERIFY(now && now->passed && *now->maxAbs64() <= 1e-10);
        const auto alone = verify({.checkpoint = b, .collapsed = file, .spec = spec}, quiet, {});
        QVERIFY(alone && !alone->passed);
    }
};

QTEST_GUILESS_MAIN(AveragingTest)
#include "tst_averaging.moc"
