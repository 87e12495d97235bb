// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/prediction/predict.h"

#include "core/collapse/compact_network.h"
#include "core/data/image_files.h"
#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "core/training/run_data.h"

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
            std::isnan(metres)
                ? 0.0
                : std::clamp(std::round(static_cast<double>(metres) * 1000), 0.0, 65535.0)));
    return writePng16(path, map.height, map.width, plane);
}

/// A network of a checkpoint, expanded or collapsed, that answers for one picture at a time.
class Predictor {
public:
    static Expected<Predictor> load(const fs::path& path, bool collapsed) {
        auto checkpoint = loadCheckpoint(path);
        if (!checkpoint)
            return failure(checkpoint.error());
        auto network = networkOf(*checkpoint);
        if (!network)
            return failure(network.error());
        return Predictor(std::move(*checkpoint), *network, collapsed);
    }

    const DataSpec& data() const { return m_checkpoint.spec.data; }
    const std::vector<std::unique_ptr<Task>>& tasks() const { return m_tasks; }
    const std::string& taskName(std::size_t t) const {
        return m_checkpoint.spec.tasks[t].method.id;
    }
    const TargetInfo& target(std::size_t t) const { return m_checkpoint.targets[t]; }

    /// One map a task for a picture of the network's size.
    std::vector<ValueMap> maps(const Image& image) const {
        const BatchMaker maker({}, {}, normalizationNamed(data().normalization));
        const auto outputs = runProgram(m_program, m_tensors, maker.image(image), {});
        std::vector<ValueMap> maps;
        for (std::size_t t = 0; t < outputs.size(); ++t)
            maps.push_back(
                toValueMap(m_tasks[t]->prediction(outputs[t])[0], m_checkpoint.targets[t].kind));
        return maps;
    }

private:
    Predictor(Checkpoint checkpoint, const Network& network, bool collapsed)
        : m_checkpoint(std::move(checkpoint)),
          m_tasks(makeTasks(m_checkpoint.spec, m_checkpoint.targets)) {
        if (collapsed) {
            CompactNetwork compact = fold(network, m_checkpoint);
            m_program = std::move(compact.program);
            m_tensors = std::move(compact.tensors);
        } else {
            m_program = network.program();
            m_tensors = network.compose(false).tensors;
        }
    }

    Checkpoint m_checkpoint;
    std::vector<std::unique_ptr<Task>> m_tasks;
    Program m_program;
    std::vector<torch::Tensor> m_tensors;
};

/// Places pictures on a dark ground, in rows and columns, each in true pixels times `zoom`.
class Sheet {
public:
    Sheet(int rows, int columns, int height, int width)
        : m_zoom(std::max(1, (smallestCell + width - 1) / std::max(1, width))), m_height(height * m_zoom),
          m_width(width * m_zoom),
          m_image(blankImage(top + rows * (m_height + gap), gap + columns * (m_width + gap), 28)) {}

    void caption(int column, const std::string& text) {
        drawText(m_image, gap + column * (m_width + gap), top - gap, text);
    }

    void place(int row, int column, const Image& picture) {
        const int y0 = top + row * (m_height + gap);
        const int x0 = gap + column * (m_width + gap);
        for (int y = 0; y < m_height; ++y)
            for (int x = 0; x < m_width; ++x)
                std::copy_n(picture.pixel(y / m_zoom, x / m_zoom), 3,
                            m_image.pixel(y0 + y, x0 + x));
    }

    const Image& image() const { return m_image; }

private:
    static constexpr int smallestCell = 200; // room for a caption
    static constexpr int gap = 8;
    static constexpr int top = 28;
    int m_zoom;
    int m_height;
    int m_width;
    Image m_image;
};

Problem stoppedProblem(const fs::path& path) {
    return {"stopped", path.string(), "", "", "Stopped before it was done."};
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
            return failure(stoppedProblem(request.folder));
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

Expected<PredictReport> drawSheet(const SheetRequest& request, const Progress& progress,
                                  const std::stop_token& stop) {
    const torch::NoGradGuard noGrad;
    setComputeThreads(0);
    progress(0, "reading the checkpoint");
    const auto expanded = Predictor::load(request.checkpoint, false);
    const auto collapsed = Predictor::load(request.checkpoint, true);
    if (!expanded || !collapsed)
        return failure((expanded ? collapsed : expanded).error());
    const auto data = openRunData(request.spec);
    if (!data)
        return failure(data.error());
    const int frames = std::min(request.frames, data->validation->size());
    const auto taskCount = static_cast<int>(expanded->tasks().size());
    Sheet sheet(frames, 1 + 3 * taskCount, request.spec.data.height, request.spec.data.width);
    sheet.caption(0, "image");
    for (int t = 0; t < taskCount; ++t) {
        const std::string& name = expanded->taskName(static_cast<std::size_t>(t));
        sheet.caption(1 + 3 * t, name + ": truth");
        sheet.caption(2 + 3 * t, name + ": expanded");
        sheet.caption(3 + 3 * t, name + ": collapsed");
    }
    for (int row = 0; row < frames; ++row) {
        if (stop.stop_requested())
            return failure(stoppedProblem(request.file));
        progress(double(row) / frames, "frame " + std::to_string(row + 1));
        const auto sample = data->validation->sample(row * data->validation->size() / frames);
        if (!sample)
            return failure(sample.error());
        const Sample* one = sample->get();
        const Augmentation none;
        const Batch batch = data->maker.make({&one, 1}, {&none, 1});
        const auto left = expanded->maps(one->image);
        const auto right = collapsed->maps(one->image);
        sheet.place(row, 0, one->image);
        for (int t = 0; t < taskCount; ++t) {
            const auto at = static_cast<std::size_t>(t);
            const auto& target = expanded->target(at);
            const ValueMap truth = toValueMap(batch.targets[at][0], target.kind);
            const ValueRange range = rangeOf(truth);
            sheet.place(row, 1 + 3 * t, draw(truth, target.classes, range));
            sheet.place(row, 2 + 3 * t, draw(left[at], target.classes, range));
            sheet.place(row, 3 + 3 * t, draw(right[at], target.classes, range));
        }
    }
    if (auto written = writePng(request.file, sheet.image()); !written)
        return failure(written.error());
    progress(1, "done");
    return PredictReport{{request.file.string()}};
}

} // namespace concertina
