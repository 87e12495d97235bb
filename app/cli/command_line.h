// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/cli/commands.h"
#include "app/cli/look_commands.h"
#include "app/cli/network_commands.h"

#include <CLI/CLI.hpp>

#include <functional>

namespace concertina {

/// The words of the command line, and what to do with them. The commands that train, those that
/// make something of a trained network, and those that look at what comes in have a file of their
/// own each.
class CommandLine {
public:
    CommandLine();
    int run(int argc, char** argv);

private:
    using Action = std::function<ExitCode(Console&)>;

    /// What a command does with the process: one that only looks is done before the program could
    /// have started itself again.
    enum class Work { Looks, Computes, Trains };

    CLI::App* command(CLI::App& parent, const char* name, const char* help, Action action,
                      Work work = Work::Looks);
    void addTraining();
    void addResuming();
    void addTrying();
    void addTaskChanges();
    void addRuns();
    void addConflict();
    void addNetworks();
    void addExport();
    void addPrecisions();
    void addPredict();
    void addTime();
    void addDifference();
    void addSpecs();
    void addLayers();
    void addWeights();
    void addDatasets();

    // What several commands take.
    void addStore(CLI::App* sub);
    void addData(CLI::App* sub);
    void addReport(CLI::App* sub);
    void addAssignments(CLI::App* sub);
    void addRun(CLI::App* sub);
    /// Beside the run and the task.
    void addTaskChange(CLI::App* sub, const char* task);
    /// An option that stands for each of its values; `form` says what one looks like.
    static void addEquations(CLI::Option* option, const std::string& form);
    /// What is done before collapsing.
    static std::vector<CLI::Option*> addAveraging(CLI::App* sub, int& average, int& normBatches);

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
    TryArguments m_try;
    TaskChangeArguments m_taskChange;
    ConflictArguments m_conflict;
    DataClassesArguments m_dataClasses;
    PredictArguments m_predict;
    CollapseArguments m_collapse;
    ExportArguments m_export;
    PrecisionsArguments m_precisions;
    VerifyArguments m_verify;
    DifferenceArguments m_difference;
    LayersArguments m_layers;
    TimeArguments m_time;
    WeightsArguments m_weights;
    std::string m_run;
    std::string m_family;
    bool m_json = false;
    bool m_write = false;
};

} // namespace concertina
