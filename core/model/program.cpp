// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/program.h"

#include "core/model/contraction.h"
#include "core/values/text.h"

#include <algorithm>
#include <limits>
#include <map>

namespace concertina {

namespace {

/// Numbers tensors in the order in which they are first named.
class TensorTable {
public:
    explicit TensorTable(std::vector<std::string>& names) : m_names(names) {}

    int operator()(const std::string& name) {
        const auto [entry, added] = m_index.try_emplace(name, static_cast<int>(m_names.size()));
        if (added)
            m_names.push_back(name);
        return entry->second;
    }

private:
    std::vector<std::string>& m_names;
    std::map<std::string, int> m_index;
};

std::size_t inputCount(Op op) {
    switch (op) {
    case Op::Input: return 0;
    case Op::MaxUnpool:
    case Op::Upsample:
    case Op::Add: return 2; // at least
    default: return 1;      // Concat: at least
    }
}

bool fitsTensors(Op op, std::size_t count) {
    switch (op) {
    case Op::Conv: return count == 1 || count == 2;
    case Op::ScaleShift: return count == 2;
    case Op::Norm: return count == 4;
    default: return count == 0;
    }
}

Unexpected broken(const std::string& where, std::string found, std::string expected) {
    return failure({"program.json", where, std::move(found), std::move(expected),
                    "the file is damaged or not of this program"});
}

constexpr const char* bilinearName = "bilinear";
constexpr const char* nearestName = "nearest";

/// A number of an instruction: where it stands in JSON, and where it goes.
struct NumberPlace {
    const char* key;
    int least;
    int* value;
};

struct ProgramReader {
    Program program;
    std::map<std::string, int> instructions;
    TensorTable tensor{program.tensors};

    Expected<int> instructionNamed(const Json& name, const std::string& where) const {
        const auto found =
            name.is_string() ? instructions.find(name.get<std::string>()) : instructions.end();
        if (found == instructions.end())
            return broken(where, shortened(jsonText(name), 80), "an earlier instruction");
        return found->second;
    }

    /// A list under a key of an object; none: an empty one.
    static Expected<Json> list(const Json& item, const char* key, const std::string& where) {
        if (!item.contains(key))
            return Json::array();
        if (!item[key].is_array())
            return broken(where + "." + key, shortened(jsonText(item[key]), 80), "a list");
        return item[key];
    }

    static std::optional<Problem> readNumber(const Json& item, const char* key, int minimum,
                                             const std::string& where, int& value) {
        if (!item.contains(key))
            return std::nullopt;
        const Json& number = item[key];
        if (!number.is_number_integer() || number < minimum || number > 65536)
            return broken(where + "." + key, shortened(jsonText(number), 40),
                          "a small whole number")
                .value();
        value = number.get<int>();
        return std::nullopt;
    }

    std::optional<Problem> readLists(const Json& item, const std::string& where,
                                     Instruction& instruction) {
        const auto inputs = list(item, "inputs", where);
        const auto tensors = list(item, "tensors", where);
        if (!inputs || !tensors)
            return !inputs ? inputs.error() : tensors.error();
        for (const Json& name : *inputs) {
            const auto input = instructionNamed(name, where);
            if (!input)
                return input.error();
            instruction.inputs.push_back(*input);
        }
        for (const Json& name : *tensors) {
            if (!name.is_string())
                return broken(where, shortened(jsonText(name), 80), "a tensor's name").value();
            instruction.tensors.push_back(tensor(name.get<std::string>()));
        }
        const std::size_t count = inputCount(instruction.op);
        const bool list = instruction.op == Op::Concat || instruction.op == Op::Add;
        const bool enough = list ? instruction.inputs.size() >= count
                                 : instruction.inputs.size() == count;
        if (!enough || !fitsTensors(instruction.op, instruction.tensors.size()))
            return broken(where, "a wrong number of inputs or tensors", opName(instruction.op))
                .value();
        return std::nullopt;
    }

    static std::optional<Problem> readAttributes(const Json& item, const std::string& where,
                                                 Instruction& instruction) {
        instruction.attributes = defaultAttributes(instruction.op);
        const auto read = [&](std::initializer_list<NumberPlace> places) -> std::optional<Problem> {
            for (const NumberPlace& place : places)
                if (auto problem = readNumber(item, place.key, place.least, where, *place.value))
                    return problem;
            return std::nullopt;
        };
        if (auto* how = std::get_if<Convolving>(&instruction.attributes))
            return read({{"stride", 1, &how->stride},
                         {"padding", 0, &how->padding},
                         {"dilation", 1, &how->dilation},
                         {"groups", 1, &how->groups}});
        if (auto* window = std::get_if<Pooling>(&instruction.attributes)) {
            if (auto problem = read({{"window", 1, &window->size},
                                     {"stride", 1, &window->stride},
                                     {"padding", 0, &window->padding}}))
                return problem;
            if (window->padding > window->size / 2)
                return broken(where + ".padding", std::to_string(window->padding),
                              "at most half of the window")
                    .value();
        }
        if (auto* by = std::get_if<Interpolation>(&instruction.attributes);
            by && item.contains("by")) {
            if (item["by"] != nearestName && item["by"] != bilinearName)
                return broken(where + ".by", shortened(jsonText(item["by"]), 40),
                              std::string(bilinearName) + " or " + nearestName)
                    .value();
            *by = item["by"] == nearestName ? Interpolation::Nearest : Interpolation::Bilinear;
        }
        return std::nullopt;
    }

    std::optional<Problem> read(const Json& item) {
        Instruction instruction;
        const auto text = [&](const char* key) {
            return item.is_object() && item.contains(key) && item[key].is_string()
                       ? item[key].get<std::string>()
                       : std::string();
        };
        instruction.name = text("name");
        const std::string where = "instructions." + std::to_string(program.instructions.size());
        const auto op = opFromName(text("op"));
        if (!op || instruction.name.empty() || instructions.contains(instruction.name))
            return broken(where, shortened(jsonText(item), 80), "a known op and a new name").value();
        instruction.op = *op;
        if (auto problem = readLists(item, where, instruction))
            return problem;
        if (auto problem = readAttributes(item, where, instruction))
            return problem;
        instructions[instruction.name] = static_cast<int>(program.instructions.size());
        program.instructions.push_back(std::move(instruction));
        return std::nullopt;
    }
};

} // namespace

std::string tensorName(const std::string& layer, const std::string& what, TaskSet group,
                       const std::vector<std::string>& tasks) {
    return layer + "/" + what + "/" + groupName(group, tasks);
}

std::string factorPlace(const std::string& layer, const FactorInfo& factor) {
    return factor.network ? "network" : layer;
}

int kernelCount(const Program& program) {
    return static_cast<int>(std::ranges::count_if(program.tensors, [](const std::string& name) {
        return name.find("/kernel") != std::string::npos;
    }));
}

Program programOf(const NetworkDesign& design) {
    Program program;
    TensorTable tensor(program.tensors);
    const auto& tasks = design.plan.tasks;
    for (const ExecutedNode& executed : design.tree.nodes) {
        const Node& node = design.graph.node(executed.node);
        Instruction instruction{.op = node.op,
                                .name = node.name + "/" + groupName(executed.tasks, tasks),
                                .inputs = executed.inputs,
                                .attributes = node.attributes,
                                .rests = design.rests(executed)};
        if (node.op == Op::Conv) {
            const Layer& layer = design.graph.layer(node.layer);
            const FragmentPart& part = design.partOf(node);
            const auto own = [&](const std::string& what) {
                return tensor(tensorName(layer.name, what, executed.kernel, tasks));
            };
            instruction.tensors = {own(kernelTensor(part))};
            // The layer's bias once: it is enough for what is added, or follows each other.
            if (part.firstFactor == 0 && layer.bias)
                instruction.tensors.push_back(own("bias"));
            else if (part.biasFactor)
                instruction.tensors.push_back(own(biasTensor(part)));
            instruction.attributes = part.kernel.applied();
        }
        if (node.op == Op::Norm) {
            const std::string& layer = design.graph.layer(node.layer).name;
            const auto named = [&](const char* what, TaskSet group) {
                return tensor(
                    tensorName(layer, normTensor(design.partOf(node), what), group, tasks));
            };
            instruction.tensors = {named("weight", executed.norm), named("bias", executed.norm),
                                   named("mean", executed.tasks), named("var", executed.tasks)};
        }
        program.instructions.push_back(std::move(instruction));
    }
    program.outputs = design.tree.outputs;
    return program;
}

std::vector<int> lastUses(const Program& program) {
    std::vector<int> last;
    for (std::size_t i = 0; i < program.instructions.size(); ++i) {
        last.push_back(static_cast<int>(i));
        for (const int input : program.instructions[i].inputs)
            last[static_cast<std::size_t>(input)] = static_cast<int>(i);
    }
    for (const int output : program.outputs)
        last[static_cast<std::size_t>(output)] = std::numeric_limits<int>::max();
    return last;
}

std::vector<TaskSet> tasksServed(const Program& program) {
    std::vector<TaskSet> served(program.instructions.size(), 0);
    for (std::size_t t = 0; t < program.outputs.size(); ++t)
        served[static_cast<std::size_t>(program.outputs[t])] |= taskBit(static_cast<int>(t));
    for (std::size_t i = served.size(); i-- > 0;)
        for (const int input : program.instructions[i].inputs)
            served[static_cast<std::size_t>(input)] |= served[i];
    return served;
}

Program programFor(const Program& program, TaskSet tasks) {
    const std::vector<TaskSet> served = tasksServed(program);
    Program part{.instructions = {}, .tensors = program.tensors, .outputs = {}};
    std::vector<int> place(served.size(), -1);
    for (std::size_t i = 0; i < served.size(); ++i) {
        if ((served[i] & tasks) == 0)
            continue;
        place[i] = static_cast<int>(part.instructions.size());
        part.instructions.push_back(program.instructions[i]);
        for (int& input : part.instructions.back().inputs)
            input = place[static_cast<std::size_t>(input)];
    }
    for (const int task : tasksOf(tasks)) {
        const int output = program.outputs[static_cast<std::size_t>(task)];
        part.outputs.push_back(place[static_cast<std::size_t>(output)]);
    }
    return part;
}

namespace {

/// What is there by default is left out, but of a convolution.
void writeAttributes(const Instruction& instruction, Json& item) {
    if (const auto* how = std::get_if<Convolving>(&instruction.attributes)) {
        item["stride"] = how->stride;
        item["padding"] = how->padding;
        item["dilation"] = how->dilation;
        item["groups"] = how->groups;
    }
    if (const auto* window = std::get_if<Pooling>(&instruction.attributes)) {
        const Pooling usual;
        if (window->size != usual.size)
            item["window"] = window->size;
        if (window->stride != usual.stride)
            item["stride"] = window->stride;
        if (window->padding != usual.padding)
            item["padding"] = window->padding;
    }
    if (attributesAs<Interpolation>(instruction.attributes) == Interpolation::Nearest)
        item["by"] = nearestName;
}

} // namespace

bool needsLaterReader(const Program& program) {
    return std::ranges::any_of(program.instructions, [](const Instruction& now) {
        switch (now.op) {
        case Op::Relu6:
        case Op::HardSwish:
        case Op::Sigmoid:
        case Op::AveragePool:
        case Op::GlobalPool: return true;
        case Op::Conv: return now.tensors.size() < 2;
        case Op::MaxPool:
        case Op::Upsample: return now.attributes != defaultAttributes(now.op);
        default: return false;
        }
    });
}

Json toJson(const Program& program) {
    Json instructions = Json::array();
    for (const Instruction& instruction : program.instructions) {
        Json item = {{"op", opName(instruction.op)}, {"name", instruction.name}};
        item["inputs"] = Json::array();
        for (const int input : instruction.inputs)
            item["inputs"].push_back(program.instructions[static_cast<std::size_t>(input)].name);
        if (!instruction.tensors.empty())
            item["tensors"] = Json::array();
        for (const int tensor : instruction.tensors)
            item["tensors"].push_back(program.tensors[static_cast<std::size_t>(tensor)]);
        writeAttributes(instruction, item);
        instructions.push_back(std::move(item));
    }
    Json outputs = Json::array();
    for (const int output : program.outputs)
        outputs.push_back(program.instructions[static_cast<std::size_t>(output)].name);
    return {{"instructions", std::move(instructions)}, {"outputs", std::move(outputs)}};
}

Expected<Program> programFromJson(const Json& json) {
    for (const char* key : {"instructions", "outputs"})
        if (!json.is_object() || !json.contains(key) || !json[key].is_array() || json[key].empty())
            return broken(key, "nothing", "a list with something in it");
    ProgramReader reader;
    for (const Json& item : json["instructions"])
        if (auto problem = reader.read(item))
            return failure(std::move(*problem));
    const auto& instructions = reader.program.instructions;
    for (std::size_t i = 0; i < instructions.size(); ++i) {
        const Instruction& now = instructions[i];
        const bool pooled =
            now.op != Op::MaxUnpool
            || instructions[static_cast<std::size_t>(now.inputs[1])].op == Op::MaxPool;
        if ((now.op == Op::Input) != (i == 0) || !pooled)
            return broken("instructions." + std::to_string(i), now.name,
                          "the image first and alone, and indices from a max_pool");
    }
    for (const Json& name : json["outputs"]) {
        const auto output = reader.instructionNamed(name, "outputs");
        if (!output)
            return failure(output.error());
        reader.program.outputs.push_back(*output);
    }
    return std::move(reader.program);
}

} // namespace concertina
