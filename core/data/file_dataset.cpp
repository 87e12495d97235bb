// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/file_dataset.h"

#include "core/data/data_news.h"
#include "core/data/image_files.h"

#include <algorithm>
#include <cstring>

namespace concertina {

std::size_t FileDataset::splitAt(std::string_view split) const {
    const auto found = std::ranges::find(m_description.splits, split, &SplitInfo::name);
    return static_cast<std::size_t>(found - m_description.splits.begin());
}

void FileDataset::reportUnused() const {
    if (!m_watch.news || m_description.unused.empty())
        return;
    m_watch.news->add({.level = NoticeLevel::Warning,
                       .code = "dataset.unused",
                       .text = "In " + m_description.name + " " + unusedText(m_description.unused)
                               + "; \"concertina-cli data check\" names all."});
}

Expected<Sample> FileDataset::sample(std::string_view split, int index, int height,
                                     int width) const {
    StoredSample stored = storedSample(split, index, SampleSize{height, width});
    if (!stored.problems.empty())
        return failure(std::move(stored.problems.front()));
    if (m_watch.news && !stored.turn.empty())
        m_watch.news->add(DataNews::Kind::Turned, std::string(split) + "/"
                                                      + sampleName(split, index) + " ("
                                                      + stored.turn + ")");
    Sample sample{.image = resized(stored.image, height, width)};
    for (std::size_t t = 0; t < stored.targets.size(); ++t)
        sample.targets.push_back(m_description.targets[t].kind->isPlane()
                                     ? resized(stored.targets[t], height, width)
                                     : std::move(stored.targets[t]));
    return sample;
}

Problem inSample(Problem problem, const std::string& id) {
    problem.hint = "sample " + id + (problem.hint.empty() ? "" : "; " + problem.hint);
    return problem;
}

std::optional<int> strayClass(const TargetPlane& plane, const TargetInfo& target) {
    if (target.kind != &classesTarget())
        return std::nullopt;
    const auto classes = static_cast<int>(target.classes.size());
    const std::size_t pixels = static_cast<std::size_t>(plane.height) * plane.width;
    for (std::size_t i = 0; i < pixels; ++i) {
        std::uint16_t value = 0;
        if (plane.encoding == Encoding::Index16)
            std::memcpy(&value, plane.bytes.data() + 2 * i, 2);
        else
            value = plane.bytes[i];
        if (value >= classes && value != target.ignore)
            return value;
    }
    return std::nullopt;
}

Problem strayClassProblem(int index, const TargetInfo& target, std::string path, std::string hint) {
    return {"dataset.class", std::move(path), "class index " + std::to_string(index),
            "0 to " + std::to_string(target.classes.size() - 1)
                + (target.ignore >= 0 ? ", or " + std::to_string(target.ignore) : std::string()),
            std::move(hint)};
}

} // namespace concertina
