// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/trainer.h"

#include "core/catalogue.h"
#include "core/model/costs.h"
#include "core/model/design_contraction.h"
#include "core/model/plan_change.h"
#include "core/tensor/torch.h"
#include "core/training/checkpoint.h"
#include "core/training/environment.h"
#include "core/training/evaluation.h"
#include "core/training/initial_state.h"
#include "core/training/learner.h"
#include "core/training/previews.h"
#include "core/training/ready_training.h"
#include "core/training/replanning.h"
#include "core/training/set_passes.h"
#include "core/training/task_signal.h"
#include "core/training/waiting.h"
#include "core/training/way_back.h"
#include "core/values/stop_after.h"
#include "core/values/text.h"

#include <chrono>
#include <set>

namespace concertina {

namespace {

using Clock = std::chrono::steady_clock;
using Request = RunControl::Request;

double secondsSince(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

/// One training, from a step to another step, or to whatever ends it before.
class TrainingLoop {
public:
    TrainingLoop(const TrainRequest& request, RunData data, InitialState initial,
                 RunControl& control, RunObserver& observer)
        : m_spec(std::move(initial.spec)), m_folder(request.checkpointFolder),
          m_data(std::move(data)), m_stepsPerEpoch(m_data.trainingPlan.batchesPerEpoch()),
          m_steps(plannedSteps(m_spec.train, m_stepsPerEpoch)),
          m_stop(stopAfterFromText(m_spec.train.stopAfter).value_or(StopAfter{})),
          m_last(m_stop.steps > 0 ? std::min(m_stop.steps, m_steps) : m_steps),
          m_step(initial.step), m_seconds(request.secondsBefore), m_control(control),
          m_observer(observer),
          m_device(m_spec.train.device == Device::Cuda ? torch::kCUDA : torch::kCPU),
          m_learner(m_spec, std::move(initial.network), makeTasks(m_spec, m_data.targets), m_steps,
                    m_stepsPerEpoch),
          m_collapsed(request.collapsed), m_signal(m_data, initial.learned),
          m_wayBack(m_folder, request.resumeAt.value_or(""), initial.goodStep) {
        m_passes.emplace(m_data, m_step);
        // A checkpoint is older than the changes of its step.
        m_changesDone = changesBefore(m_spec.network, m_step);
        m_learner.balancing().restore(initial.balancing); // of a checkpoint
    }

    TrainResult run() {
        announce();
        try {
            return runToEnd();
        } catch (const std::exception& error) {
            return fail(m_wayBack.from(refusedBy(error), m_step, "after"));
        }
    }

private:
    TrainResult runToEnd() {
        Loader loader(m_data.training, m_data.maker, m_data.trainingPlan,
                      {.first = m_step,
                       .end = m_steps,
                       .threads = m_spec.data.loaderThreads,
                       .damaged = skipsDamaged(m_spec) ? Damaged::Replace : Damaged::Stop});
        m_since = Clock::now();
        while (!isAtEnd()) {
            if (const auto end = handleRequest())
                return finish(*end);
            if (const auto end = changePlan())
                return finish(*end);
            if (m_control.request() != Request::Run)
                continue; // what was wanted meanwhile comes before the next step
            if (auto problem = takeStep(loader))
                return fail(std::move(*problem));
            cutIfDue();
            if (auto problem = checkSignal())
                return fail(std::move(*problem));
            if (isValidationDue())
                if (auto problem = validate())
                    return fail(std::move(*problem));
            if (auto end = checkpointIfDue())
                return finish(*end);
        }
        return finish(RunState::Finished);
    }

    RunPosition position() const {
        return {m_step, static_cast<double>(m_step) / static_cast<double>(m_stepsPerEpoch),
                m_seconds + (m_since ? secondsSince(*m_since) : 0)};
    }

    void announce() {
        const NetworkDesign& design = m_learner.network().design();
        const NetworkCosts costs = networkCosts(design, {.batch = m_spec.train.batch});
        m_observer.started({.position = position(),
                            .spec = m_spec,
                            .steps = m_last,
                            .stepsPerEpoch = m_stepsPerEpoch,
                            .plan = toJson(design.plan),
                            .dataset = toJson(m_data.dataset->description()),
                            .trainedParameters = costs.trainedParameters,
                            .collapsedParameters = costs.collapsedParameters});
        reportState(RunState::Running, "");
        for (const std::string& words : contractionWords(design))
            notice(NoticeLevel::Info, "contraction", "Run as convolutions of their own: " + words);
        reportNews(m_data, true, position(), m_observer);
    }

    void reportState(RunState state, const std::string& text) {
        m_observer.stateChanged({position(), state, text});
    }

    void notice(NoticeLevel level, const std::string& code, const std::string& text) {
        m_observer.noticed({position(), level, code, text});
    }

    /// Stops counting time until `startClock`.
    void stopClock() {
        m_seconds = position().seconds;
        m_since.reset();
    }
    void startClock() { m_since = Clock::now(); }

    /// Does what was requested; a state where that is an end.
    std::optional<RunState> handleRequest() {
        if (m_control.takeCheckpoint())
            if (const auto end = saveUntilDone("request"))
                return end;
        Request request = m_control.request();
        if (request == Request::Run)
            return std::nullopt;
        if (request != Request::Abort)
            if (const auto end = saveUntilDone(request == Request::Stop ? "stop" : "pause"))
                return end;
        if (request == Request::Pause) {
            stopClock();
            reportState(RunState::Paused, "");
            request = m_control.waitWhilePaused();
            startClock();
            if (request == Request::Run) {
                reportState(RunState::Running, "");
                return std::nullopt;
            }
        }
        // A change that was asked for is recorded before the end: the resumed run makes it.
        if (request != Request::Abort)
            changePlan();
        return request == Request::Suspend ? RunState::Paused : RunState::Stopped;
    }

    /// Changes the sharing where that is asked for, or due by the spec. Each change has a checkpoint
    /// before it, to go back to; a state where that one was an end.
    std::optional<RunState> changePlan() {
        for (const auto& rules : m_control.takeRules())
            for (const Problem& problem : addRules(m_spec.network, rules, m_step,
                                                   m_learner.network().design(), catalogue()))
                notice(NoticeLevel::Error, problem.code, refusedText(problem));
        while (nextChange(m_spec.network, m_changesDone) <= m_step) {
            if (const auto end = saveUntilDone("replan"))
                return end;
            auto made = makeChange(m_spec, m_changesDone, m_learner, m_data, position());
            if (!made) {
                removeChange(m_spec.network, m_changesDone);
                notice(NoticeLevel::Error, made.error().code, refusedText(made.error()));
                continue;
            }
            m_observer.replanned(made->event);
            m_learner.goOnWith(std::move(made->network));
            ++m_changesDone;
        }
        return std::nullopt;
    }

    std::optional<Problem> takeStep(Loader& loader) {
        const auto start = Clock::now();
        const LoadedBatch loaded = loader.next();
        if (!loaded.batch)
            return loaded.batch.error();
        reportOnce(loaded.damaged);
        const Batch batch = loaded.batch->to(m_device);
        ConflictEvent conflict;
        if (const int every = m_spec.train.conflictEvery; every > 0 && (m_step + 1) % every == 0)
            conflict.rows = m_learner.conflict(
                conflictBatches(m_data, batch, m_learner.network().design().graph, m_step),
                m_step + 1);
        auto result = m_learner.step(batch, m_step);
        if (!result)
            return m_wayBack.from(result.error(), m_step + 1);
        ++m_step;
        reportOnce(result->problems);
        m_signal.add(result->losses, loaded.samples);
        m_passes->add(loaded.samples);
        conflict.position = position();
        if (!conflict.rows.empty())
            m_observer.conflicted(conflict);
        m_observer.stepped({.position = position(),
                            .values = m_passes->with(m_learner.values(*result)),
                            .stepSeconds = secondsSince(start),
                            .images = static_cast<int>(batch.size())});
        reportNews(m_data, false, position(), m_observer);
        return std::nullopt;
    }

    /// Warnings that hold for all of the session.
    void reportOnce(const Problems& problems) {
        for (const Problem& problem : problems)
            if (m_reported.insert(problem.code + " " + problem.path).second)
                notice(NoticeLevel::Warning, problem.code, toText(problem));
    }

    /// Reports tasks that have nothing to learn from; the problem: none has.
    std::optional<Problem> checkSignal() {
        if (!isAtEnd() && m_step % m_stepsPerEpoch != 0)
            return std::nullopt;
        reportOnce(m_signal.unreported());
        return m_signal.none(isAtEnd());
    }

    bool isAtEnd() const { return m_step >= m_last || m_outOfTime; }

    void cutIfDue() {
        m_outOfTime = m_stop.seconds > 0 && position().seconds >= m_stop.seconds;
        if (isAtEnd() && m_step < m_steps)
            notice(NoticeLevel::Info, "train.stop_after",
                   "Stopped after " + m_spec.train.stopAfter + ", at step "
                       + std::to_string(m_step) + " of " + std::to_string(m_steps) + ".");
    }

    bool isValidationDue() const {
        return isAtEnd()
               || (m_step % m_stepsPerEpoch == 0
                   && m_step / m_stepsPerEpoch % m_spec.train.validateEvery == 0);
    }

    std::optional<Problem> validate() {
        const auto start = Clock::now();
        const torch::NoGradGuard noGrad;
        const Network& network = m_learner.network();
        const ComposedNetwork composed = network.compose(false);
        PreviewMaker previews(m_spec, m_data, network, m_collapsed);
        auto found = evaluate(
            m_spec, m_data,
            [&](const torch::Tensor& images) { return network.forward(composed, images, {}); },
            {.device = m_device,
             .threads = m_spec.data.loaderThreads,
             .look = [&](const auto& samples, const Batch& batch,
                         const auto& outputs) { previews.add(samples, batch, outputs); },
             .damaged = [&](const Problem& problem) { reportOnce({problem}); }});
        if (!found)
            return found.error();
        reportOnce(found->problems);
        m_isGood = found->good;
        m_lastValidation = found->values;
        m_observer.validated({position(), m_spec.data.validationSplit, std::move(found->values),
                              secondsSince(start)});
        if (m_spec.train.previews > 0)
            m_observer.previewed({position(), previews.take()});
        return std::nullopt;
    }

    /// After validations, at the end, and where the spec says so; a state where that was an end.
    std::optional<RunState> checkpointIfDue() {
        const int every = m_spec.train.checkpointEvery;
        const char* reason = isAtEnd()                          ? "end"
                             : isValidationDue()                ? "validation"
                             : every > 0 && m_step % every == 0 ? "schedule"
                                                                : nullptr;
        return reason != nullptr ? saveUntilDone(reason) : std::nullopt;
    }

    /// Writes a checkpoint; waits for room on the disk as long as it takes. A state where that is
    /// an end: one is wanted while there is no room, or the weights are not finite, and the last
    /// good checkpoint is to stay the last.
    std::optional<RunState> saveUntilDone(const char* reason) {
        if (m_savedStep == m_step || m_folder.empty())
            return std::nullopt;
        if (auto problem = m_learner.checkWeights()) {
            m_failure = m_wayBack.from(std::move(*problem), m_step);
            return RunState::Failed;
        }
        reportNews(m_data, true, position(), m_observer);
        const auto problem = save(reason);
        return problem ? waitForRoom(*problem, reason) : std::nullopt;
    }

    /// Tries again now and then; paused where that is wanted. A state where an end is.
    std::optional<RunState> waitForRoom(const Problem& problem, const char* reason) {
        stopClock();
        notice(NoticeLevel::Error, problem.code,
               toText(problem) + " Training waits and tries again.");
        const auto end = tryUntilDone(
            m_control, [&] { return !save(reason); },
            [&](RunState state) { reportState(state, toText(problem)); });
        if (end) {
            notice(NoticeLevel::Warning, "checkpoint.none",
                   "Ends without a checkpoint of step " + std::to_string(m_step) + "; "
                       + (m_wayBack.last().empty()
                              ? "there is none before it."
                              : "the last one is " + m_wayBack.last().string() + "."));
            return end;
        }
        startClock();
        notice(NoticeLevel::Info, "disk.room", "There is room again; training goes on.");
        reportState(RunState::Running, "");
        return std::nullopt;
    }

    std::optional<Problem> save(const char* reason) {
        std::error_code error;
        std::filesystem::create_directories(m_folder, error);
        const bool good = m_isGood && isValidationDue();
        const auto path = m_wayBack.fileOf(m_step);
        const auto written = saveCheckpoint(path, {.spec = m_spec,
                                                   .plan = m_learner.network().design().plan,
                                                   .targets = m_data.targets,
                                                   .step = m_step,
                                                   .learned = m_signal.learned(),
                                                   .goodStep = good ? m_step : m_wayBack.goodStep(),
                                                   .balancing = m_learner.balancing().state(),
                                                   .tensors = trainingState(m_learner.network())});
        if (!written)
            return written.error();
        m_wayBack.saved(m_step, good);
        m_savedStep = m_step;
        m_observer.checkpointed({.position = position(),
                                 .file = path.string(),
                                 .bytes = written->bytes,
                                 .sha256 = written->sha256,
                                 .reason = reason,
                                 .goodStep = m_wayBack.goodStep()});
        return std::nullopt;
    }

    TrainResult finish(RunState state) {
        if (state == RunState::Failed)
            return fail(std::move(*m_failure));
        reportState(state, "");
        return {state, position(), m_lastValidation, std::nullopt};
    }

    TrainResult fail(Problem problem) {
        notice(NoticeLevel::Error, problem.code, toText(problem));
        reportState(RunState::Failed, toText(problem));
        return {RunState::Failed, position(), m_lastValidation, std::move(problem)};
    }

    ExperimentSpec m_spec; ///< with the changes that joined it since
    std::filesystem::path m_folder;
    RunData m_data;
    std::int64_t m_stepsPerEpoch;
    std::int64_t m_steps;
    StopAfter m_stop;
    std::int64_t m_last;    ///< step, if time does not cut the run before
    bool m_outOfTime = false;
    std::int64_t m_step;
    double m_seconds; ///< before `m_since`
    std::optional<Clock::time_point> m_since;
    RunControl& m_control;
    RunObserver& m_observer;
    torch::Device m_device;
    Learner m_learner;
    NetworkForm m_collapsed;
    std::size_t m_changesDone = 0; ///< of the spec's changes of the plan
    TaskSignal m_signal;
    std::optional<SetPasses> m_passes;
    WayBack m_wayBack;
    std::int64_t m_savedStep = -1;
    bool m_isGood = false; ///< the last validation: all of it was finite
    std::optional<Problem> m_failure; ///< behind RunState::Failed
    std::vector<MetricValue> m_lastValidation;
    std::set<std::string> m_reported; ///< warnings: what, and of which file or task
};

} // namespace

Expected<TrainResult> train(std::shared_ptr<ReadyTraining> ready, RunControl& control,
                            RunObserver& observer) {
    try {
        return TrainingLoop(ready->request, std::move(ready->data), std::move(ready->initial),
                            control, observer)
            .run();
    } catch (const std::exception& error) {
        return failure(refusedBy(error));
    }
}

} // namespace concertina
