// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace concertina {

/// Values that are only ever added at the end: in chunks, so that growing copies nothing. A copy
/// shares them, costs next to nothing, and may be read in another thread while the original grows:
/// what a copy has never changes. Of several copies one alone may grow.
template <class T>
class ChunkedArray {
public:
    std::size_t size() const { return m_size; }

    const T& operator[](std::size_t i) const { return (*m_chunks[i / ChunkSize])[i % ChunkSize]; }

    const T& back() const { return (*this)[m_size - 1]; }

    void push(const T& value) {
        if (m_size % ChunkSize == 0 && m_size / ChunkSize == m_chunks.size())
            m_chunks.push_back(std::make_shared<Chunk>());
        (*m_chunks[m_size / ChunkSize])[m_size % ChunkSize] = value;
        ++m_size;
    }

    /// Leaves the chunks to the copies that there are.
    void clear() {
        m_chunks.clear();
        m_size = 0;
    }

private:
    static constexpr std::size_t ChunkSize = 2048;
    using Chunk = std::array<T, ChunkSize>;

    std::vector<std::shared_ptr<Chunk>> m_chunks;
    std::size_t m_size = 0;
};

} // namespace concertina
