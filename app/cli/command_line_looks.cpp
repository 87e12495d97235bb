// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/command_line.h"

namespace concertina {

void CommandLine::addLayers() {
    CLI::App* layers = command(m_app, "layers", "Show every layer of a network as it is set up",
                               [this](Console& console) {
                                   m_layers.assignments = m_train.assignments;
                                   return layersCommand(m_common, m_layers, console);
                               });
    layers->add_option("spec", m_layers.spec, "A preset's name or a file")
        ->type_name("SPEC")
        ->required();
    addAssignments(layers);
    addData(layers);
    layers->add_option("--format", m_layers.format, "How it is written")
        ->check(CLI::IsMember({"text", "markdown", "csv"}))
        ->capture_default_str();
    layers->footer(
        "Field: pixels of the image, along a side, that one pixel of the layer's output is\n"
        "computed from. Jump: pixels of the image from one pixel of its output to the next.\n"
        "Parameters: of one plain copy; training: every copy of every factor; collapsed: what\n"
        "ships, as are the kernels and the multiply-adds of one image.");
}

void CommandLine::addWeights() {
    CLI::App* weights = command(
        m_app, "weights", "List the tensors of a file of weights, and what a network takes of them",
        [this](Console& console) {
            m_weights.assignments = m_train.assignments;
            return weightsCommand(m_common, m_weights, console);
        },
        Work::Computes);
    weights
        ->add_option("file", m_weights.file,
                     "What torch.save wrote, safetensors, a checkpoint or a collapsed network")
        ->type_name("FILE")
        ->required();
    weights->add_option("--spec", m_weights.spec, "The network that would begin with them")
        ->type_name("SPEC");
    addAssignments(weights);
    addData(weights);
    weights->add_option("--format", m_weights.format, "How it is written")
        ->check(CLI::IsMember({"text", "markdown", "csv"}))
        ->capture_default_str();
    weights->footer(
        "With --spec each tensor has its use: loaded, of another shape, or left; layers\n"
        "that begin anew stand below. Nothing is trained, nothing in a file executed.");
}

void CommandLine::addDatasets() {
    CLI::App* data = m_app.add_subcommand("data", "Look at datasets");
    data->require_subcommand(1);
    CLI::App* check =
        command(*data, "check", "Read every file of a dataset once, and report what is wrong",
                [this](Console& console) { return dataCheckCommand(m_common, m_spec, console); });
    check
        ->add_option("PATH|SPEC", m_spec,
                     "A dataset's folder or file; or a spec, or a preset, for its datasets")
        ->required();
    addData(check);
    CLI::App* classes = command(
        *data, "classes", "Count how much each class has, and how many samples have it",
        [this](Console& console) { return dataClassesCommand(m_common, m_dataClasses, console); });
    classes
        ->add_option("PATH|SPEC", m_dataClasses.data,
                     "A dataset's folder or file; or a spec, or a preset, for its datasets")
        ->required();
    classes
        ->add_option("--split", m_dataClasses.splits, "This split alone; may stand several times")
        ->type_name("SPLIT");
    classes->add_option("--format", m_dataClasses.format, "How it is written")
        ->check(CLI::IsMember({"text", "csv"}))
        ->capture_default_str();
    addData(classes);
    CLI::App* guess =
        command(*data, "guess", "Propose the dataset.json of a folder of pictures from its files",
                [this](Console& console) { return dataGuessCommand(m_spec, m_write, console); });
    guess->add_option("FOLDER", m_spec, "A folder of pictures and targets")->required();
    guess->add_flag("--write", m_write, "Write it into the folder, where there is none");
    guess->footer("Splits are folders train, val and test; in each lie pictures and targets, in\n"
                  "folders of their own (images, labels, depth, normals) or beside each other\n"
                  "(1_rgb.png, 1_label.png). What is not sure is said on stderr.");
}

} // namespace concertina
