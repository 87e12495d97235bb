// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/values/json.h"

#include <opencv2/core/mat.hpp>

#include <QTemporaryDir>

#include <filesystem>
#include <string>

namespace concertina::testing {

/// A folder dataset that a test makes and then damages: two splits ("train" with samples a, b, c;
/// "val" with d), pictures of 6 × 4 pixels, all three targets. Gone with this object.
class TestFolder {
public:
    static constexpr int height = 4;
    static constexpr int width = 6;

    TestFolder();

    /// What its dataset.json says; `writeJson` after a change.
    Json json;
    void writeJson() const;

    std::filesystem::path root() const;
    std::filesystem::path file(const std::string& split, const std::string& target,
                               const std::string& id) const;

    /// Writes a picture, its format by the path's ending; RGB matrices as RGB.
    static void write(const std::filesystem::path& path, const cv::Mat& matrix);
    static void writeBytes(const std::filesystem::path& path, const std::string& bytes);
    static std::string bytesOf(const std::filesystem::path& path);

    Expected<std::shared_ptr<const Dataset>> open() const;

    /// A sample in the folder's own size, or in another.
    Expected<Sample> sample(const std::string& split, int index, int rows = height,
                            int columns = width) const;

private:
    QTemporaryDir m_folder;
};

/// A matrix of the test folder's size whose pixels all have one value.
cv::Mat plane(int type, double value, int rows = TestFolder::height,
              int columns = TestFolder::width);

} // namespace concertina::testing
