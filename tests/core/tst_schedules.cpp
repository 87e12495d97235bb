// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/tensor/torch.h"
#include "tests/core/core_testing.h"

#include <QTest>

using namespace concertina;
using namespace concertina::testing;

class SchedulesTest : public QObject {
    Q_OBJECT

    /// 8 training samples in batches of 2: an epoch has 4 steps.
    static ExperimentSpec specWith(const std::string& id, const QByteArray& options, int steps) {
        ExperimentSpec spec = tinySpec();
        spec.train.batch = 2;
        spec.train.lr = 0.08;
        spec.train.steps = steps;
        spec.train.schedule = {id, Json::parse(options.toStdString())};
        return withCompleteOptions(spec, catalogue());
    }

private Q_SLOTS:
    void ratesAreThoseCountedByHand_data() {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QByteArray>("options");
        QTest::addColumn<int>("steps");
        QTest::addColumn<QList<double>>("expected"); // ÷ the rate, of steps 0, 1, …
        using Values = QList<double>;
        QTest::newRow("constant") << "constant" << QByteArray("{}") << 3 << Values{1, 1, 1};
        QTest::newRow("halved every epoch")
            << "step" << QByteArray(R"({"every": 1, "factor": 0.5})") << 9
            << Values{1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25};
        QTest::newRow("a tenth every half epoch")
            << "step" << QByteArray(R"({"every": 0.5, "factor": 0.1})") << 5
            << Values{1, 1, 0.1, 0.1, 0.01};
        QTest::newRow("MTAN's default changes nothing before epoch 100")
            << "step" << QByteArray("{}") << 401 << Values{1, 1};
        // (1 + cos(π s / 4)) / 2; the planned steps are 4.
        QTest::newRow("cosine") << "cosine" << QByteArray("{}") << 4
                                << Values{1, 0.8535533905932737, 0.5, 0.1464466094067262, 0};
        QTest::newRow("cosine to a fifth")
            << "cosine" << QByteArray(R"({"final": 0.2})") << 4
            << Values{1, 0.8828427124746190, 0.6, 0.3171572875253810, 0.2};
    }

    void ratesAreThoseCountedByHand() {
        QFETCH(QString, id);
        QFETCH(QByteArray, options);
        QFETCH(int, steps);
        QFETCH(QList<double>, expected);
        const Learner learner = learnerFor(specWith(id.toStdString(), options, steps));
        for (qsizetype step = 0; step < expected.size(); ++step)
            QVERIFY2(std::abs(learner.rate(step) - 0.08 * expected[step]) < 1e-15,
                     qPrintable(QString::number(step)));
    }

    void mtansScheduleHalvesAtEpochHundred() {
        const Learner learner = learnerFor(specWith("step", "{}", 500));
        QCOMPARE(learner.rate(399), 0.08);
        QCOMPARE(learner.rate(400), 0.04);
    }

    void warmUpGrowsLinearlyToTheScheduleFromItsFirstStep() {
        ExperimentSpec spec = specWith("cosine", "{}", 4);
        spec.train.warmup = 2;
        const Learner learner = learnerFor(spec);
        QVERIFY(std::abs(learner.rate(0) - 0.08 * 0.5) < 1e-15); // never 0: a step does something
        QVERIFY(std::abs(learner.rate(1) - 0.08 * 0.8535533905932737) < 1e-15);
        QVERIFY(std::abs(learner.rate(2) - 0.08 * 0.5) < 1e-15);
    }

    void aWarmUpLongerThanTheRunNeverReachesTheRate() {
        ExperimentSpec spec = specWith("constant", "{}", 4);
        spec.train.warmup = 8;
        const Learner learner = learnerFor(spec);
        QVERIFY(std::abs(learner.rate(3) - 0.04) < 1e-15);
    }

    void theRateOfAStepIsTheOneThatIsUsedAndReported() {
        // Plain SGD: the step is the rate times the gradient; a core's times train.core_rate too.
        ExperimentSpec spec = specWith("step", R"({"every": 0.25, "factor": 0.5})", 4);
        spec.network.kernels = {{"*", {"factored", Json::object()}}};
        spec.train.optimizer = {"sgd", {{"momentum", 0.0}}};
        spec.train.coreRate = 3;
        Learner learner = learnerFor(withCompleteOptions(spec, catalogue()), torch::kFloat64);
        const Batch batch = firstBatch(spec, torch::kFloat64);
        for (int step = 0; step < 3; ++step) {
            const auto before = copyOf(learner.network().namedTensors());
            const auto result = learner.step(batch, step);
            QVERIFY(result);
            QVERIFY(std::abs(result->rate - 0.08 / (1 << step)) < 1e-15);
            const torch::NoGradGuard noGrad;
            int cores = 0;
            for (const Parameter& parameter : learner.network().parameters()) {
                const double rate = result->rate * (parameter.core ? 3 : 1);
                const torch::Tensor moved = before.at(parameter.name) - parameter.value;
                QVERIFY2((moved - rate * parameter.grad).abs().max().item<double>() < 1e-12,
                         parameter.name.c_str());
                cores += parameter.core ? 1 : 0;
            }
            QCOMPARE(cores, 6); // one a shared layer
        }
    }
};

QTEST_GUILESS_MAIN(SchedulesTest)
#include "tst_schedules.moc"
