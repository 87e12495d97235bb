// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/sample_cache.h"

namespace concertina {

SampleCache::SampleCache(std::shared_ptr<const Dataset> dataset, std::string split, int height,
                         int width, std::shared_ptr<CacheRoom> room)
    : m_dataset(std::move(dataset)), m_split(std::move(split)),
      m_size(m_dataset->description().split(m_split)->size), m_height(height), m_width(width),
      m_room(std::move(room)), m_kept(static_cast<std::size_t>(m_size)) {}

Expected<std::shared_ptr<const Sample>> SampleCache::sample(int index) {
    auto& slot = m_kept[static_cast<std::size_t>(index)];
    {
        const std::lock_guard lock(m_mutex);
        if (slot)
            return slot;
    }
    auto read = m_dataset->sample(m_split, index, m_height, m_width);
    if (!read)
        return failure(read.error());
    auto sample = std::make_shared<const Sample>(std::move(*read));
    const auto bytes = static_cast<std::int64_t>(sample->bytes());
    const std::lock_guard lock(m_mutex);
    if (slot)
        return slot;
    if (m_room->fetch_sub(bytes) >= bytes)
        slot = sample;
    else
        m_room->fetch_add(bytes);
    return sample;
}

} // namespace concertina
