// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/services/dialogs.h"
#include "ui/services/job_service.h"
#include "ui/services/run_service.h"
#include "ui/window/page_context.h"

#include <QString>
#include <QStringList>

#include <algorithm>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace concertina::testing {

/// Trains nothing: keeps what it was told, and says what a test sets.
class FakeRunService : public RunService {
public:
    QStringList calls; ///< "pause k7f3m2qd", "suspend", …, in order
    std::vector<ExperimentSpec> started;
    std::vector<std::optional<std::string>> groups; ///< of what was started
    std::optional<Problem> refusal;                 ///< what `start` answers, where there is one
    std::vector<OwnRun> own;
    std::function<void(const std::string&)> undone; ///< of the last undo, for a test to call
    bool suspendsAtOnce = true;

    void setRuns(std::vector<OwnRun> runs) {
        own = std::move(runs);
        Q_EMIT changed();
    }

    void start(std::vector<ExperimentSpec> specs, std::optional<std::string> group, QObject*,
               std::function<void(const StartedRuns&)> done) override {
        StartedRuns answer{.problem = refusal};
        if (!refusal)
            for (const ExperimentSpec& spec : specs) {
                started.push_back(spec);
                groups.push_back(group);
                answer.runs.push_back("started" + std::to_string(started.size()));
                own.push_back(
                    {answer.runs.back(), own.empty() ? RunState::Running : RunState::Queued});
            }
        Q_EMIT changed();
        done(answer);
    }
    void resume(const RunId& run) override { note("resume", run); }
    void goOnToPlan(const RunId& run) override { note("go on to plan", run); }
    void pause(const RunId& run) override { note("pause", run); }
    void stop(const RunId& run) override { note("stop", run); }
    void checkpointNow(const RunId& run) override { note("checkpoint", run); }
    void changePlan(const RunId& run, const std::vector<std::string>& rules) override {
        for (const std::string& rule : rules) {
            note("plan", run);
            calls.last() += QLatin1Char(' ') + QString::fromStdString(rule);
        }
    }
    void undoPlanChange(const RunId& run, QObject*,
                        std::function<void(const std::string&)> done) override {
        note("undo", run);
        undone = std::move(done);
    }
    void suspendAll() override {
        calls << QStringLiteral("suspend");
        if (suspendsAtOnce)
            QMetaObject::invokeMethod(
                this, [this] { finishSuspension(); }, Qt::QueuedConnection);
    }
    void finishSuspension() {
        own.clear();
        Q_EMIT changed();
        Q_EMIT suspended();
    }
    std::vector<OwnRun> runs() const override { return own; }

private:
    void note(const char* what, const RunId& run) {
        calls << QLatin1String(what) + QLatin1Char(' ') + QString::fromStdString(run);
    }
};

/// What was asked of a job, for a test to answer: `tell(job, value)`.
template <class Question, class Answer>
struct FakeJob {
    Question question;
    Reply<Answer> reply;

    void tell(Expected<Answer> answer) const {
        if (reply.context)
            reply.done(std::move(answer));
    }
};

/// Does nothing until a test answers what was asked; the newest is last.
class FakeJobService : public JobService {
public:
    struct SamplesQuestion {
        ExperimentSpec spec;
        int first = 0;
        int count = 0;
    };
    std::vector<FakeJob<ExperimentSpec, DatasetSummary>> described;
    std::vector<FakeJob<SamplesQuestion, std::vector<Frame>>> sampled;
    std::vector<FakeJob<FrameChoice, Frame>> framed;
    std::vector<FakeJob<FrameChoice, Image>> thumbnails;
    std::vector<FakeJob<std::pair<RunId, std::string>, std::vector<FrameErrors>>> ranked;
    std::vector<FakeJob<RunId, CollapseReport>> reported;
    std::vector<FakeJob<RunId, VerifyReport>> verified;
    std::vector<FakeJob<std::pair<RunId, std::string>, CollapseReport>> saved;

    void describeDataset(const ExperimentSpec& spec, Reply<DatasetSummary> reply) override {
        described.push_back({spec, std::move(reply)});
    }
    void samples(const ExperimentSpec& spec, int first, int count,
                 Reply<std::vector<Frame>> reply) override {
        sampled.push_back({{spec, first, count}, std::move(reply)});
    }
    void frame(const FrameChoice& choice, Reply<Frame> reply) override {
        framed.push_back({choice, std::move(reply)});
    }
    void thumbnail(const FrameChoice& choice, int, Reply<Image> reply) override {
        thumbnails.push_back({choice, std::move(reply)});
    }
    void rankFrames(const RunId& run, const std::string& split,
                    Reply<std::vector<FrameErrors>> reply) override {
        ranked.push_back({{run, split}, std::move(reply)});
    }
    void collapseReport(const RunId& run, Reply<CollapseReport> reply) override {
        reported.push_back({run, std::move(reply)});
    }
    void verify(const RunId& run, bool, Reply<VerifyReport> reply) override {
        verified.push_back({run, std::move(reply)});
    }
    void saveCollapsed(const RunId& run, const std::string& file,
                       Reply<CollapseReport> reply) override {
        saved.push_back({{run, file}, std::move(reply)});
    }
};

/// Answers in the order in which a test gave the answers; without one, as a person who changed
/// their mind.
class FakeDialogs : public Dialogs {
public:
    std::deque<QString> files; ///< for each of the three questions
    std::deque<Closing> closings;
    std::function<void()> whileAsking;
    QStringList asked; ///< the titles; "close RUN"

    std::optional<QString> openFile(QWidget*, const QString& title, const QString&) override {
        return answer(title);
    }
    std::optional<QString> openFolder(QWidget*, const QString& title) override {
        return answer(title);
    }
    std::optional<QString> saveFile(QWidget*, const QString& title, const QString&,
                                    const QString&) override {
        return answer(title);
    }
    Closing askClosing(QWidget*, const QString& run) override {
        asked << QStringLiteral("close ") + run;
        if (whileAsking)
            whileAsking();
        if (closings.empty())
            return Closing::Cancel;
        const Closing closing = closings.front();
        closings.pop_front();
        return closing;
    }

private:
    std::optional<QString> answer(const QString& title) {
        asked << title;
        if (files.empty())
            return std::nullopt;
        QString file = files.front();
        files.pop_front();
        return file;
    }
};

/// Goes nowhere and keeps where it was asked to go.
class FakeNavigator : public Navigator {
public:
    std::vector<std::pair<ExperimentSpec, QString>> setUps;
    std::vector<RunId> monitored;
    std::vector<std::pair<RunId, std::optional<RunId>>> compared;
    int runsShown = 0;
    QStringList told;
    std::vector<std::pair<QString, Problem>> problems;

    void showSetup(const ExperimentSpec& spec, const QString& origin) override {
        setUps.emplace_back(spec, origin);
    }
    void showMonitor(const RunId& run) override { monitored.push_back(run); }
    void showCompare(const RunId& run, const std::optional<RunId>& other) override {
        compared.emplace_back(run, other);
    }
    void showRuns() override { ++runsShown; }
    void tell(const QString& text) override { told << text; }
    void tellProblem(const QString& what, const Problem& problem) override {
        problems.emplace_back(what, problem);
    }
};

} // namespace concertina::testing
