// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/coco_index.h"
#include "core/values/average_precision.h"
#include "core/values/random.h"
#include "tests/bench/bench.h"

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
              averagePrecision}};
    return all;
}

} // namespace concertina::bench
