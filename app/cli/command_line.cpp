// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command_line.h"

#include "app/cli/wrong_usage.h"
#include "core/catalogue.h"
#include "core/tensor/process.h"
#include "core/training/environment.h"
#include "core/values/version.h"
#include "db/store.h"

#include <algorithm>
#include <cctype>

namespace concertina {

namespace {

constexpr const char* footer =
    "Exit codes: 0 done, 1 a problem (reported on stderr), 2 wrong usage, 130 interrupted.\n"
    "Ctrl-C once stops a training with a checkpoint, twice at once.\n"
    "\"concertina-cli spec fields\" lists what --set takes. Behind -- nothing is an option.";

} // namespace

CommandLine::CommandLine() {
    m_app.set_version_flag("--version", std::string("concertina-cli ") + programVersion());
    m_app.require_subcommand(1);
    m_app.footer(footer);
    addTraining();
    addResuming();
    addTrying();
    addTaskChanges();
    addRuns();
    addNetworks();
    addSpecs();
    addLayers();
    addWeights();
    addDatasets();
}

int CommandLine::run(int argc, char** argv) {
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

CLI::App* CommandLine::command(CLI::App& parent, const char* name, const char* help, Action action,
                               Work work) {
    CLI::App* sub = parent.add_subcommand(name, help);
    sub->add_flag("--json", m_json, "One JSON object a line on stdout");
    sub->callback([this, action = std::move(action), work] {
        m_action = action;
        m_work = work;
    });
    return sub;
}

void CommandLine::addStore(CLI::App* sub) {
    sub->add_option("--store", m_common.store, "Folder of the experiments")
        ->type_name("DIR")
        ->default_str(defaultStoreFolder().string());
}

void CommandLine::addData(CLI::App* sub) {
    sub->add_option("--data", m_common.data,
                    "The data: a dataset's folder, or its .mat or .csv file; NAME=PATH of another "
                    "set than the first; may stand several times")
        ->type_name("PATH")
        ->allow_extra_args(false)
        ->take_all();
}

void CommandLine::addReport(CLI::App* sub) {
    sub->add_option("--report", m_train.report,
                    "Afterwards collapse, verify and draw into this folder")
        ->type_name("DIR");
}

void CommandLine::addAssignments(CLI::App* sub) {
    addEquations(sub->add_option("--set", m_train.assignments,
                                 "Set a field of the experiment; may stand several times"),
                 "path=value, for example train.lr=0.001");
}

void CommandLine::addEquations(CLI::Option* option, const std::string& form) {
    std::string name = form.substr(0, form.find(','));
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    option->type_name(name)
        ->check([form](const std::string& text) {
            return text.find('=') == std::string::npos ? "\"" + text + "\" is not " + form
                                                       : std::string();
        })
        ->allow_extra_args(false)
        ->take_all();
}

void CommandLine::addRun(CLI::App* sub) {
    sub->add_option("run", m_run, "A run's id or name, or how one begins")->required();
    addStore(sub);
}

void CommandLine::addRuns() {
    addStore(command(m_app, "runs", "List the runs of a store",
                     [this](Console& console) { return runsCommand(m_common, console); }));
    addRun(command(m_app, "show", "Show what is known of a run",
                   [this](Console& console) { return showCommand(m_common, m_run, console); }));
    CLI::App* table =
        command(m_app, "table", "Compare runs; those of a group as mean ± deviation",
                [this](Console& console) { return tableCommand(m_common, m_table, console); });
    table->add_option("runs", m_table.runs, "Runs or groups, by their names")
        ->type_name("RUN")
        ->required();
    table
        ->add_option("--single", m_table.single,
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

void CommandLine::addConflict() {
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

void CommandLine::addSpecs() {
    CLI::App* spec = m_app.add_subcommand("spec", "Look at specs");
    spec->require_subcommand(1);
    CLI::App* check =
        command(*spec, "check", "Report everything that is wrong with a spec",
                [this](Console& console) { return specCheckCommand(m_common, m_train, console); });
    check->add_option("spec", m_train.specs, "What \"concertina-cli train\" takes")
        ->type_name("SPEC")
        ->required();
    addAssignments(check);
    addData(check);
    CLI::App* show =
        command(*spec, "show", "Print a preset or a spec, complete", [this](Console& console) {
            return specShowCommand(m_spec, m_train.assignments, console);
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
}

} // namespace concertina
