// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/commands.h"
#include "app/cli/network_commands.h"
#include "app/cli/wrong_usage.h"
#include "core/catalogue.h"
#include "core/exports/export.h"
#include "core/tensor/process.h"
#include "core/training/environment.h"
#include "core/values/spec_fields.h"
#include "core/values/version.h"
#include "db/store.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cctype>

using namespace concertina;

namespace {

constexpr const char* footer =
    "Exit codes: 0 done, 1 a problem (reported on stderr), 2 wrong usage, 130 interrupted.\n"
    "Ctrl-C once stops a training with a checkpoint, twice at once.\n"
    "\"concertina-cli spec fields\" lists what --set takes. Behind -- nothing is an option.";

/// What a command does with the process: one that only looks is done before the program could have
/// started itself again.
enum class Work { Looks, Computes, Trains };

/// The words of the command line, and what to do with them.
class Program {
public:
    Program() {
        m_app.set_version_flag("--version", std::string("concertina-cli ") + programVersion());
        m_app.require_subcommand(1);
        m_app.footer(footer);
        addTraining();
        addTaskChanges();
        addRuns();
        addNetworks();
        addSpecs();
    }

    int run(int argc, char** argv) {
        try {
            m_app.parse(argc, argv);
        } catch (const CLI::ParseError& error) {
            if (error.get_exit_code() == 0)
                return m_app.exit(error); // help or the version
            reportWrongUsage(m_app, error);
            return WrongUsage;
        }
        if (m_common.store.empty())
            m_common.store = defaultStoreFolder();
        if (m_work != Work::Looks)
            beginProcess(argv);
        Console console(m_json);
        if (m_work == Work::Computes) // a training reports it itself, and keeps it
            for (const NoticeEvent& notice : environmentNotices())
                console.note(notice.text);
        return m_action(console);
    }

private:
    using Action = std::function<ExitCode(Console&)>;

    CLI::App* command(CLI::App& parent, const char* name, const char* help, Action action,
                      Work work = Work::Looks) {
        CLI::App* sub = parent.add_subcommand(name, help);
        sub->add_flag("--json", m_json, "One JSON object a line on stdout");
        sub->callback([this, action = std::move(action), work] {
            m_action = action;
            m_work = work;
        });
        return sub;
    }

    void addStore(CLI::App* sub) {
        sub->add_option("--store", m_common.store, "Folder of the experiments")
            ->type_name("DIR")
            ->default_str(defaultStoreFolder().string());
    }

    void addData(CLI::App* sub) {
        sub->add_option("--data", m_common.data, "Folder of the dataset, with dataset.json")
            ->type_name("DIR");
    }

    void addReport(CLI::App* sub) {
        sub->add_option("--report", m_train.report,
                        "Afterwards collapse, verify and draw into this folder")
            ->type_name("DIR");
    }

    void addAssignments(CLI::App* sub) {
        addEquations(sub->add_option("--set", m_train.assignments,
                                     "Set a field of the experiment; may stand several times"),
                     "path=value, for example train.lr=0.001");
    }

    /// An option that stands for each of its values; `form` says what one looks like.
    static void addEquations(CLI::Option* option, const std::string& form) {
        std::string name = form.substr(0, form.find(','));
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
        option->type_name(name)
            ->check([form](const std::string& text) {
                return text.find('=') == std::string::npos ? "\"" + text + "\" is not " + form
                                                           : std::string();
            })
            ->allow_extra_args(false)
            ->take_all();
    }

    void addRun(CLI::App* sub) {
        sub->add_option("run", m_run, "A run's id or name, or how one begins")->required();
        addStore(sub);
    }

    void addTraining() {
        CLI::App* train = command(m_app, "train", "Train an experiment", [this](Console& console) {
            return trainCommand(m_common, m_train, console);
        }, Work::Trains);
        train->add_option("spec", m_train.specs,
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
        CLI::App* resume =
            command(m_app, "resume", "Go on with a run from its last checkpoint",
                    [this](Console& console) {
                        m_resume.run = m_run;
                        m_resume.report = m_train.report;
                        return resumeCommand(m_common, m_resume, console);
                    }, Work::Trains);
        addRun(resume);
        resume->add_option("--until", m_resume.until,
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
        replan->add_option("rules", m_replan.rules,
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

    /// What both take beside the run and the task.
    void addTaskChange(CLI::App* sub, const char* task) {
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

    void addTaskChanges() {
        const auto taken = [this](auto act) {
            return [this, act](Console& console) {
                m_taskChange.run = m_run;
                return act(m_common, m_taskChange, m_train, console);
            };
        };
        CLI::App* add = command(
            m_app, "add-task", "Train a task beside those of a run, whose outputs stay as they are",
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
        CLI::App* drop =
            command(m_app, "drop-task", "Train the tasks of a run on without one of them",
                    taken(dropTaskCommand), Work::Trains);
        addTaskChange(drop, "The task to leave out");
        drop->footer("A new run begins as the other ended, each task with the outputs that it gave.\n"
                     "\"concertina-cli collapse RUN --without TASK\" ships what is left as it is.");
    }

    void addRuns() {
        addStore(command(m_app, "runs", "List the runs of a store",
                         [this](Console& console) { return runsCommand(m_common, console); }));
        addRun(command(m_app, "show", "Show what is known of a run", [this](Console& console) {
            return showCommand(m_common, m_run, console);
        }));
        CLI::App* table = command(m_app, "table", "Compare runs; those of a group as mean ± deviation",
                                  [this](Console& console) {
                                      return tableCommand(m_common, m_table, console);
                                  });
        table->add_option("runs", m_table.runs, "Runs or groups, by their names")
            ->type_name("RUN")
            ->required();
        table->add_option("--single", m_table.single,
                          "Single-task runs of the same backbone, for the multitask gain Δm")
            ->type_name("RUN")
            ->delimiter(',')
            ->allow_extra_args(false)
            ->take_all();
        table->add_option("--format", m_table.format, "How it is written")
            ->check(CLI::IsMember({"text", "markdown", "csv"}))
            ->capture_default_str();
        addStore(table);
        addConflict();
    }

    void addConflict() {
        CLI::App* conflict =
            command(m_app, "conflict", "Show how the tasks of a run agree on what they share",
                    [this](Console& console) {
                        m_conflict.run = m_run;
                        return conflictCommand(m_common, m_conflict, console);
                    });
        addRun(conflict);
        conflict->add_option("--last", m_conflict.last, "Over how many measurements the means go")
            ->type_name("N")
            ->check(CLI::Range(1, 1'000'000))
            ->capture_default_str();
        conflict->add_flag("--suggest", m_conflict.suggest,
                           "The splits that part the most conflict, for \"replan\"");
        conflict
            ->add_option("--budget", m_conflict.budget,
                         "What the splits may add to the network's multiply–adds")
            ->type_name("N%|N")
            ->capture_default_str();
        conflict->add_option("--format", m_conflict.format, "How it is written")
            ->check(CLI::IsMember({"text", "csv"}))
            ->capture_default_str();
        conflict->footer(
            "Cosine: of the gradients of two tasks' losses on one factor. 1: they pull the same\n"
            "way, 0: they do not meet, -1: against each other. Magnitude similarity: 1 where they\n"
            "are equally long, near 0 where one drowns the other. train.conflict_every says how\n"
            "often it is measured.");
    }

    void addNetworks() {
        CLI::App* collapse = command(
            m_app, "collapse", "Collapse a run's network and write it",
            [this](Console& console) {
                m_collapse.run = m_run;
                return collapseCommand(m_common, m_collapse, console);
            },
            Work::Computes);
        addRun(collapse);
        addData(collapse);
        collapse->add_option("--out", m_collapse.place, "The file to write (safetensors)")
            ->type_name("FILE")
            ->required();
        collapse->add_option("--without", m_collapse.without, "Leave out what only this task needs")
            ->type_name("TASK");
        addAveraging(collapse, m_collapse.average, m_collapse.normBatches);
        addExport();
        CLI::App* verify =
            command(m_app, "verify", "Compare a run's network with the collapsed one",
                    [this](Console& console) {
                        m_verify.run = m_run;
                        return verifyCommand(m_common, m_verify, console);
                    }, Work::Computes);
        addRun(verify);
        addData(verify);
        CLI::Option* file =
            verify->add_option("--collapsed", m_verify.collapsed,
                               "A collapsed network's file; it says which checkpoints it is from")
                ->type_name("FILE");
        verify->add_option("--images", m_verify.images, "How many validation images at most")
            ->check(CLI::Range(1, 1'000'000))
            ->capture_default_str();
        verify->add_flag("--layers", m_verify.layers, "Every layer, and where they differ most");
        for (CLI::Option* option : addAveraging(verify, m_verify.average, m_verify.normBatches))
            option->excludes(file);
        CLI::App* predict = command(m_app, "predict", "Predict for images", [this](Console& console) {
            m_predict.run = m_run;
            return predictCommand(m_common, m_predict, console);
        }, Work::Computes);
        addRun(predict);
        predict->add_option("images", m_predict.images, "Pictures of any size")
            ->type_name("IMAGE")
            ->required();
        predict->add_option("--out", m_predict.out, "The folder to write to")
            ->type_name("DIR")
            ->required();
        predict->add_flag("--collapsed", m_predict.collapsed, "By the collapsed network");
        predict->add_option("--size", m_predict.size, "How large the predictions are written")
            ->check(CLI::IsMember({"network", "picture"}))
            ->capture_default_str();
        predict->footer(
            "For each picture NAME and each task: NAME.TASK.png, drawn; NAME.TASK-mm.png, depth in\n"
            "millimetres (16 bits); NAME.TASK-index.png, the indices of the classes.");
    }

    void addExport() {
        CLI::App* exported = command(
            m_app, "export", "Write a run's collapsed network in a format",
            [this](Console& console) {
                m_collapse.run = m_run;
                return exportCommand(m_common, m_collapse, m_export, console);
            },
            Work::Computes);
        addRun(exported);
        addData(exported);
        exported->add_option("--format", m_export.format, "One of \"concertina-cli list exports\"")
            ->type_name("FORMAT")
            ->check(CLI::IsMember(catalogue().ids(Family::Export)))
            ->default_val(usualExport());
        exported->add_option("--out", m_collapse.place, "The file to write, or the folder")
            ->type_name("FILE|DIR")
            ->required();
        addEquations(exported->add_option("--option", m_export.options,
                                          "An option of the format; may stand several times"),
                     "name=value");
        addAveraging(exported, m_collapse.average, m_collapse.normBatches);
    }

    /// What is done before collapsing.
    static std::vector<CLI::Option*> addAveraging(CLI::App* sub, int& average, int& normBatches) {
        CLI::Option* checkpoints =
            sub->add_option("--average", average,
                            "Collapse the mean of the last N checkpoints' kernels and norms")
                ->type_name("N")
                ->check(CLI::Range(1, 1'000'000))
                ->capture_default_str();
        CLI::Option* batches =
            sub->add_option("--norm-batches", normBatches,
                            "Estimate the norms' statistics anew, over N training batches")
                ->type_name("N")
                ->check(CLI::Range(1, 1'000'000));
        return {checkpoints, batches};
    }

    void addSpecs() {
        CLI::App* spec = m_app.add_subcommand("spec", "Look at specs");
        spec->require_subcommand(1);
        CLI::App* check = command(
            *spec, "check", "Report everything that is wrong with a spec",
            [this](Console& console) { return specCheckCommand(m_common, m_train, console); });
        check->add_option("spec", m_train.specs, "What \"concertina-cli train\" takes")
            ->type_name("SPEC")
            ->required();
        addAssignments(check);
        addData(check);
        CLI::App* show = command(*spec, "show", "Print a preset or a spec, complete",
                                 [this](Console& console) {
                                     return specShowCommand(m_spec, m_train.assignments,
                                                            console);
                                 });
        show->add_option("preset", m_spec, "A preset's name or a file")->required();
        addAssignments(show);
        command(*spec, "fields", "List every field with its default, range and unit",
                [](Console& console) { return specFieldsCommand(console); });
        CLI::App* list = command(m_app, "list", "List the methods of a family",
                                 [this](Console& console) { return listCommand(m_family, console); });
        list->add_option("family", m_family, "What to list")
            ->required()
            ->check(CLI::IsMember(listedFamilies()));
        CLI::App* data = m_app.add_subcommand("data", "Look at datasets of files");
        data->require_subcommand(1);
        command(*data, "check", "Read every file of a dataset once, and report what is wrong",
                [this](Console& console) { return dataCheckCommand(*m_common.data, console); })
            ->add_option("DIR", m_common.data, "The folder with dataset.json")
            ->required();
    }

    CLI::App m_app{"Concertina: overparameterised multitask learning, from the command line",
                   "concertina-cli"};
    Action m_action;
    Work m_work = Work::Looks;
    CommonArguments m_common;
    std::string m_spec; ///< a file or a preset
    TrainArguments m_train;
    TableArguments m_table;
    ResumeArguments m_resume;
    ReplanArguments m_replan;
    TaskChangeArguments m_taskChange;
    ConflictArguments m_conflict;
    PredictArguments m_predict;
    CollapseArguments m_collapse;
    ExportArguments m_export;
    VerifyArguments m_verify;
    std::string m_run;
    std::string m_family;
    bool m_json = false;
};

} // namespace

int main(int argc, char** argv) {
    return Program().run(argc, argv);
}
