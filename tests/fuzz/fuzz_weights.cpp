// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/graph_builder.h"
#include "core/network/fitted_weights.h"
#include "core/tensor/weights_file.h"
#include "tests/fuzz/fuzz_target.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace {

using namespace concertina;

/// A file in memory, of one process.
int emptyFile() {
    static const int file = memfd_create("weights", 0);
    if (file < 0 || ftruncate(file, 0) != 0 || lseek(file, 0, SEEK_SET) != 0)
        std::abort();
    return file;
}

void require(bool holds) {
    if (!holds)
        std::abort();
}

/// Views look at their storage alone.
void checkTensors(const NamedTensors& tensors) {
    for (const auto& [name, tensor] : tensors) {
        std::int64_t last = tensor.storage_offset();
        for (std::int64_t i = 0; i < tensor.dim(); ++i)
            last += (tensor.size(i) - 1) * tensor.stride(i);
        const auto width = static_cast<std::size_t>(tensor.element_size());
        require(tensor.numel() == 0
                || (static_cast<std::size_t>(last) + 1) * width <= tensor.storage().nbytes());
        if (tensor.numel() > 0 && tensor.numel() < 10'000)
            static_cast<void>(tensor.contiguous());
    }
}

/// Layers in a row, in groups, added, and one that reads two beside each other: what channels are
/// followed through.
const LayerGraph& smallGraph() {
    static const LayerGraph graph = [] {
        GraphBuilder builder(3, 8, 8);
        const int a = builder.convNormRelu("a", 0, {.channels = 2, .kernel = 3});
        const int b = builder.convNorm("b", a, {.channels = 2, .kernel = 3, .groups = 2});
        const int sum = builder.sum("sum", {a, b});
        const int c = builder.conv("stage.c", sum, {.channels = 3, .kernel = 1, .bias = false});
        const int both = builder.concat("both", {c, a});
        builder.output(builder.conv("d", both, {.channels = 2, .kernel = 1}));
        return builder.take();
    }();
    return graph;
}

/// Whatever the names and shapes are, what is taken has the layers' own.
void checkFit(const NamedTensors& tensors, InitialChannels channels) {
    const LayerGraph& graph = smallGraph();
    InitialNetwork weights{.name = "fuzz"};
    weights.others = tensors;
    const auto fitted = fittedWeights(
        weights, graph, [](const std::string& layer) { return layer + ".bn"; }, channels);
    if (!fitted)
        return;
    const WeightsFit& fit = *fitted->fit;
    require(fit.loaded.size() + fit.missing.size() + fit.otherShapes.size() == graph.layers.size());
    require(!fit.loaded.empty() && fit.used.size() >= fit.loaded.size());
    for (const Layer& layer : graph.layers) {
        const auto kernel = fitted->kernels.find(layer.name + "/kernel/weights");
        const KernelShape& here = layer.kernel;
        require(
            kernel == fitted->kernels.end()
            || (kernel->second.sizes()
                == at::IntArrayRef({here.out, here.in / here.groups, here.height, here.width})));
        for (const char* part : {"bias", "norm.weight", "norm.bias", "norm.mean", "norm.var"}) {
            const auto found = fitted->kernels.find(layer.name + "/" + part + "/weights");
            require(found == fitted->kernels.end() || found->second.numel() == here.out);
        }
    }
}

bool isSmall(const NamedTensors& tensors) {
    std::int64_t values = 0;
    for (const auto& [name, tensor] : tensors)
        values += tensor.numel();
    return values < 1'000'000;
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const int file = emptyFile();
    require(write(file, data, size) == static_cast<ssize_t>(size));
    const auto weights = readWeights("/proc/self/fd/" + std::to_string(file));
    if (!weights)
        return 0;
    checkTensors(*weights);
    if (isSmall(*weights))
        for (const auto channels : {InitialChannels::Leading, InitialChannels::Strongest})
            checkFit(*weights, channels);
    return 0;
}
