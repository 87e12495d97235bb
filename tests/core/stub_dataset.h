// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

#include <atomic>
#include <chrono>
#include <set>
#include <thread>

namespace concertina::testing {

/// A dataset of one split, "train", whose sample i is a picture of the grey i with a depth of
/// i + 1 metres. Some samples can be damaged; every reading is counted.
class StubDataset : public Dataset {
public:
    explicit StubDataset(int size, std::set<int> damaged = {}) : m_damaged(std::move(damaged)) {
        m_description.name = "stub";
        m_description.splits = {{"train", size}};
        m_description.targets = {
            {.name = "depth", .kind = &depthTarget(), .encoding = Encoding::UInt8, .offset = 1}};
    }

    void setFingerprint(const std::string& fingerprint) { m_description.fingerprint = fingerprint; }

    std::chrono::milliseconds delay{0};
    mutable std::atomic<int> reads{0};

    const DatasetDescription& description() const override { return m_description; }

    std::string sampleName(std::string_view, int index) const override {
        return "sample " + std::to_string(index);
    }

    Expected<Sample> sample(std::string_view split, int index, int height,
                            int width) const override {
        ++reads;
        std::this_thread::sleep_for(delay);
        if (m_damaged.contains(index))
            return failure({"stub.damaged", sampleName(split, index), "noise", "a picture", ""});
        const auto grey = static_cast<std::uint8_t>(index);
        const auto area = static_cast<std::size_t>(height) * static_cast<std::size_t>(width);
        return Sample{blankImage(height, width, grey),
                      {{Encoding::UInt8, height, width, std::vector<std::uint8_t>(area, grey)}}};
    }

private:
    std::set<int> m_damaged;
    DatasetDescription m_description;
};

} // namespace concertina::testing
