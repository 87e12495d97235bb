// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample.h"
#include "core/values/problem.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

namespace concertina {

/// Decoded samples in a temporary file without a name: the system removes it when the process ends,
/// however it ends, so nothing of it can be out of date. May be used from several threads.
class SampleFile {
public:
    /// In $TMPDIR, else in /var/tmp: /tmp may be memory. Problem "cache.disk".
    static Expected<std::shared_ptr<SampleFile>> make(std::int64_t largestBytes);

    ~SampleFile();
    SampleFile(const SampleFile&) = delete;
    SampleFile& operator=(const SampleFile&) = delete;

    /// Where the sample is from now on; none where there is no room, here or on the disk.
    std::optional<std::int64_t> put(const Sample& sample);

    /// What `put` wrote there; none where the disk does not give it back.
    std::optional<Sample> get(std::int64_t place) const;

private:
    SampleFile(int file, std::int64_t largestBytes) : m_file(file), m_largest(largestBytes) {}

    int m_file;
    std::int64_t m_largest;
    std::mutex m_mutex;
    std::int64_t m_end = 0;
};

} // namespace concertina
