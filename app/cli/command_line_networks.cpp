// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command_line.h"
#include "core/catalogue.h"
#include "core/exports/export.h"

namespace concertina {

void CommandLine::addNetworks() {
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
    addPrecisions();
    addDifference();
    CLI::App* verify = command(
        m_app, "verify", "Compare a run's network with the collapsed one",
        [this](Console& console) {
            m_verify.run = m_run;
            return verifyCommand(m_common, m_verify, console);
        },
        Work::Computes);
    addRun(verify);
    addData(verify);
    CLI::Option* file =
        verify
            ->add_option("--collapsed", m_verify.collapsed,
                         "A collapsed network's file; it says which checkpoints it is from")
            ->type_name("FILE");
    verify->add_option("--images", m_verify.images, "How many validation images at most")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    verify->add_flag("--layers", m_verify.layers, "Every layer, and where they differ most");
    for (CLI::Option* option : addAveraging(verify, m_verify.average, m_verify.normBatches))
        option->excludes(file);
    CLI::App* classes = command(
        m_app, "classes", "Show the metrics of each class",
        [this](Console& console) { return classesCommand(m_common, m_run, console); },
        Work::Computes);
    addRun(classes);
    addData(classes);
    addPredict();
    addTime();
}

void CommandLine::addPredict() {
    CLI::App* predict = command(
        m_app, "predict", "Predict for images",
        [this](Console& console) {
            m_predict.run = m_run;
            return predictCommand(m_common, m_predict, console);
        },
        Work::Computes);
    predict
        ->add_option("run", m_run,
                     "A run's id or name, or how one begins; or the file of an exported network")
        ->required();
    addStore(predict);
    predict->add_option("images", m_predict.images, "Pictures of any size, folders, videos")
        ->type_name("IMAGE|DIR|VIDEO")
        ->required();
    predict->add_option("--out", m_predict.out, "The folder to write to")
        ->type_name("DIR")
        ->required();
    predict->add_flag("--collapsed", m_predict.collapsed, "By the collapsed network");
    predict->add_option("--size", m_predict.size, "How large the predictions are written")
        ->check(CLI::IsMember({"network", "picture"}))
        ->capture_default_str();
    predict->add_option("--every", m_predict.every, "Of a video, every N-th frame")
        ->type_name("N")
        ->check(CLI::Range(1, 1'000'000))
        ->capture_default_str();
    predict->footer(
        "For each picture NAME and each task: NAME.TASK.png, drawn; NAME.TASK-mm.png, depth in\n"
        "millimetres (16 bits); NAME.TASK-index.png, the indices of the classes;\n"
        "NAME.TASK.json, values of the whole picture and objects. Frame 12 of a video NAME is\n"
        "NAME-000012.");
}

void CommandLine::addTime() {
    CLI::App* time = command(
        m_app, "time", "Measure how long every runner takes for a collapsed network",
        [this](Console& console) { return timeCommand(m_common, m_time, console); },
        Work::Computes);
    time->add_option("network", m_time.network,
                     "A run's id or name, or how one begins; or the file of a collapsed network")
        ->required();
    addStore(time);
    time->add_option("--batch", m_time.batches, "How many images at once; may stand several times")
        ->type_name("N")
        ->check(CLI::Range(1, 1024))
        ->capture_default_str();
    time->add_option("--repeats", m_time.repeats, "How often each runs")
        ->type_name("N")
        ->check(CLI::Range(1, 10'000))
        ->capture_default_str();
}

void CommandLine::addExport() {
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

void CommandLine::addPrecisions() {
    CLI::App* precisions = command(
        m_app, "precisions", "Measure a run's collapsed network with weights of each type",
        [this](Console& console) {
            m_precisions.run = m_run;
            return precisionsCommand(m_common, m_precisions, console);
        },
        Work::Computes);
    addRun(precisions);
    addData(precisions);
    addEquations(precisions->add_option("--option", m_precisions.options,
                                        "An option of int8, as \"export\" takes it; may stand "
                                        "several times"),
                 "name=value");
    precisions->add_flag("--layers", m_precisions.layers,
                         "Also what each layer alone loses in 8 bits");
    precisions->footer(
        "Options: images, ranges (minmax, entropy), weight_bits, equalize, correct_bias,\n"
        "keep_float (layers), float_layers (how many of those that lose most).");
}

void CommandLine::addDifference() {
    CLI::App* difference = command(
        m_app, "difference", "Show what differs between two networks, node by node",
        [this](Console& console) { return differenceCommand(m_common, m_difference, console); },
        Work::Computes);
    const char* const what = "A collapsed network's file, a spec's file, a preset or a run";
    difference->add_option("left", m_difference.left, what)->type_name("A")->required();
    difference->add_option("right", m_difference.right, what)->type_name("B")->required();
    addStore(difference);
    addData(difference);
    difference
        ->add_option("--expanded", m_difference.expanded,
                     "Which run's network is taken as it trains, not collapsed")
        ->check(CLI::IsMember({"left", "right", "both"}));
    difference->add_option("--images", m_difference.images, "How many validation images at most")
        ->check(CLI::Range(1, 1'000))
        ->capture_default_str();
    difference->add_flag("--all", m_difference.all, "Nodes that are the same, too");
    difference->footer(
        "A spec or a preset is a plan: its expanded network, without weights; a run beside one is\n"
        "taken as it trains. Outputs are compared where both networks have weights and the same\n"
        "tasks, size and normalization: on images of a run's validation split, else on made ones.");
}

std::vector<CLI::Option*> CommandLine::addAveraging(CLI::App* sub, int& average, int& normBatches) {
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

} // namespace concertina
