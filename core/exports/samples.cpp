// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/exports/samples.h"

#include "core/exports/export.h"
#include "core/tensor/torch.h"
#include "core/training/run_data.h"

#include <algorithm>
#include <optional>

namespace concertina {

namespace {

/// Smooth blots of all colours, with some noise.
torch::Tensor madeImages(int count, int height, int width) {
    constexpr std::uint64_t seed = 1;
    const auto generator = at::detail::createCPUGenerator(seed);
    const torch::Tensor coarse = torch::randn({count, 3, 6, 8}, generator);
    const torch::Tensor blots =
        torch::upsample_bilinear2d(coarse, {height, width}, /*align_corners=*/false);
    return blots + 0.1 * torch::randn(blots.sizes(), generator);
}

/// The first images of a split in an order that can be read, `count` at most, each [1, 3, H, W].
/// Problems, where `damaged` has a place for one, of the first that can't be.
std::vector<torch::Tensor> imagesOf(const RunData& data, SampleCache& split,
                                    const std::vector<int>& order, int count,
                                    std::optional<Problem>* damaged = nullptr) {
    std::vector<torch::Tensor> images;
    for (const int i : order) {
        if (std::ssize(images) == count)
            break;
        if (const auto sample = split.sample(i))
            images.push_back(data.maker.image((*sample)->image));
        else if (damaged != nullptr && !*damaged)
            *damaged = sample.error();
    }
    return images;
}

/// "4 images of the split "val"".
std::string imagesText(std::size_t count, const std::string& split) {
    return std::to_string(count) + (count == 1 ? " image" : " images") + " of the split \"" + split
           + "\"";
}

ExportSamples samplesOf(const ExperimentSpec& spec, int count) {
    const auto data = openRunData(spec);
    std::vector<torch::Tensor> images;
    if (data)
        images = imagesOf(*data, *data->validation,
                          validationInTurns(*data, data->validation->size()), count);
    if (images.empty())
        return {madeImages(count, spec.data.height, spec.data.width),
                "made images, as none of the run's data can be read"};
    return {torch::cat(images), imagesText(images.size(), spec.data.validationSplit)};
}

} // namespace

ExportSamples madeSamples(int count, int height, int width) {
    return {madeImages(count, height, width), std::to_string(count) + " made images"};
}

ExportSampleSource exportSamples(const ExperimentSpec& spec, int count) {
    return [spec, count] { return samplesOf(spec, count); };
}

Expected<ExportSamples> trainingImages(const RunData& data, const ExperimentSpec& spec, int count) {
    const std::vector<int> all = trainingInTurns(data, data.training->size());
    std::vector<int> order; // from all of it: neighbours are often of one place
    const std::size_t step = std::max<std::size_t>(1, all.size() / static_cast<std::size_t>(count));
    for (std::size_t first = 0; first < step; ++first)
        for (std::size_t i = first; i < all.size(); i += step)
            order.push_back(all[i]);
    std::optional<Problem> damaged;
    const auto images = imagesOf(data, *data.training, order, count, &damaged);
    if (damaged && !skipsDamaged(spec))
        return failure(std::move(*damaged));
    return images.empty()
               ? ExportSamples()
               : ExportSamples{torch::cat(images), imagesText(images.size(), spec.data.trainSplit)};
}

CalibrationSource calibrationImages(const ExperimentSpec& spec) {
    return [spec](int count) -> Expected<std::shared_ptr<const ExportSamples>> {
        const auto data = openRunData(spec);
        if (!data)
            return failure(data.error());
        auto images = trainingImages(*data, spec, count);
        if (!images)
            return failure(images.error());
        return std::make_shared<const ExportSamples>(std::move(*images));
    };
}

} // namespace concertina
