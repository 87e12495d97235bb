// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prediction/predict.h"

#include "core/data/image_files.h"
#include "core/prediction/predictor.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace concertina {

namespace {

namespace fs = std::filesystem;

/// File names without their ending, made different where two pictures have the same.
std::vector<std::string> stems(const std::vector<fs::path>& images) {
    std::set<std::string> taken;
    std::vector<std::string> names;
    for (const fs::path& image : images) {
        std::string name = image.stem().string();
        for (int i = 2; taken.contains(name); ++i)
            name = image.stem().string() + "-" + std::to_string(i);
        taken.insert(name);
        names.push_back(name);
    }
    return names;
}

Expected<void> writeMillimetres(const fs::path& path, const ValueMap& map) {
    std::vector<std::uint16_t> plane;
    for (const float metres : map.values)
        plane.push_back(static_cast<std::uint16_t>(
            std::isfinite(metres)
                ? std::clamp(std::round(static_cast<double>(metres) * 1000), 0.0, 65535.0)
                : 0.0));
    return writePng16(path, map.height, map.width, plane);
}

} // namespace

Expected<PredictReport> predict(const PredictRequest& request, const Progress& progress,
                                const std::stop_token& stop) {
    const torch::NoGradGuard noGrad;
    setComputeThreads(0);
    progress(0, "reading the checkpoint");
    const auto predictor = Predictor::load(request.checkpoint, request.collapsed);
    if (!predictor)
        return failure(predictor.error());
    std::error_code error;
    fs::create_directories(request.folder, error);
    PredictReport report;
    const auto names = stems(request.images);
    for (std::size_t i = 0; i < request.images.size(); ++i) {
        if (stop.stop_requested())
            return failure(stoppedProblem(request.folder.string()));
        progress(double(i) / double(request.images.size()), names[i]);
        const auto image = readImage(request.images[i]);
        if (!image)
            return failure(image.error());
        const auto maps =
            predictor->maps(resized(*image, predictor->data().height, predictor->data().width));
        for (std::size_t t = 0; t < maps.size(); ++t) {
            const TargetInfo& target = predictor->target(t);
            const Image picture = draw(maps[t], target.classes, rangeOf(maps[t]));
            const fs::path drawn = request.folder / (names[i] + "." + predictor->taskName(t) + ".png");
            if (auto written = writePng(drawn, picture); !written)
                return failure(written.error());
            report.files.push_back(drawn.string());
            if (target.kind != TargetKind::Depth)
                continue;
            const fs::path raw = request.folder / (names[i] + "." + predictor->taskName(t) + "-mm.png");
            if (auto written = writeMillimetres(raw, maps[t]); !written)
                return failure(written.error());
            report.files.push_back(raw.string());
        }
    }
    progress(1, "done");
    return report;
}

} // namespace concertina
