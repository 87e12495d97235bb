// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/safetensors_index.h"

#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <utility>

namespace concertina {

namespace {

constexpr std::string_view metadataKey = "__metadata__";
constexpr std::uint64_t largestHeader = 100'000'000; // the format's own limit

constexpr std::array<std::pair<std::string_view, std::size_t>, 10> dtypeSizes{{{"F64", 8},
                                                                               {"F32", 4},
                                                                               {"F16", 2},
                                                                               {"BF16", 2},
                                                                               {"I64", 8},
                                                                               {"I32", 4},
                                                                               {"I16", 2},
                                                                               {"I8", 1},
                                                                               {"U8", 1},
                                                                               {"BOOL", 1}}};

/// Of a file's first eight bytes.
std::uint64_t headerLength(std::span<const std::byte> file) {
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < 8; ++i)
        length |= std::to_integer<std::uint64_t>(file[i]) << (8 * i);
    return length;
}

Unexpected broken(std::string found, std::string expected) {
    return failure(
        {"safetensors.header", "", std::move(found), std::move(expected), "the file is damaged"});
}

Unexpected brokenTensor(const std::string& name, const std::string& what) {
    return failure({"safetensors.tensor", "", "tensor \"" + shortened(name, 120) + "\" " + what,
                    "type, shape and offsets that fit each other", "the file is damaged"});
}

/// Bytes of a tensor by its type and shape; none where that is more than any file holds. An extent
/// of 0 does not hide the others: strides are products of them.
std::optional<std::uint64_t> sizeOf(const TensorEntry& entry) {
    constexpr std::uint64_t most = std::uint64_t{1} << 60U;
    std::uint64_t size = dtypeSize(entry.dtype);
    bool empty = false;
    for (const std::int64_t extent : entry.shape) {
        const auto count = static_cast<std::uint64_t>(std::max<std::int64_t>(extent, 1));
        if (size > most / count)
            return std::nullopt;
        size *= count;
        empty = empty || extent == 0;
    }
    return empty ? 0 : size;
}

Expected<TensorEntry> readEntry(const std::string& name, const Json& json) {
    TensorEntry entry;
    if (!json.is_object() || !json.contains("dtype") || !json["dtype"].is_string()
        || !json.contains("shape") || !json["shape"].is_array() || !json.contains("data_offsets")
        || !json["data_offsets"].is_array() || json["data_offsets"].size() != 2)
        return brokenTensor(name, "without type, shape or offsets");
    entry.dtype = json["dtype"].get<std::string>();
    if (dtypeSize(entry.dtype) == 0)
        return failure({"safetensors.type", "",
                        "tensor \"" + shortened(name, 120) + "\" of type "
                            + shortened(validUtf8(entry.dtype), 20),
                        "F64, F32, F16, BF16, I64, I32, I16, I8, U8 or BOOL",
                        "write it anew with one of these types"});
    for (const Json& extent : json["shape"]) {
        if (!extent.is_number_unsigned() || extent > std::uint64_t{1} << 40U)
            return brokenTensor(name, "with an impossible shape");
        entry.shape.push_back(extent.get<std::int64_t>());
    }
    const Json& offsets = json["data_offsets"];
    if (!offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned())
        return brokenTensor(name, "with impossible offsets");
    entry.begin = offsets[0].get<std::uint64_t>();
    entry.end = offsets[1].get<std::uint64_t>();
    const auto size = sizeOf(entry);
    if (!size || entry.end < entry.begin || entry.end - entry.begin != *size)
        return brokenTensor(name, "whose offsets do not fit its shape");
    return entry;
}

/// Tensors must cover the data without gaps and without overlap.
std::optional<Problem> checkContiguous(const SafetensorsIndex& index, std::uint64_t dataSize) {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ranges;
    for (const auto& [name, entry] : index.tensors)
        ranges.emplace_back(entry.begin, entry.end);
    std::ranges::sort(ranges);
    std::uint64_t at = 0;
    for (const auto& [begin, end] : ranges) {
        if (begin != at)
            return broken("tensors that overlap or leave gaps", "contiguous data").value();
        at = end;
    }
    if (at != dataSize)
        return Problem{"safetensors.truncated", "", std::to_string(dataSize) + " bytes of data",
                       std::to_string(at) + " bytes", "the file is cut short or has a tail"};
    return std::nullopt;
}

} // namespace

std::size_t dtypeSize(const std::string& dtype) {
    const auto found =
        std::ranges::find(dtypeSizes, dtype, [](const auto& pair) { return pair.first; });
    return found == dtypeSizes.end() ? 0 : found->second;
}

std::uint64_t safetensorsHeadSize(std::span<const std::byte> eight, std::uint64_t fileSize) {
    if (eight.size() < 8)
        return eight.size();
    const std::uint64_t length = headerLength(eight);
    return length > largestHeader || length > fileSize - 8 ? 8 : 8 + length;
}

Expected<SafetensorsIndex> readSafetensorsIndex(std::span<const std::byte> file) {
    return readSafetensorsIndex(file, file.size());
}

Expected<SafetensorsIndex> readSafetensorsIndex(std::span<const std::byte> head,
                                                std::uint64_t fileSize) {
    if (head.size() < 8)
        return failure({"safetensors.truncated", "", std::to_string(fileSize) + " bytes",
                        "a safetensors file", "the file is cut short or of another kind"});
    const std::uint64_t length = headerLength(head);
    if (length > largestHeader || length > fileSize - 8 || length > head.size() - 8)
        return failure({"safetensors.truncated", "",
                        "a header of " + std::to_string(length) + " bytes in a file of "
                            + std::to_string(fileSize),
                        "a safetensors file", "the file is cut short or of another kind"});
    const auto* text = reinterpret_cast<const char*>(head.data() + 8);
    const Json header = parseJson({text, static_cast<std::size_t>(length)});
    if (!header.is_object())
        return broken("a header that is not JSON", "a safetensors header");
    SafetensorsIndex index{.dataStart = 8 + length};
    for (const auto& item : header.items()) {
        if (item.key() == metadataKey) {
            if (!item.value().is_object())
                return broken("metadata that is no object", "texts by name");
            for (const auto& entry : item.value().items()) {
                if (!entry.value().is_string())
                    return broken("metadata that is no text", "texts by name");
                index.metadata[entry.key()] = entry.value().get<std::string>();
            }
            continue;
        }
        auto entry = readEntry(item.key(), item.value());
        if (!entry)
            return failure(entry.error());
        index.tensors[item.key()] = std::move(*entry);
    }
    if (auto problem = checkContiguous(index, fileSize - index.dataStart))
        return failure(std::move(*problem));
    return index;
}

std::string safetensorsHeader(const SafetensorsIndex& index) {
    Json header = Json::object();
    if (!index.metadata.empty())
        header[std::string(metadataKey)] = index.metadata;
    for (const auto& [name, entry] : index.tensors)
        header[name] = {{"dtype", entry.dtype},
                        {"shape", entry.shape},
                        {"data_offsets", {entry.begin, entry.end}}};
    std::string text = jsonText(header);
    text.append((8 - text.size() % 8) % 8, ' ');
    std::string bytes(8, '\0');
    for (std::size_t i = 0; i < 8; ++i)
        bytes[i] = static_cast<char>(text.size() >> (8 * i) & 0xFFU);
    return bytes + text;
}

} // namespace concertina
