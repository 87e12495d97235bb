// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/session/store_observer.h"

#include "core/data/image_files.h"
#include "core/model/plan_change.h"
#include "core/training/environment.h"
#include "core/training/waiting.h"
#include "core/values/text.h"

namespace concertina {

namespace {

Json changesJson(std::span<const PlanChange> changes) {
    Json list = Json::array();
    for (const PlanChange& change : changes)
        list.push_back({{"step", change.step}, {"change", rulesText(change)}});
    return list;
}

} // namespace

StoreObserver::StoreObserver(Store& store, const RunRecord& before, const ExperimentSpec& spec,
                             RunControl& control, RunObserver& next)
    : m_store(store), m_before(before), m_spec(spec), m_control(control), m_next(next),
      m_filesRecorded(std::filesystem::exists(
          store.checkpointFolder(before.summary.id).parent_path() / FileRecordName)) {
    rememberChanges(spec.network);
}

Expected<std::unique_ptr<StoreObserver>> StoreObserver::open(Store& store, const RunRecord& before,
                                                             const ExperimentSpec& spec,
                                                             RunControl& control,
                                                             RunObserver& next) {
    std::unique_ptr<StoreObserver> observer(
        new StoreObserver(store, before, spec, control, next));
    StoreWriterNews news;
    news.failed = [self = observer.get()](const Problem& problem) {
        const std::lock_guard lock(self->m_mutex);
        if (!self->m_problem)
            self->m_problem = problem;
    };
    auto writer = StoreWriter::open(store.folder(), before.summary.id, std::move(news));
    if (!writer)
        return failure(writer.error());
    observer->m_writer = std::move(*writer);
    return observer;
}

void StoreObserver::started(const StartEvent& event) {
    m_position = event.position;
    m_spec = event.spec;
    const Json now = environment(m_spec.train.threads);
    record([&] {
        return m_store.recordStart(m_before.summary.id,
                                   {.spec = m_spec,
                                    .plan = event.plan,
                                    .dataset = event.dataset,
                                    .environment = now,
                                    .steps = event.steps,
                                    .stepsPerEpoch = event.stepsPerEpoch,
                                    .trainedParameters = event.trainedParameters,
                                    .collapsedParameters = event.collapsedParameters});
    });
    m_next.started(event);
    for (const NoticeEvent& notice : environmentNotices())
        report(notice.level, notice.code, notice.text);
    if (event.position.step == 0)
        return;
    // Changes behind the checkpoint are made again.
    auto before = planChangesOf(m_spec.network);
    std::erase_if(before, [&](const PlanChange& c) { return c.step >= event.position.step; });
    record([&] {
        return m_store.recordPlan(m_before.summary.id,
                                  {.spec = m_spec,
                                   .plan = event.plan,
                                   .changes = changesJson(before),
                                   .trainedParameters = event.trainedParameters,
                                   .collapsedParameters = event.collapsedParameters});
    });
    report(NoticeLevel::Info, "resume",
           "Goes on after step " + std::to_string(event.position.step) + ".");
    // What the promise of equal bits rests on, where it does not hold any more.
    if (const auto names = environmentDifferences(m_before.environment, now); !names.empty()) {
        std::string text = "Since the run was started these have changed: " + join(names, ", ")
                           + ". It goes on, but not to the bit as it would have.";
        const std::string core = recordedCore(m_before.environment);
        if (!core.empty() && core != recordedCore(now))
            text += " (Its kernels: a resume with OPENBLAS_CORETYPE=" + core
                    + " CONCERTINA_KEEP_CORETYPE=1 has them.)";
        report(NoticeLevel::Warning, "resume.environment", text);
    }
    if (!m_filesRecorded && m_before.dataset.is_object() && m_before.dataset.contains("fingerprint")
        && m_before.dataset["fingerprint"] != event.dataset["fingerprint"])
        report(NoticeLevel::Warning, "resume.dataset",
               "The dataset has changed since the run was started: other samples or files.");
}

void StoreObserver::stepped(const StepEvent& event) {
    m_position = event.position;
    append(event.position, "train", event.values);
    note(m_writer->progress(event.position));
    m_next.stepped(event);
    // While nothing can be written, training waits here, and not only when the queue is full.
    if (m_waits || m_writer->waitingFor())
        settle();
}

void StoreObserver::conflicted(const ConflictEvent& event) {
    note(m_writer->append(event.rows, m_control.interrupted()));
    m_next.conflicted(event);
}

void StoreObserver::validated(const ValidationEvent& event) {
    append(event.position, event.split, event.values);
    m_next.validated(event);
}

void StoreObserver::previewed(const PreviewEvent& event) {
    for (const PreviewImage& image : event.images) {
        const std::string png = pngBytes(image.image);
        note(m_writer->preview(event.position.step,
                               {.sample = image.sample,
                                .task = image.task,
                                .kind = image.kind,
                                .png = {png.begin(), png.end()}},
                               m_control.interrupted()));
    }
    m_next.previewed(event);
}

/// On the disk before the change takes effect, so that a resumed run makes it again.
void StoreObserver::replanned(const PlanEvent& event) {
    const auto all = planChangesOf(event.spec.network);
    record([&] {
        return m_store.recordPlan(m_before.summary.id,
                                  {.spec = event.spec,
                                   .plan = event.plan,
                                   .changes = changesJson(std::span(all).first(event.done)),
                                   .trainedParameters = event.trainedParameters,
                                   .collapsedParameters = event.collapsedParameters});
    });
    rememberChanges(event.spec.network);
    std::string text = "Sharing: " + join(event.differences, "; ");
    if (event.lossBefore && event.lossAfter)
        text += "; loss " + fixedText(*event.lossBefore, 3) + " → " + fixedText(*event.lossAfter, 3);
    text += "; now " + shortCount(event.trainedParameters) + " parameters in training, "
            + shortCount(event.collapsedParameters) + " collapsed";
    if (const auto plan = planFromJson(event.plan))
        text += "; plan " + planHash(*plan);
    report(NoticeLevel::Info, "replan", text);
    m_next.replanned(event);
}

/// Going back before a change needs the checkpoint of its step.
void StoreObserver::rememberChanges(const NetworkSpec& network) {
    m_changeSteps.clear();
    for (const PlanChange& change : planChangesOf(network))
        m_changeSteps.push_back(change.step);
}

void StoreObserver::checkpointed(const CheckpointEvent& event) {
    note(m_writer->checkpoint(event));
    if (settle()) {
        std::vector<std::int64_t> always = m_changeSteps;
        if (event.goodStep != event.position.step) // else it is the latest, which stays anyway
            always.push_back(event.goodStep);
        const auto pruned = m_store.pruneCheckpoints(m_before.summary.id,
                                                     m_spec.train.keepCheckpoints, always);
        if (!pruned && !mayPass(pruned.error())) // what stays for now goes with the next one
            note(failure(pruned.error()));
    }
    m_next.checkpointed(event);
}

void StoreObserver::stateChanged(const StateEvent& event) {
    // The last state is written by `finish`, together with giving the run up.
    if (event.state == RunState::Running || event.state == RunState::Paused)
        note(m_writer->state(event));
    m_next.stateChanged(event);
}

void StoreObserver::noticed(const NoticeEvent& event) {
    note(m_writer->notice(event));
    m_next.noticed(event);
}

std::optional<Problem> StoreObserver::finish(RunState state, const std::string& text) {
    note(m_writer->state({m_position, state, text}, Ownership::Release));
    if (const auto problem = m_writer->waitingFor())
        m_next.noticed({m_position, NoticeLevel::Warning, problem->code,
                        toText(*problem) + " What is not recorded yet is tried for some seconds more."});
    note(m_writer->close());
    const std::lock_guard lock(m_mutex);
    return m_problem;
}

void StoreObserver::append(const RunPosition& position, const std::string& split,
                           const std::vector<MetricValue>& values) {
    MetricRows rows;
    for (const MetricValue& value : values)
        rows.push_back({value.task, value.name, split, position.step, position.epoch,
                        position.seconds, value.value});
    note(m_writer->append(std::move(rows), m_control.interrupted()));
}

/// Waits until everything that was given is in the store, or something else than going on is
/// wanted; whether it is there.
bool StoreObserver::settle() {
    auto written = m_writer->flushUnlessWaiting(m_control.interrupted());
    const auto problem = m_writer->waitingFor();
    if (!written && problem) {
        if (m_control.request() == RunControl::Request::Run)
            reportWaiting(*problem, RunState::Running);
        written = m_writer->flush(m_control.interrupted());
    }
    if (const auto failed = m_writer->failed())
        note(failure(*failed));
    if (written)
        reportGoingOn();
    return written.has_value();
}

/// Writes what must be in the store before training goes on; tries again as long as that may help
/// and no end is wanted.
void StoreObserver::record(const std::function<Expected<void>()>& write) {
    auto done = write();
    if (!done && mayPass(done.error()))
        tryUntilDone(
            m_control,
            [&] {
                done = write();
                return done || !mayPass(done.error());
            },
            [&](RunState state) { reportWaiting(done.error(), state); });
    if (done)
        reportGoingOn();
    note(done);
}

void StoreObserver::reportWaiting(const Problem& problem, RunState state) {
    if (!std::exchange(m_waits, true))
        report(NoticeLevel::Error, problem.code,
               toText(problem) + " Training waits until it can be recorded.");
    m_next.stateChanged({m_position, state, toText(problem)});
}

void StoreObserver::reportGoingOn() {
    if (!std::exchange(m_waits, false))
        return;
    report(NoticeLevel::Info, "store.recovered", "The store takes rows again.");
    m_next.stateChanged({m_position, RunState::Running, ""});
}

/// The first failure ends the training, with a checkpoint: what cannot be recorded is not trained.
void StoreObserver::note(const Expected<void>& done) {
    if (done)
        return;
    {
        const std::lock_guard lock(m_mutex);
        if (m_problem)
            return;
        m_problem = done.error();
    }
    m_next.noticed({m_position, NoticeLevel::Error, done.error().code,
                    toText(done.error()) + " Training ends with a checkpoint."});
    m_control.stop();
}

void StoreObserver::report(NoticeLevel level, const std::string& code, const std::string& text) {
    noticed({m_position, level, code, text});
}

} // namespace concertina
