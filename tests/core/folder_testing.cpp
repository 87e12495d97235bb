// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/core/folder_testing.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <fstream>

namespace concertina::testing {

namespace fs = std::filesystem;

cv::Mat plane(int type, double value, int rows, int columns) {
    return {rows, columns, type, cv::Scalar::all(value)};
}

TestFolder::TestFolder() {
    json = Json::parse(R"({
        "format": "concertina-dataset", "version": 1, "name": "Test",
        "splits": {"train": "learn", "val": "check"},
        "image": {"path": "image/{id}.png"},
        "targets": {
            "segmentation": {"path": "label/{id}.png", "encoding": "index8", "ignore": 255,
                             "classes": [{"name": "a", "color": [1, 2, 3]},
                                         {"name": "b", "color": [4, 5, 6]},
                                         {"name": "c", "color": [7, 8, 9]}]},
            "depth": {"path": "depth/{id}.png", "encoding": "uint16", "scale": 0.001,
                      "unit": "m", "invalid": 0},
            "normal": {"path": "normal/{id}.png", "encoding": "rgb8"}},
        "camera": {"fx": 5, "fy": 5, "cx": 2.5, "cy": 1.5}})");
    writeJson();
    for (const auto& [split, id] : {std::pair{"train", "a"}, {"train", "b"}, {"train", "c"},
                                    {"val", "d"}}) {
        write(file(split, "image", id), plane(CV_8UC3, 40 + id[0]));
        write(file(split, "label", id), plane(CV_8UC1, id[0] % 3));
        write(file(split, "depth", id), plane(CV_16UC1, 1000 * (id[0] - 'a' + 1)));
        cv::Mat normals(height, width, CV_8UC3, cv::Scalar(128, 128, 0)); // towards the camera
        write(file(split, "normal", id), normals);
    }
}

void TestFolder::writeJson() const {
    writeBytes(root() / "dataset.json", jsonText(json, 1));
}

fs::path TestFolder::root() const {
    return m_folder.path().toStdString();
}

fs::path TestFolder::file(const std::string& split, const std::string& target,
                          const std::string& id) const {
    return root() / (split == "train" ? "learn" : "check") / target / (id + ".png");
}

void TestFolder::write(const fs::path& path, const cv::Mat& matrix) {
    fs::create_directories(path.parent_path());
    cv::Mat bgr = matrix;
    if (matrix.channels() == 3)
        cv::cvtColor(matrix, bgr, cv::COLOR_RGB2BGR);
    if (!cv::imwrite(path.string(), bgr))
        qFatal("cannot write %s", path.c_str());
}

void TestFolder::writeBytes(const fs::path& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary) << bytes;
}

std::string TestFolder::bytesOf(const fs::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

Expected<std::shared_ptr<const Dataset>> TestFolder::open() const {
    return openDataset({"folder", {{"path", root().string()}}});
}

Expected<Sample> TestFolder::sample(const std::string& split, int index, int rows,
                                    int columns) const {
    const auto dataset = open();
    if (!dataset)
        return failure(dataset.error());
    return (*dataset)->sample(split, index, rows, columns);
}

} // namespace concertina::testing
