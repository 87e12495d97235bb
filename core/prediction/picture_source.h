// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/image.h"
#include "core/values/problem.h"

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

/// A picture to predict for, or why there is none.
struct NamedPicture {
    std::string name; ///< without an ending, each another: "photo", "photo-2", "walk-000012"
    Expected<Image> image;
};

/// Pictures of any kind one after the other: files, folders of them (in the order of their names,
/// without those in folders below), videos, of which every n-th frame is taken. Problems of a
/// single picture come in its place; a video that ends early is one behind its last frame.
class PictureSource {
public:
    /// Problems: "file.read", a folder that can't be read; "predict.none", one without pictures.
    static Expected<PictureSource> of(const std::vector<std::filesystem::path>& inputs, int every);

    PictureSource(PictureSource&&) noexcept;
    PictureSource& operator=(PictureSource&&) noexcept;
    ~PictureSource();

    /// None behind the last.
    std::optional<NamedPicture> next();

    /// From 0 to 1; how far it is.
    double share() const;

    /// All files that it reads.
    const std::vector<std::filesystem::path>& files() const;

    /// What lies in the folders beside pictures and videos.
    const std::vector<std::string>& passedOver() const;

private:
    struct Parts;
    explicit PictureSource(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> m_parts;
};

} // namespace concertina
