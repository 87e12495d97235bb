// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/state_dict.h"

#include "core/tensor/pickled_tensors.h"
#include "core/tensor/torch.h"
#include "core/tensor/zip_archive.h"
#include "core/values/text.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstddef>
#include <fstream>
#include <set>
#include <span>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

namespace concertina {

namespace {

constexpr std::uint64_t largestPickle = std::uint64_t{1} << 28U;
constexpr int newestArchive = 10; // `kMaxSupportedFileFormatVersion` of PyTorch up to 2.x

std::span<std::byte> bytesWithin(torch::Tensor& values) {
    return {static_cast<std::byte*>(values.data_ptr()), values.nbytes()};
}

/// Room for a storage's bytes; those of bool are numbers until it is settled.
torch::Tensor roomFor(const PickledStorage& storage) {
    const bool isBool = storage.type == torch::kBool;
    return torch::empty({static_cast<std::int64_t>(storage.count)},
                        isBool ? torch::kUInt8 : storage.type);
}

/// A bool of LibTorch is 0 or 1; a file may have any byte.
torch::Tensor settled(torch::Tensor values, const PickledStorage& storage) {
    return storage.type == torch::kBool ? values.ne(0) : std::move(values);
}

void turnBytes(std::span<std::byte> bytes, std::size_t width) {
    for (std::size_t at = 0; width > 1 && at + width <= bytes.size(); at += width)
        std::ranges::reverse(bytes.subspan(at, width));
}

std::set<std::string> neededStorages(const PickledStateDict& dict) {
    std::set<std::string> keys;
    for (const auto& [name, tensor] : dict.tensors)
        keys.insert(tensor.storage);
    return keys;
}

NamedTensors tensorsOf(const PickledStateDict& dict, const NamedTensors& storages) {
    NamedTensors tensors;
    for (const auto& [name, tensor] : dict.tensors) {
        const torch::Tensor& storage = storages.at(tensor.storage);
        const bool empty = std::ranges::count(tensor.sizes, 0) > 0;
        tensors[name] = empty ? torch::empty(tensor.sizes, storage.scalar_type())
                              : storage.as_strided(tensor.sizes, tensor.strides, tensor.offset);
    }
    return tensors;
}

/// The archive of one `torch.save`: all of its entries stand in one folder.
class SavedArchive {
public:
    SavedArchive(ZipArchive archive, std::string path)
        : m_archive(std::move(archive)), m_path(std::move(path)) {}

    Expected<NamedTensors> read() {
        if (auto problem = findFolder())
            return failure(std::move(*problem));
        if (auto problem = checkVersion())
            return failure(std::move(*problem));
        const auto byteOrder = text("byteorder", 16);
        if (!byteOrder)
            return failure(byteOrder.error());
        if (!byteOrder->empty() && *byteOrder != "little" && *byteOrder != "big")
            return failure(
                refused("the byte order \"" + shortened(validUtf8(*byteOrder), 16) + "\"",
                        "little or big"));
        const bool isLittle = std::endian::native == std::endian::little;
        const bool turned = !byteOrder->empty() && (*byteOrder == "little") != isLittle;
        auto dict = readDict();
        if (!dict)
            return failure(dict.error());
        NamedTensors storages;
        for (const std::string& key : neededStorages(*dict)) {
            auto values = readStorage(dict->storages.at(key), turned);
            if (!values)
                return failure(values.error());
            storages[key] = std::move(*values);
        }
        return tensorsOf(*dict, storages);
    }

private:
    Problem refused(std::string found, std::string expected) const {
        return {"weights.zip", m_path, std::move(found), std::move(expected),
                "the file is damaged, or was not written by torch.save"};
    }

    /// "archive/" of "archive/data.pkl", beside which nothing else has that name.
    std::optional<Problem> findFolder() {
        constexpr std::string_view wanted = "data.pkl";
        std::vector<std::string> folders;
        for (const auto& [name, entry] : m_archive.entries()) {
            const auto slash = name.find('/');
            const std::string rest = slash == std::string::npos ? name : name.substr(slash + 1);
            if (rest == wanted)
                folders.push_back(name.substr(0, name.size() - wanted.size()));
        }
        if (folders.size() != 1)
            return refused(folders.empty() ? "a zip archive without data.pkl"
                                           : "a zip archive with several data.pkl",
                           "one that torch.save wrote");
        m_folder = folders.front();
        return std::nullopt;
    }

    /// A short entry's text; empty where there is none.
    Expected<std::string> text(const char* name, std::uint64_t longest) const {
        const auto entry = m_archive.find(m_folder + name);
        if (!entry)
            return std::string();
        if (entry->bytes > longest)
            return failure(refused(std::string("the entry ") + name + " of "
                                       + bytesText(static_cast<double>(entry->bytes)),
                                   "at most " + bytesText(static_cast<double>(longest))));
        std::string content(entry->bytes, '\0');
        if (auto read = m_archive.read(*entry, std::as_writable_bytes(std::span(content))); !read)
            return failure(read.error());
        return content;
    }

    std::optional<Problem> checkVersion() const {
        const auto version = text("version", 32);
        if (!version)
            return version.error();
        int number = 0;
        std::from_chars(version->data(), version->data() + version->size(), number);
        if (number > newestArchive)
            return Problem{"weights.zip", m_path, "version " + std::to_string(number),
                           "at most " + std::to_string(newestArchive),
                           "it was written by a newer PyTorch: save it as safetensors"};
        return std::nullopt;
    }

    Expected<PickledStateDict> readDict() const {
        auto content = text("data.pkl", largestPickle);
        if (!content)
            return failure(content.error());
        const std::uint64_t size = content->size();
        std::istringstream stream(std::move(*content));
        const bool isScript = m_archive.find(m_folder + "constants.pkl").has_value();
        const auto pickle = readPickle(stream, size, m_path, [isScript](const std::string& name) {
            return isTensorGlobal(name, isScript);
        });
        return pickle ? findStateDict(*pickle, m_path) : failure(pickle.error());
    }

    Expected<torch::Tensor> readStorage(const PickledStorage& storage, bool turned) const {
        const std::string name = "data/" + shortened(validUtf8(storage.key), 60);
        const auto entry = m_archive.find(m_folder + "data/" + storage.key);
        if (!entry)
            return failure(refused("no entry " + name, "the values of a tensor"));
        if (entry->bytes != storage.bytes())
            return failure(
                refused("the entry " + name + " of " + std::to_string(entry->bytes) + " bytes",
                        std::to_string(storage.bytes()) + ", as data.pkl says"));
        torch::Tensor values = roomFor(storage);
        if (auto read = m_archive.read(*entry, bytesWithin(values)); !read)
            return failure(read.error());
        if (turned)
            turnBytes(bytesWithin(values), c10::elementSize(storage.type));
        return settled(std::move(values), storage);
    }

    ZipArchive m_archive;
    std::string m_path;
    std::string m_folder;
};

/// A file of before 1.6: the pickles of a magic number, a protocol version, facts of the system,
/// the object and the list of storages' keys; then of each storage its count of values (int64) and
/// the values. Both are little endian, whatever the system was.
class SavedStream {
public:
    explicit SavedStream(const std::filesystem::path& path)
        : m_path(path.string()), m_stream(path, std::ios::binary) {
        std::error_code error;
        m_size = std::filesystem::file_size(path, error);
        m_opened = m_stream && !error;
    }

    Expected<NamedTensors> read() {
        if (!m_opened)
            return failure({"file.read", m_path, "no file that can be read", "a file", ""});
        auto magic = next();
        if (!magic)
            return failure(magic.error());
        if (magic->root->text != magicNumber)
            return failure(refused("a pickle that is no file of torch.save", "its magic number"));
        auto version = next();
        if (!version)
            return failure(version.error());
        if (version->root->integer != protocolVersion)
            return failure(refused("version " + std::to_string(version->root->integer),
                                   std::to_string(protocolVersion)));
        if (auto system = next(); !system)
            return failure(system.error());
        const auto object = next();
        if (!object)
            return failure(object.error());
        const auto dict = findStateDict(*object, m_path);
        if (!dict)
            return failure(dict.error());
        const auto keys = next();
        if (!keys)
            return failure(keys.error());
        const auto storages = readStorages(*dict, keys->root->items);
        return storages ? Expected<NamedTensors>(tensorsOf(*dict, *storages))
                        : failure(storages.error());
    }

private:
    static constexpr std::string_view magicNumber{"\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19", 10};
    static constexpr std::int64_t protocolVersion = 1001;

    Problem refused(std::string found, std::string expected) const {
        return {"weights.stream", m_path, std::move(found), std::move(expected),
                "the file is damaged or cut short, or was not written by torch.save"};
    }

    std::uint64_t left() {
        const auto at = static_cast<std::streamoff>(m_stream.tellg());
        return at < 0 ? 0 : m_size - std::min(m_size, static_cast<std::uint64_t>(at));
    }

    Expected<Pickle> next() {
        return readPickle(m_stream, std::min(left(), largestPickle), m_path,
                          [](const std::string& name) { return isTensorGlobal(name, false); });
    }

    std::int64_t readCount() {
        std::array<char, 8> bytes{};
        m_stream.read(bytes.data(), bytes.size());
        std::uint64_t count = 0;
        for (std::size_t i = bytes.size(); i-- > 0;)
            count = count << 8U | static_cast<unsigned char>(bytes[i]);
        return static_cast<std::int64_t>(count);
    }

    Expected<NamedTensors> readStorages(const PickledStateDict& dict,
                                        const std::vector<const PickleValue*>& keys) {
        NamedTensors storages;
        const auto needed = neededStorages(dict);
        for (const PickleValue* key : keys) {
            const std::string shown = "storage " + shortened(validUtf8(key->text), 60);
            const auto known = dict.storages.find(key->text);
            if (known == dict.storages.end())
                return failure(refused(shown + ", which no tensor looks at", "those of tensors"));
            const PickledStorage& storage = known->second;
            const std::int64_t count = readCount();
            if (!m_stream || count < 0 || static_cast<std::uint64_t>(count) != storage.count)
                return failure(
                    refused(shown + " of " + std::to_string(m_stream ? count : 0) + " values",
                            std::to_string(storage.count)));
            if (storage.bytes() > left())
                return failure(refused(shown + " of " + std::to_string(storage.bytes())
                                           + " bytes where " + std::to_string(left()) + " are left",
                                       "all of it"));
            if (!needed.contains(storage.key)) {
                m_stream.seekg(static_cast<std::streamoff>(storage.bytes()), std::ios::cur);
                continue;
            }
            torch::Tensor values = roomFor(storage);
            const auto bytes = bytesWithin(values);
            m_stream.read(reinterpret_cast<char*>(bytes.data()),
                          static_cast<std::streamsize>(bytes.size()));
            if (!m_stream)
                return failure(refused(shown + ", which ends early", "all of it"));
            if (std::endian::native == std::endian::big)
                turnBytes(bytes, c10::elementSize(storage.type));
            storages[storage.key] = settled(std::move(values), storage);
        }
        for (const std::string& key : needed)
            if (!storages.contains(key))
                return failure(refused("no storage " + shortened(validUtf8(key), 60),
                                       "the values of a tensor"));
        return storages;
    }

    std::string m_path;
    std::ifstream m_stream;
    std::uint64_t m_size = 0;
    bool m_opened = false;
};

} // namespace

Expected<NamedTensors> readZippedStateDict(const std::filesystem::path& path) {
    auto archive = ZipArchive::open(path);
    if (!archive)
        return failure(archive.error());
    return SavedArchive(std::move(*archive), path.string()).read();
}

Expected<NamedTensors> readStreamedStateDict(const std::filesystem::path& path) {
    return SavedStream(path).read();
}

} // namespace concertina
