// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/onnx_network.h"

#include "core/data/batch.h"
#include "core/exports/inputs_outputs.h"
#include "core/exports/onnx_graph.h"
#include "core/exports/onnx_proto.h"
#include "core/tensor/torch.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace concertina {

namespace {

constexpr int firstWithHardSwish = 14;

/// Both sides alike.
std::vector<std::int64_t> twice(std::int64_t value) {
    return {value, value};
}
std::vector<std::int64_t> fourTimes(std::int64_t value) {
    return {value, value, value, value};
}

/// Writes a network as a graph of ONNX.
class OnnxWriter {
public:
    OnnxWriter(const CollapsedNetwork& network, const OnnxChoices& choices, onnx::GraphProto& graph)
        : m_network(network),
          m_program(network.program),
          m_opset(choices.opset),
          m_predicts(choices.predictions),
          m_weights(choices.weights),
          m_graph(graph),
          m_shapes(m_program.instructions.size()) {
        const torch::NoGradGuard noGrad;
        const torch::Tensor image = torch::zeros({1, 3, network.height, network.width});
        m_shapes[0] = image.sizes().vec();
        RunSettings settings;
        settings.look = [&](int i, const torch::Tensor& value) {
            m_shapes[index(i)] = value.sizes().vec();
        };
        network.forward(image, settings);
    }

    void write() {
        m_graph.setInput(ExportedImage, 3, m_network.height, m_network.width);
        m_used.insert(ExportedImage);
        const std::vector<std::string> names = outputNames(m_network);
        m_used.insert(names.begin(), names.end());
        addValue(m_predicts ? normalized() : ExportedImage);
        for (std::size_t i = 1; i < m_program.instructions.size(); ++i)
            addValue(written(m_program.instructions[i], i));
        for (std::size_t t = 0; t < m_network.targets.size(); ++t)
            writeOutput(names[t], *m_network.targets[t].kind, index(m_program.outputs[t]));
    }

private:
    static std::size_t index(int i) { return static_cast<std::size_t>(i); }

    /// A name that no value has yet.
    std::string unused(std::string name) {
        while (!m_used.insert(name).second)
            name += "_";
        return name;
    }

    /// The next instruction's value, as others read it.
    void addValue(const std::string& node) {
        const std::size_t at = m_nodes.size();
        m_nodes.push_back(node);
        m_values.push_back(isRounded(at) ? rounded(node, m_network.quantization.values[at]) : node);
    }

    bool isRounded(std::size_t value) const {
        return !m_network.quantization.empty() && !m_network.quantization.values[value].isFloat();
    }

    /// A value by its 256 levels.
    std::string rounded(const std::string& value, const ValueScale& how) {
        const std::string scale =
            m_graph.constant(unused(value + ".scale"), torch::tensor(how.scale));
        const std::string zero =
            m_graph.constant(unused(value + ".zero"), torch::tensor(how.zero, torch::kUInt8));
        const std::string levels =
            m_graph.node("QuantizeLinear", unused(value + ".levels"), {value, scale, zero});
        return m_graph.node("DequantizeLinear", unused(value + ".rounded"), {levels, scale, zero});
    }

    std::string valueOf(const Instruction& now, std::size_t input) const {
        return m_values[index(now.inputs[input])];
    }

    /// A tensor of the network, in float32 for what reads it.
    std::string tensorOf(const Instruction& now, std::size_t which, bool isOfChannels) {
        const std::size_t at = index(now.tensors[which]);
        const std::string name = m_program.tensors[at] + (isOfChannels ? ".channels" : "");
        if (const auto known = m_constants.find(name); known != m_constants.end())
            return known->second;
        torch::Tensor tensor = m_network.tensors[at];
        if (isOfChannels)
            tensor = tensor.view({1, -1, 1, 1});
        std::string& value = m_constants[name] = name;
        if (!m_network.quantization.empty() && m_network.quantization.kernels[at].defined()) {
            value = inLevels(name, tensor, m_network.quantization.kernels[at], torch::kInt8);
        } else {
            m_graph.constant(name, tensor.to(m_weights));
            if (m_weights != torch::kFloat32) {
                value = m_graph.node("Cast", unused(name + ".float"), {name});
                m_graph.setInteger("to", 1); // TensorProto.FLOAT
            }
        }
        return value;
    }

    /// scale · q of a tensor, a scale for each index of its first side.
    std::string inLevels(const std::string& name, const torch::Tensor& tensor,
                         const torch::Tensor& scales, torch::ScalarType type) {
        std::vector<std::int64_t> side(static_cast<std::size_t>(tensor.dim()), 1);
        side[0] = -1;
        const torch::Tensor levels = (tensor.to(torch::kFloat64) / scales.view(side)).round();
        m_graph.constant(name, levels.to(type));
        std::vector<std::string> inputs{
            name, m_graph.constant(unused(name + ".scales"), scales.to(torch::kFloat32))};
        if (type == torch::kInt8) // int32 has none
            inputs.push_back(
                m_graph.constant(unused(name + ".zeros"), torch::zeros_like(scales, torch::kInt8)));
        const std::string value =
            m_graph.node("DequantizeLinear", unused(name + ".rounded"), inputs);
        m_graph.setInteger("axis", 0);
        return value;
    }

    /// A convolution's bias: beside a kernel in 8 bits in levels of the product of its scales and
    /// the input's, as sums of such products are.
    std::string biasOf(const Instruction& now, const std::string& name) {
        const std::size_t kernel = index(now.tensors[0]);
        if (m_network.quantization.empty() || !m_network.quantization.kernels[kernel].defined())
            return tensorOf(now, 1, false);
        const ValueScale& input = m_network.quantization.values[index(now.inputs[0])];
        return inLevels(unused(name + ".bias"), m_network.tensors[index(now.tensors[1])],
                        m_network.quantization.kernels[kernel] * input.scale, torch::kInt32);
    }

    /// RGB from 0 to 255 as the network takes it.
    std::string normalized() {
        const Normalization how = normalizationOf(m_network.normalization);
        m_graph.constant("image.mean", channelsOf(how.mean) * 255);
        m_graph.constant("image.deviation", channelsOf(how.deviation) * 255);
        m_graph.node("Sub", unused("image.centred"), {ExportedImage, "image.mean"});
        return m_graph.node("Div", unused("image.normalized"),
                            {"image.centred", "image.deviation"});
    }

    std::string written(const Instruction& now, std::size_t at) {
        const std::string name = unused(now.name);
        switch (now.op) {
        case Op::Conv: return conv(now, name);
        case Op::ScaleShift: {
            const std::string scaled = m_graph.node("Mul", unused(name + ".scaled"),
                                                    {valueOf(now, 0), tensorOf(now, 0, true)});
            return m_graph.node("Add", name, {scaled, tensorOf(now, 1, true)});
        }
        case Op::Relu: return m_graph.node("Relu", name, {valueOf(now, 0)});
        case Op::Relu6:
            return m_graph.node("Clip", name,
                                {valueOf(now, 0), m_graph.scalar(0), m_graph.scalar(6)});
        case Op::HardSwish: return hardSwish(now, name);
        case Op::Sigmoid: return m_graph.node("Sigmoid", name, {valueOf(now, 0)});
        case Op::MaxPool: return pool("MaxPool", now, name, hasUnpool(at) ? 2 : 1);
        case Op::AveragePool:
            pool("AveragePool", now, name, 1);
            m_graph.setInteger("count_include_pad", 1);
            return name;
        case Op::GlobalPool: return m_graph.node("GlobalAveragePool", name, {valueOf(now, 0)});
        case Op::MaxUnpool: return unpool(now, name);
        case Op::Upsample: return upsample(now, name, at);
        case Op::Concat:
            m_graph.node("Concat", name, all(now));
            m_graph.setInteger("axis", 1);
            return name;
        case Op::Add: return m_graph.node(now.inputs.size() == 2 ? "Add" : "Sum", name, all(now));
        case Op::Input:
        case Op::Norm: break; // not of collapsed networks
        }
        TORCH_CHECK(false, "an operation that no collapsed network has");
    }

    std::vector<std::string> all(const Instruction& now) const {
        std::vector<std::string> values;
        for (const int input : now.inputs)
            values.push_back(m_values[index(input)]);
        return values;
    }

    std::string conv(const Instruction& now, const std::string& name) {
        const auto [stride, padding, dilation, groups] = attributesAs<Convolving>(now.attributes);
        std::vector<std::string> inputs{valueOf(now, 0), tensorOf(now, 0, false)};
        if (now.tensors.size() > 1)
            inputs.push_back(biasOf(now, name));
        const torch::Tensor& kernel = m_network.tensors[index(now.tensors[0])];
        m_graph.node("Conv", name, inputs,
                     {{"kernel_shape", {kernel.size(2), kernel.size(3)}},
                      {"strides", twice(stride)},
                      {"pads", fourTimes(padding)},
                      {"dilations", twice(dilation)}});
        m_graph.setInteger("group", groups);
        return name;
    }

    std::string hardSwish(const Instruction& now, const std::string& name) {
        if (m_opset >= firstWithHardSwish)
            return m_graph.node("HardSwish", name, {valueOf(now, 0)});
        const std::string gate =
            m_graph.node("HardSigmoid", unused(name + ".gate"), {valueOf(now, 0)});
        m_graph.setFloat("alpha", 1.0F / 6);
        m_graph.setFloat("beta", 0.5F);
        return m_graph.node("Mul", name, {valueOf(now, 0), gate});
    }

    bool hasUnpool(std::size_t pool) const {
        return std::ranges::any_of(m_program.instructions, [&](const Instruction& other) {
            return other.op == Op::MaxUnpool && index(other.inputs[1]) == pool;
        });
    }

    std::string pool(const char* operation, const Instruction& now, const std::string& name,
                     int outputs) {
        const auto [size, stride, padding] = attributesAs<Pooling>(now.attributes);
        return m_graph.node(operation, name, {valueOf(now, 0)},
                            {{"kernel_shape", twice(size)},
                             {"strides", twice(stride)},
                             {"pads", fourTimes(padding)}},
                            outputs);
    }

    /// The indices of ONNX's pooling count through the whole of what was pooled, as its unpooling
    /// takes them. Where windows do not reach the border, it must be said how far that is.
    std::string unpool(const Instruction& now, const std::string& name) {
        const Instruction& pooling = m_program.instructions[index(now.inputs[1])];
        const auto [size, stride, padding] = attributesAs<Pooling>(pooling.attributes);
        std::vector<std::string> inputs{valueOf(now, 0), m_nodes[index(now.inputs[1])] + ".1"};
        const auto& before = m_shapes[index(pooling.inputs.front())];
        const auto& pooled = m_shapes[index(now.inputs[1])];
        const auto isWhole = [&, step = stride, window = size, edge = padding](std::size_t side) {
            return before[side] == (pooled[side] - 1) * step + window - 2 * edge;
        };
        if (!isWhole(2) || !isWhole(3))
            inputs.push_back(m_graph.node("Shape", unused(name + ".size"),
                                          {m_values[index(pooling.inputs.front())]}));
        // OpenCV 4.6 wants two pads where ONNX has four; none are 0.
        OnnxGraph::Integers window{{"kernel_shape", twice(size)}, {"strides", twice(stride)}};
        if (padding > 0)
            window.push_back({"pads", fourTimes(padding)});
        return m_graph.node("MaxUnpool", name, inputs, window);
    }

    std::string upsample(const Instruction& now, const std::string& name, std::size_t at) {
        const auto& from = m_shapes[index(now.inputs[0])];
        const auto& to = m_shapes[at];
        const auto scale = [&](std::size_t side) {
            auto by =
                static_cast<float>(static_cast<double>(to[side]) / static_cast<double>(from[side]));
            // A reader rounds the product down.
            while (std::floor(static_cast<float>(from[side]) * by) < static_cast<float>(to[side]))
                by = std::nextafter(by, 2 * by);
            return by;
        };
        const std::string scales = m_graph.constant(
            name + ".scales", torch::tensor(std::vector<float>{1, 1, scale(2), scale(3)}));
        m_graph.node("Resize", name, {valueOf(now, 0), "", scales});
        if (attributesAs<Interpolation>(now.attributes) == Interpolation::Nearest) {
            m_graph.setText("mode", "nearest");
            m_graph.setText("coordinate_transformation_mode", "asymmetric");
            m_graph.setText("nearest_mode", "floor");
        } else {
            m_graph.setText("mode", "linear");
            m_graph.setText("coordinate_transformation_mode", "half_pixel");
        }
        return name;
    }

    /// Directions of length 1. In operations that OpenCV 4.6 knows, too: it has none for lengths,
    /// and divides by what has as many channels.
    void writeUnit(const std::string& name, const std::string& value) {
        const std::string length =
            m_graph.node("ReduceL2", unused(name + ".length"), {value}, {{"axes", {1}}});
        m_graph.setInteger("keepdims", 1);
        const std::string safe =
            m_graph.node("Add", unused(name + ".safe"),
                         {length, m_graph.scalar(static_cast<float>(SmallestLength))});
        const std::string lengths =
            m_graph.node("Concat", unused(name + ".lengths"), {safe, safe, safe});
        m_graph.setInteger("axis", 1);
        m_graph.node("Div", name, {value, lengths});
    }

    void writeOutput(const std::string& name, const TargetKind& kind, std::size_t output) {
        const std::string& value = m_values[output];
        std::vector<std::int64_t> shape{m_shapes[output].begin() + 1, m_shapes[output].end()};
        const bool isMask = m_predicts && &kind == &classesTarget();
        if (isMask) {
            m_graph.node("ArgMax", name, {value});
            m_graph.setInteger("axis", 1);
            m_graph.setInteger("keepdims", 1);
            shape[0] = 1;
        } else if (m_predicts && &kind == &normalsTarget()) {
            writeUnit(name, value);
        } else if (m_predicts && &kind == &presenceTarget()) {
            m_graph.node("Sigmoid", name, {value});
        } else if (m_predicts && &kind == &labelTarget()) {
            m_graph.node("Softmax", name, {value});
            m_graph.setInteger("axis", 1);
        } else {
            m_graph.node("Identity", name, {value});
        }
        m_graph.addOutput(name, shape, isMask);
    }

    const CollapsedNetwork& m_network;
    const Program& m_program;
    int m_opset;
    bool m_predicts;
    torch::ScalarType m_weights;
    OnnxGraph m_graph;
    std::vector<std::vector<std::int64_t>> m_shapes; ///< of each instruction's value, for one image
    std::vector<std::string> m_nodes;                ///< of each instruction
    std::vector<std::string> m_values;               ///< of each, as others read it
    std::set<std::string> m_used;
    std::map<std::string, std::string> m_constants; ///< what reads a tensor, by its name
};

} // namespace

void writeOnnxGraph(const CollapsedNetwork& network, const OnnxChoices& choices,
                    onnx::GraphProto& graph) {
    OnnxWriter(network, choices, graph).write();
}

} // namespace concertina
