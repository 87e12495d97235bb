// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/large_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace concertina {

std::optional<FileFacts> factsOfFile(const std::filesystem::path& path, std::string name) {
    struct stat state {};
    if (::stat(path.c_str(), &state) != 0 || !S_ISREG(state.st_mode))
        return std::nullopt;
    return FileFacts{std::move(name), static_cast<std::int64_t>(state.st_size),
                     std::int64_t{state.st_mtim.tv_sec} * 1'000'000'000 + state.st_mtim.tv_nsec};
}

void noteContents(FileRecord& record, const std::filesystem::path& path, const std::string& name) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return;
    struct stat state {};
    if (::fstat(file, &state) == 0 && state.st_size > 0) {
        const auto bytes = static_cast<std::size_t>(state.st_size);
        void* mapped = ::mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file, 0);
        if (mapped != MAP_FAILED) {
            record.read(name, {static_cast<const std::byte*>(mapped), bytes});
            ::munmap(mapped, bytes);
        }
    }
    ::close(file);
}

} // namespace concertina
