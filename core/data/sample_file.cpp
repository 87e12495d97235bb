// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/sample_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace concertina {

namespace {

/// What stands before the bytes of a picture or a plane.
struct PlaneHead {
    std::int32_t kind = 0; ///< channels of a picture, the encoding of a plane
    std::int32_t height = 0;
    std::int32_t width = 0;
    std::int32_t more = 0; ///< planes behind the picture
    std::uint64_t bytes = 0;
};

void appendPlane(std::vector<std::uint8_t>& all, const PlaneHead& head,
                 const std::vector<std::uint8_t>& bytes) {
    const auto* begin = reinterpret_cast<const std::uint8_t*>(&head);
    all.insert(all.end(), begin, begin + sizeof head);
    all.insert(all.end(), bytes.begin(), bytes.end());
}

bool readAll(int file, void* into, std::size_t bytes, std::int64_t& at) {
    auto* to = static_cast<char*>(into);
    while (bytes > 0) {
        const ssize_t count = ::pread(file, to, bytes, at);
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        to += count;
        bytes -= static_cast<std::size_t>(count);
        at += count;
    }
    return true;
}

bool writeAll(int file, const std::vector<std::uint8_t>& bytes, std::int64_t at) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t count = ::pwrite(file, bytes.data() + done, bytes.size() - done,
                                       at + static_cast<std::int64_t>(done));
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        done += static_cast<std::size_t>(count);
    }
    return true;
}

} // namespace

Expected<std::shared_ptr<SampleFile>> SampleFile::make(std::int64_t largestBytes) {
    const char* given = std::getenv("TMPDIR");
    const std::string folder = given != nullptr && *given != '\0' ? given : "/var/tmp";
    int file = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (file < 0) { // not every file system has files without a name
        std::string name = folder + "/concertina-samples-XXXXXX";
        file = ::mkostemp(name.data(), O_CLOEXEC);
        if (file >= 0)
            ::unlink(name.c_str());
    }
    if (file < 0)
        return failure({"cache.disk", folder, std::strerror(errno), "a folder for temporary files",
                        "set TMPDIR, or data.disk_cache_mb=0"});
    return std::shared_ptr<SampleFile>(new SampleFile(file, largestBytes));
}

SampleFile::~SampleFile() {
    ::close(m_file);
}

std::optional<std::int64_t> SampleFile::put(const Sample& sample) {
    std::vector<std::uint8_t> all;
    all.reserve(sample.bytes() + (sample.targets.size() + 1) * sizeof(PlaneHead));
    appendPlane(all,
                {sample.image.channels, sample.image.height, sample.image.width,
                 static_cast<std::int32_t>(sample.targets.size()), sample.image.bytes.size()},
                sample.image.bytes);
    for (const TargetPlane& plane : sample.targets)
        appendPlane(all,
                    {static_cast<std::int32_t>(plane.encoding), plane.height, plane.width, 0,
                     plane.bytes.size()},
                    plane.bytes);
    std::int64_t place = 0;
    {
        const std::lock_guard lock(m_mutex);
        const auto bytes = static_cast<std::int64_t>(all.size());
        if (m_end > m_largest - bytes)
            return std::nullopt;
        place = m_end;
        m_end += bytes;
    }
    if (writeAll(m_file, all, place))
        return place;
    const std::lock_guard lock(m_mutex);
    m_largest = 0; // the disk is full: more would not fit either
    return std::nullopt;
}

std::optional<Sample> SampleFile::get(std::int64_t place) const {
    PlaneHead head;
    Sample sample;
    if (!readAll(m_file, &head, sizeof head, place))
        return std::nullopt;
    sample.image = {head.height, head.width, head.kind, std::vector<std::uint8_t>(head.bytes)};
    if (!readAll(m_file, sample.image.bytes.data(), head.bytes, place))
        return std::nullopt;
    for (std::int32_t planes = head.more; planes > 0; --planes) {
        if (!readAll(m_file, &head, sizeof head, place))
            return std::nullopt;
        TargetPlane& plane = sample.targets.emplace_back(
            TargetPlane{static_cast<Encoding>(head.kind), head.height, head.width,
                        std::vector<std::uint8_t>(head.bytes)});
        if (!readAll(m_file, plane.bytes.data(), head.bytes, place))
            return std::nullopt;
    }
    return sample;
}

} // namespace concertina
