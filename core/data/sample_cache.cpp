// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/sample_cache.h"

#include "core/data/sample_file.h"

namespace concertina {

SampleCache::SampleCache(std::shared_ptr<const Dataset> dataset, std::string split, int height,
                         int width, std::shared_ptr<CacheRoom> room,
                         std::shared_ptr<SampleFile> file)
    : m_dataset(std::move(dataset)),
      m_split(std::move(split)),
      m_size(m_dataset->description().split(m_split)->size),
      m_height(height),
      m_width(width),
      m_room(std::move(room)),
      m_file(std::move(file)),
      m_kept(static_cast<std::size_t>(m_size)),
      m_places(static_cast<std::size_t>(m_size), -1) {}

Expected<std::shared_ptr<const Sample>> SampleCache::sample(int index) {
    auto& slot = m_kept[static_cast<std::size_t>(index)];
    std::int64_t& place = m_places[static_cast<std::size_t>(index)];
    std::int64_t onDisk = -1;
    {
        const std::lock_guard lock(m_mutex);
        if (slot)
            return slot;
        onDisk = place;
    }
    if (onDisk >= 0)
        if (auto kept = m_file->get(onDisk))
            return std::make_shared<const Sample>(std::move(*kept));
    auto read = m_dataset->sample(m_split, index, m_height, m_width);
    if (!read)
        return failure(read.error());
    auto sample = std::make_shared<const Sample>(std::move(*read));
    const auto bytes = static_cast<std::int64_t>(sample->bytes());
    {
        const std::lock_guard lock(m_mutex);
        if (slot)
            return slot;
        if (m_room->fetch_sub(bytes) >= bytes) {
            slot = sample;
            return sample;
        }
        m_room->fetch_add(bytes);
        if (!m_file || place >= 0)
            return sample;
    }
    if (const auto put = m_file->put(*sample)) {
        const std::lock_guard lock(m_mutex);
        place = *put;
    }
    return sample;
}

} // namespace concertina
