// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/zip_archive.h"

#include "core/values/text.h"

#include <zip.h>

#include <algorithm>

namespace concertina {

namespace {

constexpr std::uint64_t mostInflation = 16; // weights hardly shrink
constexpr std::uint64_t pieceOfEntry = 1U << 24U;

Problem damagedZip(const std::string& path, std::string found) {
    return {"zip.damaged", path, std::move(found), "a whole zip archive",
            "the file is damaged or cut short"};
}

/// Closes what libzip opened.
struct EntryCloser {
    void operator()(zip_file_t* file) const { zip_fclose(file); }
};

} // namespace

struct ZipArchive::Handle {
    zip_t* zip = nullptr;

    explicit Handle(zip_t* opened) : zip(opened) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    ~Handle() { zip_discard(zip); }
};

ZipArchive::ZipArchive(std::string path, std::unique_ptr<Handle> handle)
    : m_path(std::move(path)), m_handle(std::move(handle)) {}

ZipArchive::ZipArchive(ZipArchive&&) noexcept = default;

ZipArchive::~ZipArchive() = default;

Expected<ZipArchive> ZipArchive::open(const std::filesystem::path& path) {
    std::error_code sizeError;
    const std::uint64_t size = std::filesystem::file_size(path, sizeError);
    if (sizeError)
        return failure({"file.read", path.string(), sizeError.message(), "a file", ""});
    int code = 0;
    zip_t* zip = zip_open(path.c_str(), ZIP_RDONLY, &code);
    if (zip == nullptr) {
        zip_error_t error;
        zip_error_init_with_code(&error, code);
        Problem problem = damagedZip(path.string(), zip_error_strerror(&error));
        zip_error_fini(&error);
        return failure(std::move(problem));
    }
    ZipArchive archive(path.string(), std::make_unique<Handle>(zip));
    if (auto problem = archive.list(size))
        return failure(std::move(*problem));
    return archive;
}

/// Two entries may not say that the same bytes are theirs: together they are no more than the file.
std::optional<Problem> ZipArchive::list(std::uint64_t fileSize) {
    const auto bomb = [this, fileSize](const std::string& found) {
        return Problem{"zip.bomb", m_path, found,
                       "no more than a file of " + bytesText(static_cast<double>(fileSize))
                           + " can hold",
                       "the file is damaged, or made to fill the memory"};
    };
    const zip_int64_t count = zip_get_num_entries(m_handle->zip, 0);
    std::uint64_t packed = 0, inflated = 0;
    for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(std::max<zip_int64_t>(count, 0)); ++i) {
        zip_stat_t stat;
        zip_stat_init(&stat);
        constexpr zip_uint64_t needed =
            ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD;
        if (zip_stat_index(m_handle->zip, i, ZIP_FL_ENC_RAW, &stat) != 0
            || (stat.valid & needed) != needed)
            return damagedZip(m_path, "an entry without a name or a size");
        const std::string name = stat.name;
        const std::string shown = "entry " + shortened(validUtf8(name), 120);
        const bool stored = stat.comp_method == ZIP_CM_STORE;
        const bool encrypted =
            (stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE;
        if (encrypted || (!stored && stat.comp_method != ZIP_CM_DEFLATE))
            return Problem{"zip.method", m_path,
                           shown + (encrypted ? ", encrypted" : ", compressed in another way"),
                           "entries that are stored or deflated", "pack the archive anew"};
        if (stat.comp_size > fileSize - packed || (stored && stat.size != stat.comp_size))
            return bomb(shown + " of " + bytesText(static_cast<double>(stat.size)));
        packed += stat.comp_size;
        if (!stored && stat.size > fileSize * mostInflation - inflated)
            return bomb(shown + ", which inflates to " + bytesText(static_cast<double>(stat.size)));
        inflated += stored ? 0 : stat.size;
        if (name.ends_with('/'))
            continue;
        if (!m_entries.try_emplace(name, Entry{i, stat.size}).second)
            return damagedZip(m_path, shown + " twice");
    }
    return std::nullopt;
}

std::optional<ZipArchive::Entry> ZipArchive::find(const std::string& name) const {
    const auto found = m_entries.find(name);
    return found == m_entries.end() ? std::nullopt : std::optional(found->second);
}

Expected<void> ZipArchive::read(const Entry& entry, std::span<std::byte> to) const {
    const std::unique_ptr<zip_file_t, EntryCloser> file(
        zip_fopen_index(m_handle->zip, entry.index, 0));
    const auto refused = [&](const std::string& what) {
        const char* name = zip_get_name(m_handle->zip, entry.index, ZIP_FL_ENC_RAW);
        return failure(damagedZip(m_path, "entry " + shortened(validUtf8(name ? name : ""), 120)
                                              + ", " + what));
    };
    if (!file)
        return refused(zip_strerror(m_handle->zip));
    while (!to.empty()) {
        const zip_int64_t count =
            zip_fread(file.get(), to.data(), std::min<std::uint64_t>(to.size(), pieceOfEntry));
        if (count <= 0)
            return refused(count < 0 ? zip_file_strerror(file.get()) : "which ends early");
        to = to.subspan(static_cast<std::size_t>(count));
    }
    // Its CRC is compared where its end is read.
    std::byte beyond{};
    const zip_int64_t count = zip_fread(file.get(), &beyond, 1);
    if (count != 0)
        return refused(count < 0 ? zip_file_strerror(file.get()) : "which goes on");
    return {};
}

} // namespace concertina
