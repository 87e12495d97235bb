// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/guess_dataset.h"
#include "tests/core/picture_bytes.h"

#include <QTemporaryDir>

#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace concertina::testing {

// Folders of small files, as a guess finds them.

inline constexpr int guessSide = 8;

using ValueAt = std::function<int(int)>;

inline std::string grey(const ValueAt& value, int bits = 8, int height = guessSide,
                        int width = guessSide) {
    PngFile file{.height = height, .width = width, .bits = bits};
    for (int i = 0; i < height * width; ++i)
        file.samples.push_back(value(i));
    return file.bytes();
}

inline std::string paletted(const ValueAt& value) {
    PngFile file{.height = guessSide, .width = guessSide, .color = 3};
    for (int i = 0; i < guessSide * guessSide; ++i)
        file.samples.push_back(value(i));
    for (int i = 0; i < 16; ++i)
        file.palette.push_back({std::uint8_t(i * 15), std::uint8_t(255 - i * 10), 7});
    return file.bytes();
}

inline std::string colour(const ValueAt& value, int height = guessSide, int width = guessSide) {
    PngFile file{.height = height, .width = width, .color = 2};
    for (int i = 0; i < height * width * 3; ++i)
        file.samples.push_back(value(i));
    return file.bytes();
}

inline std::string photo(int height = guessSide, int width = guessSide) {
    return colour([](int i) { return i * 37 % 251; }, height, width);
}

inline std::string label() {
    return grey([](int i) { return i % 5; });
}

/// Towards the camera, tilted a little: (n + 1) · 127.5 of (0.6, 0, −0.8) and (0, 0, −1).
inline std::string directions() {
    return colour([](int i) {
        const int tilted[] = {204, 128, 26}, straight[] = {128, 128, 0};
        return (i / 3 % 2 == 0 ? tilted : straight)[i % 3];
    });
}

/// A file of NumPy's format 1.0: magic, header of 64 · n − 10 bytes, values.
template <class T>
std::string npy(const std::string& type, const std::vector<T>& values) {
    std::string header = "{'descr': '" + type + "', 'fortran_order': False, 'shape': ("
                         + std::to_string(guessSide) + ", " + std::to_string(guessSide) + "), }";
    header.resize(117, ' ');
    header += '\n';
    std::string file("\x93NUMPY\x01\x00", 8);
    file += static_cast<char>(header.size() & 0xff);
    file += static_cast<char>(header.size() >> 8);
    file += header;
    file.append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
    return file;
}

class Place {
public:
    std::filesystem::path root() const { return m_folder.path().toStdString(); }

    void write(const std::string& name, const std::string& bytes) const {
        std::filesystem::create_directories((root() / name).parent_path());
        std::ofstream(root() / name, std::ios::binary) << bytes;
    }

    /// Five samples to learn from and two to validate with.
    void writeAll(const std::string& before, const std::string& after,
                  const std::string& bytes) const {
        for (const char* sample :
             {"train/?1", "train/?2", "train/?3", "train/?4", "train/?5", "val/?6", "val/?7"}) {
            std::string name = sample;
            name.replace(name.find('?'), 1, before);
            write(name + after, bytes);
        }
    }

    Expected<DatasetGuess> guess() const { return guessDataset(root()); }

private:
    QTemporaryDir m_folder;
};

} // namespace concertina::testing
