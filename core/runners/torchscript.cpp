// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/inputs_outputs.h"
#include "core/exports/torchscript_module.h"
#include "core/runners/runner.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_error.h"
#include "core/tensor/torch_version.h"

#include <torch/csrc/jit/api/module.h>

#include <exception>

namespace concertina {

namespace {

torch::ScalarType typeOf(Precision precision) {
    return precision == Precision::Bfloat16 ? torch::kBFloat16 : torch::kFloat32;
}

Problem refused(const std::exception& error) {
    return {"runner", "", reasonOf(error), "a network that TorchScript runs", ""};
}

Expected<NetworkRun> opened(const CollapsedNetwork& network, Precision precision, bool isFrozen) {
    if (!hasRightConvolutions())
        return failure(
            {"runner", "",
             "this LibTorch (" + libtorchVersion() + ") computes some convolutions wrongly",
             "one that is right", ""});
    try {
        torch::jit::Module module = torchScriptOf(network);
        module.to(typeOf(precision));
        if (isFrozen)
            module = torch::jit::freeze(module);
        return [module, names = outputNames(network), type = typeOf(precision)](
                   const torch::Tensor& images) mutable -> Expected<std::vector<torch::Tensor>> {
            try {
                const auto outputs = module.forward({images.to(type)}).toGenericDict();
                std::vector<torch::Tensor> found;
                for (const std::string& name : names)
                    found.push_back(outputs.at(name).toTensor().to(torch::kFloat32));
                return found;
            } catch (const std::exception& error) {
                return failure(refused(error));
            }
        };
    } catch (const std::exception& error) {
        return failure(refused(error));
    }
}

} // namespace

const RunnerEntry& torchscriptRunner() {
    static const RunnerEntry entry{
        .id = "torchscript",
        .label = "TorchScript",
        .precisions = {Precision::Float32, Precision::Bfloat16},
        .open = [](const CollapsedNetwork& network, Precision precision) {
            return opened(network, precision, false);
        }};
    return entry;
}

const RunnerEntry& frozenRunner() {
    static const RunnerEntry entry{
        .id = "torchscript-frozen",
        .label = "TorchScript, frozen",
        .precisions = {Precision::Float32, Precision::Bfloat16},
        .open = [](const CollapsedNetwork& network, Precision precision) {
            return opened(network, precision, true);
        }};
    return entry;
}

} // namespace concertina
