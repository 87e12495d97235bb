// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command_line.h"
#include "core/values/spec_fields.h"

namespace concertina {

void CommandLine::addTraining() {
    CLI::App* train = command(
        m_app, "train", "Train an experiment",
        [this](Console& console) { return trainCommand(m_common, m_train, console); },
        Work::Trains);
    train
        ->add_option("spec", m_train.specs,
                     "A spec's file, a preset or a group of presets (\"concertina-cli list "
                     "presets\"); several are trained one after the other")
        ->type_name("SPEC")
        ->required();
    train->add_option("--seeds", m_train.seeds, "Train each with these seeds, as a group")
        ->type_name("N,N…")
        ->delimiter(',')
        ->allow_extra_args(false)
        ->take_all();
    train
        ->add_option("--group", m_train.group,
                     "Put all runs in one group of this name; single-task runs of a group are "
                     "one line of a table")
        ->type_name("NAME")
        ->check([](const std::string& name) {
            return name.empty() ? std::string("a group needs a name") : std::string();
        });
    addAssignments(train);
    addReport(train);
    train->footer("Fields for --set:\n\n" + fieldsText());
    addData(train);
    addStore(train);
}

void CommandLine::addResuming() {
    CLI::App* resume = command(
        m_app, "resume", "Go on with a run from its last checkpoint",
        [this](Console& console) {
            m_resume.run = m_run;
            m_resume.report = m_train.report;
            return resumeCommand(m_common, m_resume, console);
        },
        Work::Trains);
    addRun(resume);
    resume
        ->add_option("--until", m_resume.until,
                     "Go on until this step or time of training, or to its planned end; "
                     "in place of train.stop_after")
        ->type_name("STEP|TIME|end");
    addData(resume);
    addReport(resume);
    CLI::App* replan =
        command(m_app, "replan", "Change the sharing of a paused run, for when it goes on",
                [this](Console& console) {
                    m_replan.run = m_run;
                    return replanCommand(m_common, m_replan, console);
                });
    addRun(replan);
    replan
        ->add_option("rules", m_replan.rules,
                     "Rules that join those of the plan, as one change, for example "
                     "\"dec1.*: separate\", "
                     "\"enc1*: freeze\", \"dec1.*: kernel factored\"")
        ->type_name("RULE");
    replan->add_flag("--undo", m_replan.undo,
                     "Take the last change back, all its rules, and what was trained since");
    replan->add_option("--at", m_replan.at, "The step before which they take effect")
        ->type_name("STEP|now")
        ->capture_default_str();
}

void CommandLine::addTrying() {
    CLI::App* sub = command(
        m_app, "try", "Train some steps with and without a change of the sharing",
        [this](Console& console) {
            m_try.run = m_run;
            return tryCommand(m_common, m_try, console);
        },
        Work::Computes);
    addRun(sub);
    sub->add_option("rules", m_try.rules, "The change, as for \"concertina-cli replan\"")
        ->type_name("RULE")
        ->required();
    sub->add_option("--steps", m_try.steps, "Of each of the two")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    addData(sub);
    sub->footer("Both begin as the run's last checkpoint and train on the batches that come next.\n"
                "The run stays as it is, and goes on as if there had been no trial.");
}

void CommandLine::addTaskChange(CLI::App* sub, const char* task) {
    addRun(sub);
    sub->add_option("task", m_taskChange.task, task)->type_name("TASK")->required();
    sub->add_option("--step", m_taskChange.step, "Begin as its checkpoint of this step; the last")
        ->type_name("STEP")
        ->check(CLI::NonNegativeNumber);
    sub->add_flag("--print", m_taskChange.print, "Print the experiment; nothing is trained");
    addAssignments(sub);
    addReport(sub);
    addData(sub);
}

void CommandLine::addTaskChanges() {
    const auto taken = [this](auto act) {
        return [this, act](Console& console) {
            m_taskChange.run = m_run;
            return act(m_common, m_taskChange, m_train, console);
        };
    };
    CLI::App* add = command(m_app, "add-task",
                            "Train a task beside those of a run, whose outputs stay as they are",
                            taken(addTaskCommand), Work::Trains);
    addTaskChange(add, "The task to learn (\"concertina-cli list tasks\")");
    add->add_option("--layers", m_taskChange.layers,
                    "Layers of which it has copies of its own, beside those that the others have")
        ->type_name("PATTERN");
    add->add_option("--state", m_taskChange.state, "What it has of its own in these layers")
        ->check(CLI::IsMember({"factors shared", "separate"}))
        ->capture_default_str();
    add->add_option("--from", m_taskChange.from,
                    "The task whose copies its own begin with; the mean of all")
        ->type_name("TASK");
    add->footer("A new run begins as the other ended. What the other's tasks use rests, running\n"
                "statistics of norms too; the new task's head is trained, and its copies.");
    CLI::App* drop = command(m_app, "drop-task", "Train the tasks of a run on without one of them",
                             taken(dropTaskCommand), Work::Trains);
    addTaskChange(drop, "The task to leave out");
    drop->footer("A new run begins as the other ended, each task with the outputs that it gave.\n"
                 "\"concertina-cli collapse RUN --without TASK\" ships what is left as it is.");
}

} // namespace concertina
