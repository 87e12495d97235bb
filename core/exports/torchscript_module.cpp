// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/torchscript_module.h"

#include "core/data/batch.h"
#include "core/exports/inputs_outputs.h"
#include "core/tensor/torch.h"
#include "core/values/text.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <vector>

namespace concertina {

namespace {

/// Names that are identifiers, each given once.
class Identifiers {
public:
    /// Those of Python and those that `forward` uses.
    Identifiers()
        : m_used{"False",   "None",     "True",     "and",    "as",   "assert", "async", "await",
                 "break",   "class",    "continue", "def",    "del",  "elif",   "else",  "except",
                 "finally", "for",      "from",     "global", "if",   "import", "in",    "is",
                 "lambda",  "nonlocal", "not",      "or",     "pass", "print",  "raise", "return",
                 "self",    "torch",    "try",      "while",  "with", "yield",  "image", "training",
                 "forward", "float",    "int",      "bool",   "str",  "Dict",   "List",  "Tensor"} {
    }

    std::string unused(const std::string& name) {
        std::string identifier;
        for (const char letter : name)
            identifier += std::isalnum(static_cast<unsigned char>(letter)) != 0 ? letter : '_';
        if (identifier.empty() || std::isdigit(static_cast<unsigned char>(identifier[0])) != 0)
            identifier = "_" + identifier;
        while (!m_used.insert(identifier).second)
            identifier += "_";
        return identifier;
    }

private:
    std::set<std::string> m_used;
};

/// "[2, 2]", as both sides are alike.
std::string pairText(int value) {
    const std::string text = std::to_string(value);
    return "[" + text + ", " + text + "]";
}

/// A text as Python has it.
std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char letter : text) {
        if (letter == '"' || letter == '\\')
            result += '\\';
        result += letter;
    }
    return result + "\"";
}

/// Writes a network's `forward`.
class ForwardWriter {
public:
    ForwardWriter(const CollapsedNetwork& network, const TorchScriptChoices& choices)
        : m_network(network), m_program(network.program), m_choices(choices) {
        for (const std::string& tensor : m_program.tensors)
            m_tensors.push_back(m_names.unused(tensor));
        m_mean = m_names.unused("image_mean");
        m_deviation = m_names.unused("image_deviation");
    }

    /// What parameters and constants are called, in the order of the program's tensors.
    const std::vector<std::string>& tensors() const { return m_tensors; }
    const std::string& mean() const { return m_mean; }
    const std::string& deviation() const { return m_deviation; }

    std::string text() {
        m_text = "def forward(self, image: Tensor) -> Dict[str, Tensor]:\n";
        m_values.push_back("image");
        if (m_choices.predictions) {
            m_values.back() = m_names.unused("normalized");
            line(m_values.back(), "(image - " + cast(m_mean) + ") / " + cast(m_deviation));
        }
        for (std::size_t i = 1; i < m_program.instructions.size(); ++i) {
            const Instruction& now = m_program.instructions[i];
            m_values.push_back(m_names.unused(now.name));
            if (now.op == Op::MaxPool && isUnpooled(i))
                line(m_values.back() + ", " + indicesOf(i), pooled("max_pool2d_with_indices", now));
            else
                line(m_values.back(), written(now));
        }
        const std::vector<std::string> names = outputNames(m_network);
        m_text += "    return {";
        for (std::size_t t = 0; t < names.size(); ++t)
            m_text += (t == 0 ? "" : ", ") + quoted(names[t]) + ": " + output(t);
        return m_text + "}\n";
    }

private:
    static std::size_t index(int i) { return static_cast<std::size_t>(i); }

    void line(const std::string& value, const std::string& expression) {
        m_text += "    " + value + " = " + expression + "\n";
    }

    std::string valueOf(const Instruction& now, std::size_t input) const {
        return m_values[index(now.inputs[input])];
    }

    std::string cast(const std::string& parameter) const {
        const std::string own = "self." + parameter;
        return m_choices.weights == torch::kFloat32 ? own : own + ".to(image.dtype)";
    }

    std::string tensorOf(const Instruction& now, std::size_t which) const {
        return cast(m_tensors[index(now.tensors[which])]);
    }

    std::string indicesOf(std::size_t pool) const { return m_values[pool] + "_indices_"; }

    bool isUnpooled(std::size_t pool) const {
        return std::ranges::any_of(m_program.instructions, [&](const Instruction& other) {
            return other.op == Op::MaxUnpool && index(other.inputs[1]) == pool;
        });
    }

    static std::string sizeOf(const std::string& value) {
        return "[" + value + ".size(2), " + value + ".size(3)]";
    }

    std::string pooled(const std::string& function, const Instruction& now) const {
        const auto [size, stride, padding] = attributesAs<Pooling>(now.attributes);
        return "torch." + function + "(" + valueOf(now, 0) + ", " + pairText(size) + ", "
               + pairText(stride) + ", " + pairText(padding) + ")";
    }

    std::string written(const Instruction& now) const {
        const std::string x = valueOf(now, 0);
        switch (now.op) {
        case Op::Conv: return convolved(now);
        case Op::ScaleShift:
            return x + " * " + tensorOf(now, 0) + ".view([1, -1, 1, 1]) + " + tensorOf(now, 1)
                   + ".view([1, -1, 1, 1])";
        case Op::Relu: return "torch.relu(" + x + ")";
        case Op::Relu6: return "torch.clamp(" + x + ", 0, 6)";
        case Op::HardSwish: return "torch.hardswish(" + x + ")";
        case Op::Sigmoid: return "torch.sigmoid(" + x + ")";
        case Op::MaxPool: return pooled("max_pool2d", now);
        case Op::AveragePool: return pooled("avg_pool2d", now);
        case Op::GlobalPool: return "torch.mean(" + x + ", [2, 3], True)";
        case Op::MaxUnpool: return unpooled(now);
        case Op::Upsample: return upsampled(now);
        case Op::Concat: return "torch.cat([" + join(inputsOf(now), ", ") + "], 1)";
        case Op::Add: return join(inputsOf(now), " + ");
        case Op::Input:
        case Op::Norm: break; // not of collapsed networks
        }
        TORCH_CHECK(false, "an operation that no collapsed network has");
    }

    std::vector<std::string> inputsOf(const Instruction& now) const {
        std::vector<std::string> values;
        for (const int input : now.inputs)
            values.push_back(m_values[index(input)]);
        return values;
    }

    std::string convolved(const Instruction& now) const {
        const auto [stride, padding, dilation, groups] = attributesAs<Convolving>(now.attributes);
        const std::string bias = now.tensors.size() > 1 ? tensorOf(now, 1) : "None";
        return "torch.conv2d(" + valueOf(now, 0) + ", " + tensorOf(now, 0) + ", " + bias + ", "
               + pairText(stride) + ", " + pairText(padding) + ", " + pairText(dilation) + ", "
               + std::to_string(groups) + ")";
    }

    /// By scattering: LibTorch 1.13 unpools in float32 and float64 alone.
    std::string unpooled(const Instruction& now) const {
        const std::size_t pool = index(now.inputs[1]);
        const std::string x = valueOf(now, 0);
        const std::string from = m_values[index(m_program.instructions[pool].inputs.front())];
        const std::string rows = from + ".size(2)", columns = from + ".size(3)";
        return "torch.zeros([" + x + ".size(0), " + x + ".size(1), " + rows + " * " + columns
               + "], dtype=" + x + ".dtype, device=" + x + ".device).scatter(2, " + indicesOf(pool)
               + ".flatten(2), " + x + ".flatten(2)).view([" + x + ".size(0), " + x + ".size(1), "
               + rows + ", " + columns + "])";
    }

    std::string upsampled(const Instruction& now) const {
        const bool isNearest =
            attributesAs<Interpolation>(now.attributes) == Interpolation::Nearest;
        return std::string("torch.") + (isNearest ? "upsample_nearest2d(" : "upsample_bilinear2d(")
               + valueOf(now, 0) + ", " + sizeOf(valueOf(now, 1)) + (isNearest ? ")" : ", False)");
    }

    std::string output(std::size_t task) const {
        const std::string value = m_values[index(m_program.outputs[task])];
        const TargetKind* kind = m_network.targets[task].kind;
        if (!m_choices.predictions)
            return value;
        if (kind == &classesTarget())
            return "torch.argmax(" + value + ", 1, True)";
        if (kind == &normalsTarget())
            return value + " / (torch.norm(" + value + ", 2, [1], True) + 1e-12)";
        if (kind == &presenceTarget())
            return "torch.sigmoid(" + value + ")";
        return kind == &labelTarget() ? "torch.softmax(" + value + ", 1)" : value;
    }

    const CollapsedNetwork& m_network;
    const Program& m_program;
    TorchScriptChoices m_choices;
    Identifiers m_names;
    std::vector<std::string> m_tensors;
    std::string m_mean, m_deviation;
    std::vector<std::string> m_values; ///< of each instruction
    std::string m_text;
};

} // namespace

torch::jit::Module torchScriptOf(const CollapsedNetwork& network,
                                 const TorchScriptChoices& choices) {
    ForwardWriter writer(network, choices);
    torch::jit::Module module("__torch__.CollapsedNetwork");
    const auto add = [&](const std::string& name, const torch::Tensor& values) {
        module.register_parameter(name, values.to(choices.weights).contiguous().detach(), false);
    };
    for (std::size_t i = 0; i < network.tensors.size(); ++i)
        add(writer.tensors()[i], network.tensors[i]);
    if (choices.predictions) {
        const Normalization how = normalizationOf(network.normalization);
        add(writer.mean(), channelsOf(how.mean) * 255);
        add(writer.deviation(), channelsOf(how.deviation) * 255);
    }
    module.define(writer.text());
    module.eval();
    return module;
}

std::string torchScriptText(const CollapsedNetwork& network, const TorchScriptChoices& choices) {
    return ForwardWriter(network, choices).text();
}

} // namespace concertina
