// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/onnxruntime_reader.h"

#include "core/tensor/torch.h"
#include "core/values/processors.h"
#include "core/values/text.h"

#ifdef CONCERTINA_ONNXRUNTIME

#include "core/exports/onnx_proto.h"

#ifndef ONNX_NAMESPACE
#define ONNX_NAMESPACE onnx
#endif
#include <onnx/defs/schema.h>
#include <onnxruntime_cxx_api.h>

#include <memory>

namespace concertina {

namespace {

/// ONNX's library, which LibTorch has loaded, registers its operators when they are first asked
/// for; ONNX Runtime would register them again and write a line for each to the terminal.
void forgetOperators() {
    static_cast<void>(onnx::OpSchemaRegistry::get_all_schemas_with_history()); // now, not later
    for (const char* domain : {"", "ai.onnx.ml", "ai.onnx.training", "ai.onnx.preview.training"})
        onnx::OpSchemaRegistry::OpSchemaDeregisterAll(domain);
}

/// One for the process, as ONNX Runtime asks for.
Ort::Env& ortEnvironment() {
    static Ort::Env environment = [] {
        forgetOperators();
        return Ort::Env(ORT_LOGGING_LEVEL_FATAL, "concertina");
    }();
    return environment;
}

Problem ortRefused(const char* what) {
    return {"reader.onnxruntime", "ONNX", shortened(what, 200), "a model that ONNX Runtime knows",
            ""};
}

torch::Tensor tensorOfValue(Ort::Value& value) {
    const Ort::TensorTypeAndShapeInfo info = value.GetTensorTypeAndShapeInfo();
    const std::vector<std::int64_t> shape = info.GetShape();
    if (info.GetElementType() == ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64)
        return torch::from_blob(value.GetTensorMutableData<std::int64_t>(), shape, torch::kInt64)
            .to(torch::kFloat32);
    return torch::from_blob(value.GetTensorMutableData<float>(), shape, torch::kFloat32).clone();
}

std::vector<torch::Tensor> outputsOfSession(Ort::Session& session, const std::string& input,
                                            const std::vector<std::string>& outputs,
                                            const torch::Tensor& images) {
    torch::Tensor values = images.to(torch::kFloat32).contiguous();
    const std::vector<std::int64_t> shape(values.sizes().begin(), values.sizes().end());
    const Ort::MemoryInfo memory = Ort::MemoryInfo::CreateCpu(OrtArenaAllocator, OrtMemTypeDefault);
    const Ort::Value given = Ort::Value::CreateTensor<float>(
        memory, values.data_ptr<float>(), static_cast<std::size_t>(values.numel()), shape.data(),
        shape.size());
    const char* inputName = input.c_str();
    std::vector<const char*> names;
    for (const std::string& output : outputs)
        names.push_back(output.c_str());
    std::vector<Ort::Value> found =
        session.Run(Ort::RunOptions{nullptr}, &inputName, &given, 1, names.data(), names.size());
    std::vector<torch::Tensor> tensors;
    for (Ort::Value& value : found)
        tensors.push_back(tensorOfValue(value));
    return tensors;
}

} // namespace

bool hasOnnxRuntime() {
    return true;
}

std::string onnxRuntimeName() {
    return "ONNX Runtime " + std::string(OrtGetApiBase()->GetVersionString());
}

Expected<OnnxRuntimeNetwork> openByOnnxRuntime(const std::string& bytes, const std::string& input,
                                               const std::vector<std::string>& outputs) {
    try {
        Ort::SessionOptions options;
        options.SetIntraOpNumThreads(computeThreads(0).count);
        options.SetGraphOptimizationLevel(GraphOptimizationLevel::ORT_ENABLE_ALL);
        auto session =
            std::make_shared<Ort::Session>(ortEnvironment(), bytes.data(), bytes.size(), options);
        return [session, input,
                outputs](const torch::Tensor& images) -> Expected<std::vector<torch::Tensor>> {
            try {
                return outputsOfSession(*session, input, outputs, images);
            } catch (const Ort::Exception& error) {
                return failure(ortRefused(error.what()));
            }
        };
    } catch (const Ort::Exception& error) {
        return failure(ortRefused(error.what()));
    }
}

} // namespace concertina

#else

namespace concertina {

bool hasOnnxRuntime() {
    return false;
}

std::string onnxRuntimeName() {
    return "ONNX Runtime";
}

Expected<OnnxRuntimeNetwork> openByOnnxRuntime(const std::string&, const std::string&,
                                               const std::vector<std::string>&) {
    return failure({"reader.onnxruntime", "ONNX", "Concertina was built without ONNX Runtime",
                    "a build where libonnxruntime-dev is, of Debian 13", ""});
}

} // namespace concertina

#endif
