// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/onnx_graph.h"

#include "core/exports/onnx_proto.h"
#include "core/tensor/torch.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

namespace {

onnx::AttributeProto& added(onnx::NodeProto& node, const char* name,
                            onnx::AttributeProto::AttributeType type) {
    onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
}

onnx::TensorProto::DataType typeOf(torch::ScalarType type) {
    switch (type) {
    case torch::kInt64: return onnx::TensorProto::INT64;
    case torch::kInt32: return onnx::TensorProto::INT32;
    case torch::kInt8: return onnx::TensorProto::INT8;
    case torch::kUInt8: return onnx::TensorProto::UINT8;
    case torch::kFloat16: return onnx::TensorProto::FLOAT16;
    case torch::kBFloat16: return onnx::TensorProto::BFLOAT16;
    default: return onnx::TensorProto::FLOAT;
    }
}

/// [N, …], N of any number.
void setShape(onnx::ValueInfoProto& value, const std::string& name,
              const std::vector<std::int64_t>& shape, bool isInteger) {
    value.set_name(name);
    onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
    type.set_elem_type(isInteger ? onnx::TensorProto::INT64 : onnx::TensorProto::FLOAT);
    type.mutable_shape()->add_dim()->set_dim_param("N");
    for (const std::int64_t side : shape)
        type.mutable_shape()->add_dim()->set_dim_value(side);
}

} // namespace

std::string OnnxGraph::constant(const std::string& name, const torch::Tensor& values) {
    const torch::ScalarType type =
        values.scalar_type() == torch::kFloat64 ? torch::kFloat32 : values.scalar_type();
    const torch::Tensor own = values.detach().to(torch::kCPU, type).contiguous();
    onnx::TensorProto& tensor = *m_graph.add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(typeOf(type));
    for (const std::int64_t side : own.sizes())
        tensor.add_dims(side);
    tensor.set_raw_data(own.data_ptr(), own.nbytes());
    return name;
}

std::string OnnxGraph::scalar(float value) {
    const std::string name = "constant." + numberText(static_cast<double>(value));
    const auto isNamed = [&](const onnx::TensorProto& tensor) { return tensor.name() == name; };
    if (std::ranges::none_of(m_graph.initializer(), isNamed))
        constant(name, torch::tensor(value));
    return name;
}

std::string OnnxGraph::node(const char* operation, const std::string& name,
                            const std::vector<std::string>& inputs, const Integers& integers,
                            int outputs) {
    onnx::NodeProto& node = *m_graph.add_node();
    node.set_op_type(operation);
    node.set_name(name);
    for (const std::string& input : inputs)
        node.add_input(input);
    node.add_output(name);
    for (int i = 1; i < outputs; ++i)
        node.add_output(name + "." + std::to_string(i));
    for (const auto& [attribute, values] : integers) {
        onnx::AttributeProto& list = added(node, attribute, onnx::AttributeProto::INTS);
        for (const std::int64_t value : values)
            list.add_ints(value);
    }
    return name;
}

void OnnxGraph::setText(const char* attribute, const std::string& text) {
    added(*m_graph.mutable_node()->rbegin(), attribute, onnx::AttributeProto::STRING).set_s(text);
}

void OnnxGraph::setFloat(const char* attribute, float value) {
    added(*m_graph.mutable_node()->rbegin(), attribute, onnx::AttributeProto::FLOAT).set_f(value);
}

void OnnxGraph::setInteger(const char* attribute, std::int64_t value) {
    added(*m_graph.mutable_node()->rbegin(), attribute, onnx::AttributeProto::INT).set_i(value);
}

void OnnxGraph::setInput(const std::string& name, std::int64_t channels, std::int64_t height,
                         std::int64_t width) {
    setShape(*m_graph.add_input(), name, {channels, height, width}, false);
}

void OnnxGraph::addOutput(const std::string& name, const std::vector<std::int64_t>& shape,
                          bool isInteger) {
    setShape(*m_graph.add_output(), name, shape, isInteger);
}

} // namespace concertina
