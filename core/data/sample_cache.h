// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace concertina {

class SampleFile;

/// How many bytes several caches may still keep together.
using CacheRoom = std::atomic<std::int64_t>;

/// The samples of one split at one size, kept decoded once they were read: in memory while there is
/// room, then in `file` where there is one; what fits in neither is read again each time. May be
/// used from several threads.
class SampleCache {
public:
    SampleCache(std::shared_ptr<const Dataset> dataset, std::string split, int height, int width,
                std::shared_ptr<CacheRoom> room, std::shared_ptr<SampleFile> file = {});

    int size() const { return m_size; }
    const std::string& split() const { return m_split; }
    std::string name(int index) const { return m_dataset->sampleName(m_split, index); }
    const Dataset& dataset() const { return *m_dataset; }

    Expected<std::shared_ptr<const Sample>> sample(int index);

private:
    std::shared_ptr<const Dataset> m_dataset;
    std::string m_split;
    int m_size;
    int m_height;
    int m_width;
    std::shared_ptr<CacheRoom> m_room;
    std::mutex m_mutex;
    std::shared_ptr<SampleFile> m_file;
    std::vector<std::shared_ptr<const Sample>> m_kept;
    std::vector<std::int64_t> m_places; ///< in the file; −1: not there
};

} // namespace concertina
