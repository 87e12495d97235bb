// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/tensor/torch.h"
#include "core/training/checkpoint.h"
#include "tests/core/training_testing.h"

#include <QFile>
#include <QTest>

using namespace concertina;
using namespace concertina::testing;

// "Bit-identical": two runs of one spec, and a run that was resumed and one that never stopped.

namespace {

QByteArray bytesOf(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Trains with an end after each of `stops`, going on from the checkpoint; everything reported is
/// in one record, as if of one run.
struct Pieces {
    Recorder record;
    QByteArray lastBytes;

    Pieces(const ExperimentSpec& spec, const std::vector<std::int64_t>& stops,
           const std::vector<int>& loaderThreads = {1}) {
        std::optional<std::filesystem::path> from;
        std::vector<std::unique_ptr<Training>> sessions; // their folders hold the checkpoints
        for (std::size_t i = 0; i <= stops.size(); ++i) {
            auto& session = *sessions.emplace_back(std::make_unique<Training>(spec));
            session.request.spec.data.loaderThreads = loaderThreads[i % loaderThreads.size()];
            session.request.resumeAt = from;
            if (i < stops.size())
                session.after(stops[i], [](RunControl& control) { control.stop(); });
            const auto result = session.run();
            if (!result || result->problem)
                qFatal("%s", toText(result ? *result->problem : result.error()).c_str());
            const auto add = [](auto& to, const auto& more) {
                to.insert(to.end(), more.begin(), more.end());
            };
            add(record.steps, session.record.steps);
            add(record.validations, session.record.validations);
            add(record.conflicts, session.record.conflicts);
            from = session.lastCheckpoint();
        }
        lastBytes = bytesOf(*from);
        tensors = readTensorFile(*from)->tensors;
    }

    std::map<std::string, torch::Tensor> tensors;
};

ExperimentSpec baseSpec(const std::string& parametrization, const std::string& rule) {
    ExperimentSpec spec = tinySpec(parametrization, rule);
    spec.data.dataset.options["train_size"] = 9; // batches of 4: one sample of each epoch is left out
    spec.data.scales = {1, 1.2, 1.5};
    spec.train.steps = 7;
    spec.train.previews = 0;
    spec.train.warmup = 2;
    return spec;
}

/// Two steps are an epoch, so all ends are in one or another epoch's middle.
const std::vector<std::pair<std::string, std::string>> balanced{{"uw", "*: tied"},
                                                                {"dwa", "*: merged"},
                                                                {"famo", "*: merged"},
                                                                {"pcgrad", "*: merged"},
                                                                {"mgda", "*: tied"}};

ExperimentSpec specNamed(const QString& name) {
    if (name == "adam, merged")
        return baseSpec("factored", "*: merged");
    if (name == "sgd with momentum, alternating") {
        ExperimentSpec spec = baseSpec("factored", "*: merged");
        spec.train.optimizer = {"sgd", {{"nesterov", true}}};
        spec.train.updates = Updates::Alternating;
        spec.train.coreSteps = 2;
        spec.train.clipNorm = 1;
        return withCompleteOptions(spec, catalogue());
    }
    if (name == "adamw, own cores, decay") {
        ExperimentSpec spec = baseSpec("factored", "*: factors shared");
        spec.train.optimizer = {"adamw"};
        spec.train.weightDecay = 0.1;
        return withCompleteOptions(spec, catalogue());
    }
    if (name == "sharing changed on the way") {
        ExperimentSpec spec = baseSpec("factored", "*: merged");
        spec.network.planChanges = {"2: dec2.*: separate", "3: *: norm {segmentation, depth} | {normal}",
                                    "5: *: tied", "5: enc1.1: merged"};
        return spec;
    }
    for (const auto& [id, rule] : balanced)
        if (name == QString::fromStdString(id + ", " + rule)) {
            ExperimentSpec spec = baseSpec("factored", rule);
            spec.train.balancing = {id};
            spec.network.planChanges = {"3: dec2.*: separate"}; // what was learned stays
            return withCompleteOptions(spec, catalogue());
        }
    return baseSpec("plain", "*: tied");
}

} // namespace

class ResumeTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void twoRunsOfOneSpecAreEqualToTheBit_data() {
        QTest::addColumn<QString>("spec");
        for (const char* name : {"plain", "adam, merged", "sgd with momentum, alternating",
                                 "adamw, own cores, decay", "sharing changed on the way"})
            QTest::newRow(name) << name;
        for (const auto& [id, rule] : balanced)
            QTest::newRow((id + ", " + rule).c_str()) << QString::fromStdString(id + ", " + rule);
    }

    void twoRunsOfOneSpecAreEqualToTheBit() {
        QFETCH(QString, spec);
        const Pieces first(specNamed(spec), {});
        const Pieces second(specNamed(spec), {});
        QCOMPARE(first.record.steps.size(), 7U);
        QVERIFY(sameCourse(first.record, second.record));
        QVERIFY(first.lastBytes == second.lastBytes);
    }

    void anotherSeedIsAnotherRun() { // else the tests above could not fail
        ExperimentSpec spec = specNamed("plain");
        const Pieces first(spec, {});
        ++spec.seed;
        QVERIFY(!sameCourse(first.record, Pieces(spec, {}).record));
    }

    void loaderThreadsChangeNothing() {
        const ExperimentSpec spec = specNamed("adam, merged");
        const Pieces one(spec, {}, {1});
        for (const int threads : {2, 5}) {
            const Pieces other(spec, {}, {threads});
            QVERIFY(sameCourse(one.record, other.record));
            for (const auto& [name, tensor] : one.tensors)
                QVERIFY2(sameBits(tensor, other.tensors.at(name)), name.c_str());
        }
    }

    void theSampleCacheChangesNothing() {
        ExperimentSpec spec = specNamed("plain");
        const Pieces cached(spec, {});
        spec.data.cacheMb = 0;
        QVERIFY(sameCourse(cached.record, Pieces(spec, {}).record));
    }

    void aResumedRunIsEqualToOneThatNeverStopped_data() {
        twoRunsOfOneSpecAreEqualToTheBit_data();
    }

    void aResumedRunIsEqualToOneThatNeverStopped() {
        // In an epoch, at its end (2, 4, 6), in both phases of alternating rounds, more than once.
        QFETCH(QString, spec);
        const Pieces whole(specNamed(spec), {});
        for (const std::vector<std::int64_t>& stops :
             {std::vector<std::int64_t>{1}, {2}, {3}, {6}, {1, 2, 5}}) {
            const Pieces pieces(specNamed(spec), stops);
            QVERIFY(sameCourse(pieces.record, whole.record));
            QVERIFY(pieces.lastBytes == whole.lastBytes);
        }
    }

    void measuringConflictChangesNothing() {
        ExperimentSpec spec = specNamed("sharing changed on the way");
        spec.train.conflictEvery = 0;
        const Pieces without(spec, {});
        QVERIFY(without.record.conflicts.empty());
        spec.train.conflictEvery = 2;
        const Pieces whole(spec, {}), pieces(spec, {1, 2, 5});
        QVERIFY(sameCourse(whole.record, without.record));
        for (const auto& [name, tensor] : without.tensors)
            QVERIFY2(sameBits(tensor, whole.tensors.at(name)), name.c_str());
        // Of steps 2, 4 and 6; a resumed run measures the same.
        QCOMPARE(whole.record.conflicts.size(), 3U);
        QCOMPARE(pieces.record.conflicts.size(), 3U);
        for (std::size_t i = 0; i < 3; ++i) {
            const ConflictEvent& event = whole.record.conflicts[i];
            QCOMPARE(event.position.step, static_cast<std::int64_t>(2 * i + 2));
            QCOMPARE(event.rows.front().step, event.position.step);
            QVERIFY(event.rows == pieces.record.conflicts[i].rows);
        }
        QVERIFY(pieces.lastBytes == whole.lastBytes);
    }

    void aRunMayBeResumedWithOtherLoaderThreads() {
        const ExperimentSpec spec = specNamed("adam, merged");
        const Pieces whole(spec, {});
        const Pieces pieces(spec, {3, 5}, {1, 4, 2});
        QVERIFY(sameCourse(pieces.record, whole.record));
        for (const auto& [name, tensor] : whole.tensors)
            QVERIFY2(sameBits(tensor, pieces.tensors.at(name)), name.c_str());
    }

    void resumingAtAnEarlierCheckpointRepeatsTheSteps() {
        // As after a crash: steps 3 and 4 were done, but the last checkpoint is of step 2.
        ExperimentSpec spec = specNamed("adam, merged");
        Training first(spec);
        first.after(4, [](RunControl& control) { control.abort(); });
        QVERIFY(first.run()->state == RunState::Stopped);
        QCOMPARE(first.record.checkpoints.back().position.step, std::int64_t{4});
        Training again(spec);
        again.request.resumeAt = first.record.checkpoints.front().file; // of step 2
        QVERIFY(again.run());
        QCOMPARE(again.record.steps.front().position.step, std::int64_t{3});
        for (std::size_t i = 0; i < 2; ++i)
            QVERIFY(sameValues(again.record.steps[i].values, first.record.steps[i + 2].values));
    }

    void timeGoesOnWhereItStopped() {
        Training first(specNamed("plain"));
        first.after(3, [](RunControl& control) { control.stop(); });
        const double before = first.run()->position.seconds;
        Training second(specNamed("plain"));
        second.request.resumeAt = first.lastCheckpoint();
        second.request.secondsBefore = 1000 + before;
        QVERIFY(second.run()->position.seconds > 1000 + before);
        QCOMPARE(second.record.starts[0].position.step, std::int64_t{3});
        QVERIFY(second.record.starts[0].position.seconds >= 1000 + before);
    }

    void resumingAFinishedRunIsFinished() {
        Training first(specNamed("plain"));
        QVERIFY(first.run());
        Training second(specNamed("plain"));
        second.request.resumeAt = first.lastCheckpoint();
        const auto result = second.run();
        QVERIFY(result->state == RunState::Finished);
        QVERIFY(second.record.steps.empty() && second.record.checkpoints.empty());
        QVERIFY(second.record.validations.empty());
    }
};

QTEST_GUILESS_MAIN(ResumeTest)
#include "tst_resume.moc"
