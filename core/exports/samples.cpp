// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/samples.h"

#include "core/exports/export.h"
#include "core/tensor/torch.h"
#include "core/training/run_data.h"

namespace concertina {

namespace {

/// Smooth blots of all colours, with some noise.
torch::Tensor madeImages(const ExperimentSpec& spec, int count) {
    constexpr std::uint64_t seed = 1;
    const auto generator = at::detail::createCPUGenerator(seed);
    const torch::Tensor coarse = torch::randn({count, 3, 6, 8}, generator);
    const torch::Tensor blots = torch::upsample_bilinear2d(
        coarse, {spec.data.height, spec.data.width}, /*align_corners=*/false);
    return blots + 0.1 * torch::randn(blots.sizes(), generator);
}

ExportSamples samplesOf(const ExperimentSpec& spec, int count) {
    const auto data = openRunData(spec);
    std::vector<torch::Tensor> images;
    if (data)
        for (const int i : validationInTurns(*data, data->validation->size())) {
            if (std::ssize(images) == count)
                break;
            if (const auto sample = data->validation->sample(i))
                images.push_back(data->maker.image((*sample)->image));
        }
    if (images.empty())
        return {madeImages(spec, count), "made images, as none of the run's data can be read"};
    const auto read = std::to_string(images.size());
    return {torch::cat(images), read + (images.size() == 1 ? " image" : " images")
                                    + " of the split \"" + spec.data.validationSplit + "\""};
}

} // namespace

ExportSampleSource exportSamples(const ExperimentSpec& spec, int count) {
    return [spec, count] { return samplesOf(spec, count); };
}

} // namespace concertina
