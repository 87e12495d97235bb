// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/npy.h"

#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

namespace concertina {

namespace {

static_assert(std::endian::native == std::endian::little,
              "values are read as they lie in the file");

constexpr std::string_view npyMagic = "\x93NUMPY";
constexpr std::size_t mostExtents = 32; ///< as NumPy has it

struct NpyTypeName {
    std::string_view code;
    NpyType type;
    std::string_view name;
};

constexpr std::array<NpyTypeName, 12> npyTypes{{
    {"b1", NpyType::Bool, "bool"},
    {"i1", NpyType::Int8, "int8"},
    {"u1", NpyType::UInt8, "uint8"},
    {"i2", NpyType::Int16, "int16"},
    {"u2", NpyType::UInt16, "uint16"},
    {"i4", NpyType::Int32, "int32"},
    {"u4", NpyType::UInt32, "uint32"},
    {"i8", NpyType::Int64, "int64"},
    {"u8", NpyType::UInt64, "uint64"},
    {"f2", NpyType::Float16, "float16"},
    {"f4", NpyType::Float32, "float32"},
    {"f8", NpyType::Float64, "float64"},
}};

Problem badHeader(std::string found) {
    return {"npy.header", "", std::move(found),
            "a header of NumPy's: {'descr': …, 'fortran_order': …, 'shape': …}",
            "the file may be damaged, or of another kind"};
}

/// Reads a header: a literal of Python with three keys and values of fixed kinds.
class NpyHeaderReader {
public:
    explicit NpyHeaderReader(std::string_view text) : m_text(text) {}

    std::string descr;
    std::optional<bool> columnsFirst;
    std::optional<std::vector<std::int64_t>> shape;

    std::optional<Problem> read() {
        if (!take('{'))
            return badHeader("no {");
        while (!take('}')) {
            const auto key = quoted();
            if (!key || !take(':'))
                return badHeader("\"" + shortened(validUtf8(m_text), 40) + "\" for a key");
            if (auto problem = value(*key))
                return problem;
            if (!take(',') && !peek('}'))
                return badHeader("\"" + shortened(validUtf8(m_text), 40) + "\" behind " + *key);
        }
        skipSpace();
        if (!m_text.empty())
            return badHeader("more behind the }");
        if (descr.empty() || !columnsFirst || !shape)
            return badHeader("a key that is missing");
        return std::nullopt;
    }

private:
    std::optional<Problem> value(const std::string& key) {
        if (key == "descr") {
            if (peek('[') || peek('('))
                return Problem{"npy.type", "", "records of several fields", "an array of numbers",
                               "save one of its fields: np.save(name, a['field'])"};
            const auto text = quoted();
            if (!text || text->empty())
                return badHeader("no type for 'descr'");
            descr = *text;
            return std::nullopt;
        }
        if (key == "fortran_order") {
            if (takeWord("True"))
                columnsFirst = true;
            else if (takeWord("False"))
                columnsFirst = false;
            else
                return badHeader("neither True nor False for 'fortran_order'");
            return std::nullopt;
        }
        if (key != "shape")
            return badHeader("an unknown key '" + shortened(validUtf8(key), 40) + "'");
        shape = extents();
        return shape ? std::nullopt : std::optional(badHeader("no list of extents for 'shape'"));
    }

    std::optional<std::vector<std::int64_t>> extents() {
        if (!take('('))
            return std::nullopt;
        std::vector<std::int64_t> list;
        while (!take(')')) {
            const auto extent = whole();
            if (!extent || list.size() == mostExtents || (!take(',') && !peek(')')))
                return std::nullopt;
            list.push_back(*extent);
        }
        return list;
    }

    std::optional<std::int64_t> whole() {
        skipSpace();
        std::size_t digits = 0;
        std::int64_t number = 0;
        while (digits < m_text.size() && m_text[digits] >= '0' && m_text[digits] <= '9') {
            if (digits == 15) // beyond any file
                return std::nullopt;
            number = number * 10 + (m_text[digits++] - '0');
        }
        m_text.remove_prefix(digits);
        if (digits > 0 && m_text.starts_with('L')) // Python 2 wrote its long numbers so
            m_text.remove_prefix(1);
        return digits > 0 ? std::optional(number) : std::nullopt;
    }

    std::optional<std::string> quoted() {
        skipSpace();
        if (m_text.empty() || (m_text.front() != '\'' && m_text.front() != '"'))
            return std::nullopt;
        const auto end = m_text.find(m_text.front(), 1);
        if (end == std::string_view::npos)
            return std::nullopt;
        std::string text(m_text.substr(1, end - 1));
        m_text.remove_prefix(end + 1);
        return text;
    }

    void skipSpace() {
        while (!m_text.empty() && (m_text.front() == ' ' || m_text.front() == '\n'))
            m_text.remove_prefix(1);
    }

    bool peek(char wanted) {
        skipSpace();
        return m_text.starts_with(wanted);
    }

    bool take(char wanted) {
        const bool there = peek(wanted);
        m_text.remove_prefix(there ? 1 : 0);
        return there;
    }

    bool takeWord(std::string_view word) {
        skipSpace();
        const bool there = m_text.starts_with(word);
        m_text.remove_prefix(there ? word.size() : 0);
        return there;
    }

    std::string_view m_text;
};

Expected<NpyType> typeOf(const std::string& descr) {
    const std::string shown = "values of type \"" + shortened(validUtf8(descr), 20) + "\"";
    const char order = descr.front();
    const bool stated = order == '<' || order == '>' || order == '|' || order == '=';
    const std::string_view code = std::string_view(descr).substr(stated ? 1 : 0);
    if (code.starts_with('O'))
        return failure({"npy.type", "", "objects of Python (\"" + descr + "\")",
                        "an array of numbers",
                        "what is in such a file would be code: np.save(name, np.stack(list(a)))"});
    const auto known = std::ranges::find(npyTypes, code, &NpyTypeName::code);
    if (known == npyTypes.end())
        return failure({"npy.type", "", shown, "bool, integers, float16, float32 or float64",
                        "np.save(name, a.astype('float32'))"});
    if (order == '>' && bytesOf(known->type) > 1)
        return failure({"npy.type", "", "big-endian values (\"" + descr + "\")",
                        "little-endian values",
                        "np.save(name, a.astype('<" + std::string(code) + "'))"});
    return known->type;
}

float halfToFloat(std::uint16_t half) { // IEEE 754 binary16
    const int exponent = half >> 10 & 0x1F;
    const int fraction = half & 0x3FF;
    const float sign = (half & 0x8000) != 0 ? -1.0F : 1.0F;
    if (exponent == 31)
        return fraction != 0 ? std::numeric_limits<float>::quiet_NaN()
                             : sign * std::numeric_limits<float>::infinity();
    if (exponent == 0)
        return sign * std::ldexp(static_cast<float>(fraction), -24);
    return sign * std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
}

template <class Stored>
float npyValue(const std::byte* at) {
    Stored stored{};
    std::memcpy(&stored, at, sizeof stored);
    return static_cast<float>(stored);
}

/// Goes over an array in C's order and says where each value lies.
class NpyWalk {
public:
    NpyWalk(const NpyArray& array, std::int64_t first)
        : m_shape(array.shape), m_index(array.shape.size()), m_stride(array.shape.size()) {
        std::int64_t stride = 1;
        for (std::size_t i = 0; i < m_shape.size(); ++i) {
            const std::size_t axis = array.columnsFirst ? i : m_shape.size() - 1 - i;
            m_stride[axis] = stride;
            stride *= m_shape[axis];
        }
        for (std::size_t i = m_shape.size(); i-- > 0;) {
            m_index[i] = first % m_shape[i];
            first /= m_shape[i];
            m_at += m_index[i] * m_stride[i];
        }
    }

    std::int64_t at() const { return m_at; }

    void advance() {
        for (std::size_t i = m_shape.size(); i-- > 0;) {
            m_at += m_stride[i];
            if (++m_index[i] < m_shape[i])
                return;
            m_at -= m_index[i] * m_stride[i];
            m_index[i] = 0;
        }
    }

private:
    const std::vector<std::int64_t>& m_shape;
    std::vector<std::int64_t> m_index, m_stride;
    std::int64_t m_at = 0;
};

template <class Convert>
std::vector<float> converted(const NpyArray& array, std::int64_t first, std::int64_t count,
                             Convert convert) {
    const std::size_t width = bytesOf(array.type);
    std::vector<float> values(static_cast<std::size_t>(count));
    if (values.empty())
        return values;
    if (!array.columnsFirst || array.shape.size() < 2) {
        const std::byte* at = array.data.data() + static_cast<std::size_t>(first) * width;
        for (float& value : values) {
            value = convert(at);
            at += width;
        }
        return values;
    }
    NpyWalk walk(array, first);
    for (float& value : values) {
        value = convert(array.data.data() + static_cast<std::size_t>(walk.at()) * width);
        walk.advance();
    }
    return values;
}

} // namespace

std::int64_t NpyArray::size() const {
    std::int64_t product = 1;
    for (const std::int64_t extent : shape)
        product *= extent;
    return product;
}

bool isNpy(std::span<const std::byte> file) {
    return file.size() >= npyMagic.size()
           && std::memcmp(file.data(), npyMagic.data(), npyMagic.size()) == 0;
}

Expected<NpyArray> readNpy(std::span<const std::byte> file) {
    if (!isNpy(file))
        return failure({"npy.header", "", "a file that does not begin as NumPy's do",
                        "an array that np.save wrote", ""});
    const auto byteAt = [&](std::size_t at) {
        return at < file.size() ? std::to_integer<std::size_t>(file[at]) : 0U;
    };
    const std::size_t version = byteAt(6);
    if (file.size() < 12 || version < 1 || version > 3)
        return failure(
            file.size() < 12
                ? Problem{"npy.truncated", "", "a file that ends in its header", "a whole file", ""}
                : Problem{"npy.version", "", "version " + std::to_string(version),
                          "version 1, 2 or 3", ""});
    const std::size_t begin = version == 1 ? 10 : 12;
    const std::size_t length =
        byteAt(8) | byteAt(9) << 8U | (version == 1 ? 0 : byteAt(10) << 16U | byteAt(11) << 24U);
    if (length > file.size() - begin)
        return failure({"npy.truncated", "", "a file that ends in its header", "a whole file", ""});
    NpyHeaderReader header({reinterpret_cast<const char*>(file.data()) + begin, length});
    if (auto problem = header.read())
        return failure(std::move(*problem));
    const auto type = typeOf(header.descr);
    if (!type)
        return failure(type.error());
    NpyArray array{*type, *header.shape, *header.columnsFirst, file.subspan(begin + length)};
    std::uint64_t bytes = bytesOf(*type);
    for (const std::int64_t extent : array.shape) {
        if (extent != 0
            && bytes
                   > std::numeric_limits<std::uint64_t>::max() / static_cast<std::uint64_t>(extent))
            return failure(badHeader("a shape beyond all files"));
        bytes *= static_cast<std::uint64_t>(extent);
    }
    if (bytes != array.data.size())
        return failure(
            {"npy.truncated", "", std::to_string(array.data.size()) + " bytes behind the header",
             std::to_string(bytes) + " for " + toText(array), "the file may be truncated"});
    return array;
}

std::vector<float> npyValues(const NpyArray& array, std::int64_t first, std::int64_t count) {
    const auto all = [&](auto convert) { return converted(array, first, count, convert); };
    switch (array.type) {
    case NpyType::Bool:
        return all([](const std::byte* at) { return *at != std::byte{0} ? 1.0F : 0.0F; });
    case NpyType::Int8: return all(npyValue<std::int8_t>);
    case NpyType::UInt8: return all(npyValue<std::uint8_t>);
    case NpyType::Int16: return all(npyValue<std::int16_t>);
    case NpyType::UInt16: return all(npyValue<std::uint16_t>);
    case NpyType::Int32: return all(npyValue<std::int32_t>);
    case NpyType::UInt32: return all(npyValue<std::uint32_t>);
    case NpyType::Int64: return all(npyValue<std::int64_t>);
    case NpyType::UInt64: return all(npyValue<std::uint64_t>);
    case NpyType::Float16:
        return all([](const std::byte* at) {
            std::uint16_t half = 0;
            std::memcpy(&half, at, sizeof half);
            return halfToFloat(half);
        });
    case NpyType::Float32: return all(npyValue<float>);
    case NpyType::Float64: return all(npyValue<double>);
    }
    return {};
}

std::string toText(const NpyArray& array) {
    std::vector<std::string> extents;
    for (const std::int64_t extent : array.shape)
        extents.push_back(std::to_string(extent));
    return (extents.empty() ? "one value" : join(extents, " × ")) + " of "
           + std::string(std::ranges::find(npyTypes, array.type, &NpyTypeName::type)->name);
}

} // namespace concertina
