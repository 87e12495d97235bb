// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/tensor_file.h"

#include "core/tensor/safetensors_index.h"
#include "core/tensor/sha256.h"
#include "core/tensor/torch.h"
#include "core/values/file_place.h"

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

constexpr std::array<Dtype, 10> dtypes{{{"F64", torch::kFloat64},
                                        {"F32", torch::kFloat32},
                                        {"F16", torch::kFloat16},
                                        {"BF16", torch::kBFloat16},
                                        {"I64", torch::kInt64},
                                        {"I32", torch::kInt32},
                                        {"I16", torch::kInt16},
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
            full ? "Make room; what was there before is untouched." : ""};
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

/// Reads a file from its beginning to its end.
class FileReader {
public:
    explicit FileReader(const std::filesystem::path& path)
        : m_path(path), m_stream(path, std::ios::binary | std::ios::ate) {
        std::error_code error;
        const auto size = m_stream ? static_cast<std::streamoff>(m_stream.tellg()) : -1;
        m_opened = size >= 0 && std::filesystem::is_regular_file(path, error);
        m_size = m_opened ? static_cast<std::uint64_t>(size) : 0;
        m_stream.seekg(0);
    }

    std::uint64_t size() const { return m_size; }
    const std::filesystem::path& path() const { return m_path; }

    /// What went wrong so far.
    std::optional<Problem> problem() const {
        if (!m_opened)
            return Problem{"file.read", m_path.string(), "no file that can be read", "a file", ""};
        if (!m_stream)
            return Problem{"file.read", m_path.string(), "a file that ends early", "all of it", ""};
        return std::nullopt;
    }

    void read(std::span<std::byte> bytes) {
        m_stream.read(reinterpret_cast<char*>(bytes.data()),
                      static_cast<std::streamsize>(bytes.size()));
    }

    /// All bytes before the data, as far as there are any.
    std::vector<std::byte> readHead() {
        std::vector<std::byte> head(std::min<std::uint64_t>(m_size, 8));
        read(head);
        head.resize(safetensorsHeadSize(head, m_size));
        if (head.size() > 8)
            read(std::span(head).subspan(8));
        return head;
    }

    /// Reads the next `size` bytes to where they stay, or passes them by where that is null, and
    /// adds them to a checksum, or to none. Pieces fit a processor's cache, so that summing costs
    /// no memory's time.
    void take(std::byte* to, std::uint64_t size, Sha256* sum) {
        m_passing.resize(to == nullptr ? pieceSize : 0);
        while (size > 0 && m_stream) {
            const std::uint64_t count = std::min(size, pieceSize);
            const std::span piece(to != nullptr ? to : m_passing.data(), count);
            read(piece);
            if (sum != nullptr)
                sum->add(piece);
            to = to != nullptr ? to + count : nullptr;
            size -= count;
        }
    }

private:
    static constexpr std::uint64_t pieceSize = 1U << 18U;

    std::vector<std::byte> m_passing;
    std::filesystem::path m_path;
    std::ifstream m_stream;
    bool m_opened = false;
    std::uint64_t m_size = 0;
};

/// What stands before a file's data.
struct Beginning {
    std::vector<std::byte> head;
    SafetensorsIndex index;
};

Expected<Beginning> readBeginning(FileReader& reader) {
    if (auto problem = reader.problem())
        return failure(std::move(*problem));
    Beginning beginning{.head = reader.readHead()};
    auto index = readSafetensorsIndex(beginning.head, reader.size());
    if (!index) {
        index.error().path = reader.path().string();
        return failure(index.error());
    }
    beginning.index = std::move(*index);
    return beginning;
}

/// Takes the header up into a checksum, with zeros where it stands itself.
std::optional<Problem> addHeader(Sha256& sum, std::span<const std::byte> head,
                                 const SafetensorsIndex& index, const std::string& path) {
    const auto stored = index.metadata.find(std::string(checksumKey));
    if (stored == index.metadata.end() || stored->second.size() != noChecksum.size())
        return Problem{"file.checksum", path, "no checksum", "a file written by Concertina", ""};
    std::string header(reinterpret_cast<const char*>(head.data()), head.size());
    const auto at = header.rfind(stored->second);
    if (at == std::string::npos) // written in another way, with escapes
        return Problem{"file.checksum", path, "a checksum that is not written plainly",
                       "a file written by Concertina", ""};
    header.replace(at, noChecksum.size(), noChecksum);
    sum.add(header);
    return std::nullopt;
}

/// In the order of the data, each read to where it stays: a checkpoint is held once.
std::map<std::string, torch::Tensor>
takeTensors(FileReader& reader, const SafetensorsIndex& index,
            const std::function<bool(const std::string& name)>& wanted, Sha256* sum) {
    std::map<std::string, torch::Tensor> tensors;
    std::vector<std::pair<std::string, TensorEntry>> entries(index.tensors.begin(),
                                                             index.tensors.end());
    std::ranges::sort(entries, {}, [](const auto& entry) {
        return std::pair(entry.second.begin, entry.second.end);
    });
    for (const auto& [name, entry] : entries) {
        if (wanted && !wanted(name)) {
            reader.take(nullptr, entry.end - entry.begin, sum);
            continue;
        }
        const torch::ScalarType type = std::ranges::find(dtypes, entry.dtype, &Dtype::name)->type;
        // A bool of LibTorch is 0 or 1; a file may have any byte.
        const bool isBool = type == torch::kBool;
        torch::Tensor tensor = torch::empty(entry.shape, isBool ? torch::kUInt8 : type);
        if (tensor.nbytes() > 0)
            reader.take(static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes(), sum);
        tensors[name] = isBool ? tensor.ne(0) : std::move(tensor);
    }
    return tensors;
}

} // namespace

Expected<void> writeFileAtomically(const std::filesystem::path& named,
                                   std::span<const std::string_view> pieces) {
    const auto place = placeToWrite(named);
    if (!place)
        return failure(place.error());
    const std::filesystem::path& path = *place;
    // A name that only this program gives, as what stands there is overwritten; a link or a pipe of
    // that name is not.
    const std::filesystem::path part = path.string() + ".concertina-part";
    const int file = ::open(
        part.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
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

Expected<std::string> tensorFileSum(const std::filesystem::path& path) {
    FileReader reader(path);
    auto beginning = readBeginning(reader);
    if (!beginning)
        return failure(beginning.error());
    const std::string sum = beginning->index.metadata[std::string(checksumKey)];
    if (sum.size() != noChecksum.size())
        return failure(
            {"file.checksum", path.string(), "no checksum", "a file written by Concertina", ""});
    return sum;
}

Expected<TensorFile>
readTensorFile(const std::filesystem::path& path,
               const std::function<bool(const std::string& name)>& wanted) {
    FileReader reader(path);
    auto beginning = readBeginning(reader);
    if (!beginning)
        return failure(beginning.error());
    auto& [head, index] = *beginning;
    Sha256 sum;
    if (auto problem = addHeader(sum, head, index, path.string()))
        return failure(std::move(*problem));
    TensorFile file;
    file.header = parseJson(index.metadata[std::string(headerKey)]);
    file.tensors = takeTensors(reader, index, wanted, &sum);
    if (auto problem = reader.problem())
        return failure(std::move(*problem));
    const std::string& stored = index.metadata[std::string(checksumKey)];
    if (const std::string found = sum.finish(); found != stored)
        return failure({"file.checksum", path.string(), "checksum " + found.substr(0, 12) + "…",
                        stored.substr(0, 12) + "…",
                        "bytes of the file have changed since it was written"});
    return file;
}

Expected<std::map<std::string, torch::Tensor>> readTensors(const std::filesystem::path& path) {
    FileReader reader(path);
    const auto beginning = readBeginning(reader);
    if (!beginning)
        return failure(beginning.error());
    auto tensors = takeTensors(reader, beginning->index, {}, nullptr);
    if (auto problem = reader.problem())
        return failure(std::move(*problem));
    return tensors;
}

} // namespace concertina
