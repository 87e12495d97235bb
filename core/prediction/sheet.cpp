// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/image_files.h"
#include "core/data/target_tensors.h"
#include "core/data/value_picture.h"
#include "core/model/weight_owners.h"
#include "core/prediction/predict.h"
#include "core/prediction/predictor.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "core/training/run_data.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

namespace concertina {

namespace {

namespace fs = std::filesystem;

/// Places pictures on a dark ground, in rows and columns, each in true pixels times `zoom`.
class Sheet {
public:
    /// `notes` stand below.
    Sheet(int rows, int columns, int height, int width, const std::vector<std::string>& notes)
        : m_zoom(std::max(1, (smallestCell + width - 1) / std::max(1, width))), m_height(height * m_zoom),
          m_width(width * m_zoom),
          m_image(blankImage(top + rows * (m_height + gap)
                                 + static_cast<int>(notes.size()) * lineHeight,
                             gap + columns * (m_width + gap), 28)) {
        int y = top + rows * (m_height + gap) - gap;
        for (const std::string& note : notes)
            drawText(m_image, gap, y += lineHeight, note);
    }

    void caption(int column, const std::string& text) {
        drawText(m_image, gap + column * (m_width + gap), top - gap, text);
    }

    /// A picture of any size, as large as a cell.
    void place(int row, int column, const Image& picture) {
        const int y0 = top + row * (m_height + gap);
        const int x0 = gap + column * (m_width + gap);
        for (int y = 0; y < m_height; ++y)
            for (int x = 0; x < m_width; ++x)
                std::copy_n(picture.pixel(y * picture.height / m_height,
                                          x * picture.width / m_width),
                            3, m_image.pixel(y0 + y, x0 + x));
    }

    const Image& image() const { return m_image; }

private:
    static constexpr int smallestCell = 200; // room for a caption
    static constexpr int gap = 8;
    static constexpr int top = 28;
    static constexpr int lineHeight = 20;
    int m_zoom;
    int m_height;
    int m_width;
    Image m_image;
};

/// Frames spread over a split, `count` at most; those that can't be read are passed over where the
/// spec skips such, for the ones behind them.
struct Frames {
    std::vector<std::shared_ptr<const Sample>> samples;
    int skipped = 0;
};

Expected<Frames> framesOf(const RunData& data, const ExperimentSpec& spec, int count) {
    Frames frames;
    std::optional<Problem> damaged;
    const int size = data.validation->size();
    for (int row = 0, next = 0; row < count; ++row)
        for (int i = std::max(next, row * size / count); i < size; ++i) {
            auto sample = data.validation->sample(i);
            next = i + 1;
            if (sample) {
                frames.samples.push_back(std::move(*sample));
                break;
            }
            if (!skipsDamaged(spec))
                return failure(sample.error());
            damaged = sample.error();
            ++frames.skipped;
        }
    if (frames.samples.empty() && damaged)
        return failure(std::move(*damaged));
    return frames;
}

/// A row of the sheet: the image, and for each task truth, expanded and collapsed.
void placeFrame(Sheet& sheet, int row, const Sample& sample, const RunData& data,
                const Predictor& expanded, const Predictor& collapsed) {
    const Sample* one = &sample;
    const Augmentation none;
    const Batch batch = data.maker.make({&one, 1}, {&none, 1});
    const auto left = expanded.maps(sample.image);
    const auto right = collapsed.maps(sample.image);
    sheet.place(row, 0, sample.image);
    for (std::size_t t = 0; t < left.size(); ++t) {
        const auto& target = expanded.target(t);
        const ValueMap truth = targetTensors(*target.kind).truth(batch.targets[t], 0);
        const ValueRange range = rangeOf(truth);
        const int column = 1 + 3 * static_cast<int>(t);
        const auto place = [&](int at, const ValueMap& map) {
            sheet.place(row, at, pictureOf(map, target.classes, range, sample.image));
        };
        place(column, truth);
        place(column + 1, left[t]);
        place(column + 2, right[t]);
    }
}

} // namespace

Expected<PredictReport> drawSheet(const SheetRequest& request, const Progress& progress,
                                  const std::stop_token& stop) {
    const torch::NoGradGuard noGrad;
    setComputeThreads(0);
    progress(0, "reading the checkpoint");
    const auto loaded = loadNetwork(request.checkpoint);
    if (!loaded)
        return failure(loaded.error());
    const auto& [checkpoint, network] = *loaded;
    const Predictor expanded(checkpoint, network, false), collapsed(checkpoint, network, true);
    const auto data = openRunData(request.spec);
    if (!data)
        return failure(data.error());
    const auto chosen =
        framesOf(*data, request.spec, std::min(request.frames, data->validation->size()));
    if (!chosen)
        return failure(chosen.error());
    const auto frames = static_cast<int>(chosen->samples.size());
    const auto taskCount = static_cast<int>(expanded.taskCount());
    Sheet sheet(frames, 1 + 3 * taskCount, request.spec.data.height, request.spec.data.width,
                ownersLines(weightOwners(network.design())));
    sheet.caption(0, "image");
    for (int t = 0; t < taskCount; ++t) {
        const std::string& name = expanded.taskName(static_cast<std::size_t>(t));
        sheet.caption(1 + 3 * t, name + ": truth");
        sheet.caption(2 + 3 * t, name + ": expanded");
        sheet.caption(3 + 3 * t, name + ": collapsed");
    }
    for (int row = 0; row < frames; ++row) {
        if (stop.stop_requested())
            return failure(stoppedProblem(request.file.string()));
        progress(double(row) / frames, "frame " + std::to_string(row + 1));
        placeFrame(sheet, row, *chosen->samples[static_cast<std::size_t>(row)], *data, expanded,
                   collapsed);
    }
    if (auto written = writePng(request.file, sheet.image()); !written)
        return failure(written.error());
    progress(1, "done");
    return PredictReport{{request.file.string()}, chosen->skipped};
}

} // namespace concertina
