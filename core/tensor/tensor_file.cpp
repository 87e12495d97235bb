// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/tensor_file.h"

#include "core/tensor/safetensors_index.h"
#include "core/tensor/sha256.h"
#include "core/tensor/torch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

namespace concertina {

namespace {

constexpr std::string_view headerKey = "concertina";
constexpr std::string_view checksumKey = "sha256";
const std::string noChecksum(64, '0');

struct Dtype {
    std::string_view name;
    torch::ScalarType type;
};

constexpr std::array<Dtype, 9> dtypes{{{"F64", torch::kFloat64},
                                       {"F32", torch::kFloat32},
                                       {"F16", torch::kFloat16},
                                       {"BF16", torch::kBFloat16},
                                       {"I64", torch::kInt64},
                                       {"I32", torch::kInt32},
                                       {"I8", torch::kInt8},
                                       {"U8", torch::kUInt8},
                                       {"BOOL", torch::kBool}}};

std::string dtypeName(torch::ScalarType type) {
    const auto found = std::ranges::find(dtypes, type, &Dtype::type);
    TORCH_CHECK(found != dtypes.end(), "a tensor of a type that files do not hold");
    return std::string(found->name);
}

Problem systemProblem(const std::filesystem::path& path, int error) {
    const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    return {full ? "disk.full" : "file.write", path.string(), std::strerror(error),
            full ? "room on the disk" : "a file that can be written",
            full ? "make room; what was there before is untouched" : ""};
}

/// Writes all of it or says why not.
std::optional<Problem> writeAll(int file, std::string_view bytes, const std::filesystem::path& path) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return systemProblem(path, errno);
        bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return std::nullopt;
}

void flushFolder(const std::filesystem::path& folder) {
    const int handle = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (handle >= 0) {
        ::fsync(handle);
        ::close(handle);
    }
}

std::string_view bytesOf(const torch::Tensor& tensor) {
    return {static_cast<const char*>(tensor.data_ptr()), tensor.nbytes()};
}

/// Puts the checksum where the zeros stand in a header.
void setChecksum(std::string& header, const std::string& checksum) {
    constexpr std::string_view key = R"("sha256":")";
    const auto at = header.rfind(std::string(key) + noChecksum);
    TORCH_CHECK(at != std::string::npos, "a header without its checksum's place");
    header.replace(at + key.size(), checksum.size(), checksum);
}

Expected<std::vector<std::byte>> readBytes(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary | std::ios::ate);
    const auto size = stream ? static_cast<std::streamoff>(stream.tellg()) : -1;
    std::error_code error;
    if (size < 0 || !std::filesystem::is_regular_file(path, error))
        return failure({"file.read", path.string(), "no file that can be read", "a file", ""});
    std::vector<std::byte> bytes(static_cast<std::size_t>(size));
    stream.seekg(0);
    stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(size));
    if (!stream)
        return failure({"file.read", path.string(), "a file that ends early", "all of it", ""});
    return bytes;
}

std::optional<Problem> verifyChecksum(std::span<const std::byte> bytes,
                                      const SafetensorsIndex& index, const std::string& path) {
    const auto stored = index.metadata.find(std::string(checksumKey));
    if (stored == index.metadata.end() || stored->second.size() != noChecksum.size())
        return Problem{"file.checksum", path, "no checksum", "a file written by Concertina", ""};
    std::string header(reinterpret_cast<const char*>(bytes.data()),
                       static_cast<std::size_t>(index.dataStart));
    const auto at = header.rfind(stored->second);
    if (at == std::string::npos) // written in another way, with escapes
        return Problem{"file.checksum", path, "a checksum that is not written plainly",
                       "a file written by Concertina", ""};
    header.replace(at, noChecksum.size(), noChecksum);
    Sha256 sum;
    sum.add(header);
    sum.add(bytes.subspan(header.size()));
    if (const std::string found = sum.finish(); found != stored->second)
        return Problem{"file.checksum", path, "checksum " + found.substr(0, 12) + "…",
                       stored->second.substr(0, 12) + "…",
                       "bytes of the file have changed since it was written"};
    return std::nullopt;
}

} // namespace

Expected<void> writeFileAtomically(const std::filesystem::path& path,
                                   std::span<const std::string_view> pieces) {
    const std::filesystem::path part = path.string() + ".part";
    const int file = ::open(part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (file < 0)
        return failure(systemProblem(path, errno));
    std::optional<Problem> problem;
    for (const std::string_view piece : pieces)
        if (!problem)
            problem = writeAll(file, piece, path);
    if (!problem && ::fsync(file) != 0)
        problem = systemProblem(path, errno);
    if (::close(file) != 0 && !problem)
        problem = systemProblem(path, errno);
    if (!problem && ::rename(part.c_str(), path.c_str()) != 0)
        problem = systemProblem(path, errno);
    if (problem) {
        ::unlink(part.c_str());
        return failure(std::move(*problem));
    }
    flushFolder(path.has_parent_path() ? path.parent_path() : std::filesystem::path("."));
    return {};
}

Expected<WrittenFile> writeTensorFile(const std::filesystem::path& path, const TensorFile& file) {
    // Wide types first, so that every tensor is aligned to its own type; names otherwise.
    std::vector<std::pair<std::string, torch::Tensor>> ordered;
    for (const auto& [name, tensor] : file.tensors)
        ordered.emplace_back(name, tensor.detach().cpu().contiguous());
    std::ranges::stable_sort(ordered, std::ranges::greater(), [](const auto& entry) {
        return entry.second.element_size();
    });
    SafetensorsIndex index;
    index.metadata = {{std::string(headerKey), jsonText(file.header)},
                      {std::string(checksumKey), noChecksum}};
    std::uint64_t at = 0;
    for (const auto& [name, tensor] : ordered) {
        const std::uint64_t end = at + tensor.nbytes();
        index.tensors[name] = {dtypeName(tensor.scalar_type()), tensor.sizes().vec(), at, end};
        at = end;
    }
    std::string header = safetensorsHeader(index);
    std::vector<std::string_view> pieces{header};
    for (const auto& [name, tensor] : ordered)
        pieces.push_back(bytesOf(tensor));
    Sha256 sum;
    for (const std::string_view piece : pieces)
        sum.add(piece);
    const std::string checksum = sum.finish();
    setChecksum(header, checksum);
    if (auto written = writeFileAtomically(path, pieces); !written)
        return failure(written.error());
    return WrittenFile{static_cast<std::int64_t>(header.size() + at), checksum};
}

Expected<TensorFile> readTensorFile(const std::filesystem::path& path) {
    const auto bytes = readBytes(path);
    if (!bytes)
        return failure(bytes.error());
    auto index = readSafetensorsIndex(*bytes);
    if (!index) {
        index.error().path = path.string();
        return failure(index.error());
    }
    if (auto problem = verifyChecksum(*bytes, *index, path.string()))
        return failure(std::move(*problem));
    TensorFile file;
    file.header = parseJson(index->metadata[std::string(headerKey)]);
    for (const auto& [name, entry] : index->tensors) {
        const auto dtype = std::ranges::find(dtypes, entry.dtype, &Dtype::name);
        torch::Tensor tensor = torch::empty(entry.shape, dtype->type);
        if (tensor.nbytes() > 0)
            std::memcpy(tensor.data_ptr(), bytes->data() + index->dataStart + entry.begin,
                        tensor.nbytes());
        file.tensors[name] = std::move(tensor);
    }
    return file;
}

} // namespace concertina
