// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/data_check.h"
#include "core/data/loader.h"
#include "core/tensor/torch.h"
#include "tests/bench/bench.h"
#include "tests/bench/training_setup.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace concertina::bench {

namespace {

namespace fs = std::filesystem;

/// A folder that is gone with it.
class BenchFolder {
public:
    BenchFolder() {
        std::string name = (fs::temp_directory_path() / "concertina-bench-XXXXXX").string();
        if (::mkdtemp(name.data()) == nullptr)
            throw std::runtime_error("no folder for temporary files");
        m_path = name;
    }
    ~BenchFolder() {
        std::error_code error;
        fs::remove_all(m_path, error);
    }
    BenchFolder(const BenchFolder&) = delete;
    BenchFolder& operator=(const BenchFolder&) = delete;

    const fs::path& path() const { return m_path; }

private:
    fs::path m_path;
};

/// A file of the published size, made by h5py.
fs::path largeMat(const BenchFolder& folder) {
    const fs::path source = CONCERTINA_SOURCE_DIR;
    const fs::path file = folder.path() / "nyu.mat";
    const std::string command =
        "/usr/bin/python3 '" + (source / "tests/reference/write_large_mat.py").string() + "' '"
        + file.string() + "' '" + (source / "resources/nyuv2/official.json").string() + "' 16";
    if (std::system(command.c_str()) != 0)
        throw std::runtime_error("Debian's python3-h5py is needed to write the file");
    return file;
}

/// What the process has read of files so far.
double megabytesRead() {
    std::ifstream io("/proc/self/io");
    std::string word;
    double bytes = 0;
    io >> word >> bytes; // rchar
    return bytes / 1e6;
}

std::shared_ptr<const Dataset> opened(const MethodChoice& choice) {
    auto dataset = openDataset(choice);
    if (!dataset)
        throw std::runtime_error(toText(dataset.error()));
    return *dataset;
}

std::vector<Figure> largeMatFile() {
    const BenchFolder folder;
    const fs::path file = largeMat(folder);
    const double before = megabytesRead();
    std::shared_ptr<const Dataset> dataset;
    const double opening = seconds([&] { dataset = opened({"nyuv2", {{"path", file.string()}}}); });
    const double read = megabytesRead() - before;
    const double frames = 10;
    const double reading = seconds([&] {
        for (int i = 0; i < static_cast<int>(frames); ++i)
            if (const auto sample = dataset->sample("train", i, 288, 384); !sample)
                throw std::runtime_error(toText(sample.error()));
    });
    return {{"a .mat of 1,449 frames of 480x640: opening it", opening, "s", "<=2"},
            {"of its " + std::to_string(fs::file_size(file) / 1'000'000) + " MB read meanwhile",
             read, "MB", "<=20"},
            {"a frame with derived normals, at 288x384", 1000 * reading / frames, "ms", ""}};
}

std::vector<Figure> loaderAgainstNetwork() {
    const BenchFolder folder;
    ExperimentSpec spec = bench::presetNamed("nyuv2-mtan");
    spec.data.dataset = {"nyuv2", {{"path", largeMat(folder).string()}}};
    FixedStep step(spec);
    step();
    constexpr int steps = 3;
    const double training = seconds([&] {
        for (int i = 0; i < steps; ++i)
            step();
    });
    const double network = steps * spec.train.batch / training;
    // Nothing is kept, as in a first epoch, and one thread, as the preset has it.
    const auto cold =
        std::make_shared<SampleCache>(step.data.dataset, "train", spec.data.height, spec.data.width,
                                      std::make_shared<CacheRoom>(0));
    constexpr int batches = 6;
    Loader loader(cold, step.data.maker, step.data.trainingPlan, {.end = batches});
    const double loading = seconds([&] {
        for (int i = 0; i < batches; ++i)
            if (const auto batch = loader.next(); !batch.batch)
                throw std::runtime_error(toText(batch.batch.error()));
    });
    const double loaded = batches * spec.train.batch / loading;
    return {{"nyuv2-mtan on a .mat: loaded ÷ trained images a second", loaded / network, "ratio",
             ">=3"},
            {"loaded", loaded, "images/s", ""},
            {"trained", network, "images/s", ""}};
}

/// Photographs of 1024 × 768, each with edges and grain of its own, as JPEG.
std::vector<std::string> writePhotographs(const BenchFolder& folder, int count) {
    fs::create_directories(folder.path() / "train");
    cv::Mat noise(768, 1024, CV_8UC3), photo;
    std::vector<std::string> files;
    for (int i = 0; i < count; ++i) {
        cv::theRNG().state = static_cast<std::uint64_t>(i % 20 + 1);
        cv::randu(noise, 0, 255);
        cv::GaussianBlur(noise, photo, {0, 0}, 3);
        cv::normalize(photo, photo, 0, 255, cv::NORM_MINMAX);
        files.push_back((folder.path() / "train" / (std::to_string(i) + ".jpg")).string());
        cv::imwrite(files.back(), photo);
    }
    std::ofstream(folder.path() / "dataset.json")
        << R"({"format": "concertina-dataset", "version": 1, "name": "Photographs",
               "splits": {"train": "train"}, "image": {"path": "{id}.jpg"}, "targets": {}})";
    return files;
}

std::vector<Figure> checkAgainstDecoding() {
    constexpr int photographs = 400, readers = 2;
    const BenchFolder folder;
    const auto files = writePhotographs(folder, photographs);
    const auto decode = [&] {
        std::atomic<std::size_t> next = 0;
        std::vector<std::jthread> threads;
        for (int t = 0; t < readers; ++t)
            threads.emplace_back([&] {
                for (std::size_t i = next++; i < files.size(); i = next++)
                    if (cv::imread(files[i]).empty())
                        std::abort();
            });
    };
    const auto check = [&] {
        const auto checked = checkData({"folder", {{"path", folder.path().string()}}},
                                       [](double, const std::string&) {}, {});
        if (!checked || !checked->problems.empty() || checked->splits[0].samples != photographs)
            throw std::runtime_error("the photographs of a bench");
    };
    return {{"data check of photographs ÷ cv::imread alone in 2 threads, images a second",
             ratio(decode, check, 5), "ratio", ">=0.9"}};
}

} // namespace

std::span<const Bench> dataBenches() {
    static const std::array all{
        Bench{"mat", "opening a MATLAB file of NYUv2's size, and reading its frames", largeMatFile},
        Bench{"loader", "samples loaded a second against a network that trains on them",
              loaderAgainstNetwork},
        Bench{"check", "\"data check\" of photographs against decoding alone",
              checkAgainstDecoding}};
    return all;
}

} // namespace concertina::bench
