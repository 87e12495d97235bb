// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/catalogue.h"
#include "core/collapse/collapsed_network.h"
#include "core/data/coco/coco_index.h"
#include "core/data/target_tensors.h"
#include "core/model/validate.h"
#include "core/network/run_program.h"
#include "core/tensor/torch.h"
#include "core/training/checkpoint.h"
#include "core/training/run_data.h"
#include "core/values/average_precision.h"
#include "core/values/random.h"
#include "tests/bench/bench.h"
#include "tests/bench/training_setup.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>

namespace concertina::bench {

namespace {

namespace fs = std::filesystem;

/// A folder that is gone with it.
class CocoBenchFolder {
public:
    CocoBenchFolder() {
        std::string name = (fs::temp_directory_path() / "concertina-coco-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no folder for temporary files");
        path = name;
    }
    ~CocoBenchFolder() {
        std::error_code error;
        fs::remove_all(path, error);
    }
    CocoBenchFolder(const CocoBenchFolder&) = delete;
    CocoBenchFolder& operator=(const CocoBenchFolder&) = delete;

    fs::path path;
};

std::vector<Figure> largeIndex() {
    const CocoBenchFolder folder;
    const fs::path file = folder.path / "instances_train2017.json";
    const fs::path script = fs::path(CONCERTINA_SOURCE_DIR) / "tests/reference/write_large_coco.py";
    const std::string command =
        "/usr/bin/python3 '" + script.string() + "' '" + file.string() + "'";
    if (std::system(command.c_str()) != 0)
        throw std::runtime_error("Debian's python3 is needed to write the file");
    const auto numbers = numbersOfChild("coco:" + file.string());
    const fs::path brackets = folder.path / "brackets.json";
    {
        std::ofstream stream(brackets, std::ios::binary);
        stream << "{\"annotations\": [], \"x\": [";
        std::string million;
        while (million.size() < 1'000'000)
            million += "[],";
        for (int i = 0; i < 1000; ++i)
            stream << million;
    }
    const double refusing = seconds([&] {
        if (CocoIndex::open(brackets, CocoIndex::Kind::Objects))
            throw std::runtime_error("a file of brackets was read");
    });
    const std::string megabytes = std::to_string(fs::file_size(file) / 1'000'000) + " MB";
    return {{"annotations of COCO, " + megabytes + ", 860,001 objects: opening", numbers.at(0), "s",
             "<=8"},
            {"memory of the process then, at most", numbers.at(1), "MB", "<=600"},
            {"1 GB of brackets: until it is refused", refusing, "s", ""}};
}

std::vector<Figure> averagePrecision() {
    constexpr int images = 5000, objects = 36'000, classes = 80;
    Random random{1, 2};
    std::vector<std::vector<ImageObject>> truths(images), found(images);
    const auto object = [&](double score) {
        const Box box{random.uniform() * 600, random.uniform() * 400, 4 + random.uniform() * 200,
                      4 + random.uniform() * 150};
        return ImageObject{.label = random.below(classes),
                           .box = box,
                           .score = score,
                           .area = box.area(),
                           .points = {}};
    };
    for (int i = 0; i < objects; ++i) {
        const auto image = static_cast<std::size_t>(random.below(images));
        truths[image].push_back(object(1));
        found[image].push_back(random.uniform() < 0.5 ? truths[image].back() : object(1));
        found[image].back().score = random.uniform();
    }
    double average = 0;
    const double taken = seconds([&] {
        AveragePrecision precision(boxPrecisionRules(), classes);
        for (std::size_t i = 0; i < truths.size(); ++i)
            precision.add(truths[i], found[i]);
        average = precision.report().figures.front().value;
    });
    if (!(average > 0.1 && average < 0.9)) // half is found
        throw std::runtime_error("an average precision of " + std::to_string(average));
    return {{"AP of 5,000 images with 36,000 boxes and 36,000 found", taken, "s", "<=10"}};
}

/// Boxes and points of four images out of their maps ÷ the network that gave the maps. Its weights
/// are fresh, so that it has peaks all over: more than one that has learned.
std::vector<Figure> decoding() {
    const torch::NoGradGuard noGrad;
    ExperimentSpec spec = mobileNetSpec("plain", "*: tied");
    spec.data.height = spec.data.width = 256;
    spec.train.batch = 4;
    spec.network.backbone.options["width"] = 0.5;
    spec.network.backbone.options["output_stride"] = "16";
    spec.tasks = {{{"segmentation"}, 1.0}, {{"detection"}, 1.0}, {{"keypoints"}, 1.0}};
    spec = withCompleteOptions(spec, catalogue());
    const FixedStep fixed(spec);
    const CollapsedNetwork network =
        fold(fixed.learner.network(), {.spec = spec, .targets = fixed.data.targets});
    const auto known = makeTasks(spec, fixed.data.targets);
    const torch::Tensor& images = fixed.batch.images;
    const auto outputs = network.forward(images, predictionSettings());
    const auto decode = [&] {
        for (std::size_t t = 1; t < known.size(); ++t)
            for (std::int64_t n = 0; n < images.size(0); ++n)
                static_cast<void>(
                    targetTensors(*fixed.data.targets[t].kind)
                        .predicted(known[t]->prediction(outputs[t].narrow(0, n, 1))[0]));
    };
    return {{"decoding boxes and points / MobileNetV2 0.5 (256x256, batch 4)",
             ratio(
                 decode, [&] { network.forward(images, predictionSettings()); }, 15),
             "ratio", "<=0.05"}};
}

} // namespace

int runIndexChild(const std::string& file) {
    bool opened = false;
    const double taken =
        seconds([&] { opened = CocoIndex::open(file, CocoIndex::Kind::Objects).has_value(); });
    std::printf("%f %f\n", taken, peakMegabytes());
    return opened ? 0 : 1;
}

std::span<const Bench> cocoBenches() {
    static const std::array all{
        Bench{"coco", "opening annotations as large as COCO's", largeIndex},
        Bench{"average-precision", "the figures of COCO's evaluation for as many images as it has",
              averagePrecision},
        Bench{"decoding", "boxes and points out of their maps ÷ the network that gives the maps",
              decoding}};
    return all;
}

} // namespace concertina::bench
