// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/mat_file.h"

#include "core/values/text.h"

#include <hdf5.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>

namespace concertina {

namespace {

constexpr std::int64_t largestFrame = 200'000'000; ///< values
constexpr std::int64_t mostTexts = 100'000;
constexpr std::int64_t longestText = 10'000;
constexpr hsize_t mostNamed = 40;

/// libhdf5 has one state for the process, whatever files it reads.
std::mutex& hdf5Mutex() {
    static std::mutex mutex;
    return mutex;
}

/// The library for one thread at a time, with its reports off: they would go to stderr.
class Hdf5Turn {
public:
    Hdf5Turn() : m_lock(hdf5Mutex()) { H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr); }

private:
    std::lock_guard<std::mutex> m_lock;
};

/// Something that libhdf5 has open.
class Hdf5Id {
public:
    Hdf5Id(hid_t id, herr_t (*close)(hid_t)) : m_id(id), m_close(close) {}
    ~Hdf5Id() {
        if (m_id >= 0)
            m_close(m_id);
    }
    Hdf5Id(Hdf5Id&& other) noexcept
        : m_id(std::exchange(other.m_id, H5I_INVALID_HID)), m_close(other.m_close) {}
    Hdf5Id& operator=(Hdf5Id&&) = delete;

    hid_t get() const { return m_id; }
    explicit operator bool() const { return m_id >= 0; }

private:
    hid_t m_id;
    herr_t (*m_close)(hid_t);
};

herr_t keepInnermost(unsigned place, const H5E_error2_t* error, void* kept) {
    if (place == 0 && error->desc != nullptr)
        *static_cast<std::string*>(kept) = error->desc;
    return 0;
}

/// What libhdf5 says of the last thing that failed, in its words.
std::string hdf5Reason() {
    std::string reason;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keepInnermost, &reason);
    return reason.empty() ? std::string() : " (HDF5: " + shortened(validUtf8(reason), 160) + ")";
}

Problem damaged(const std::string& file, const std::string& what) {
    return {"mat.damaged", file, what, "a whole file", "it may be truncated: get it again"};
}

/// UTF-16 without pairs of surrogates, as UTF-8.
std::string utf8Of(const std::vector<std::uint16_t>& letters) {
    std::string text;
    const auto put = [&](unsigned byte) { text += static_cast<char>(byte); };
    for (const unsigned letter : letters) {
        if (letter < 0x80) {
            put(letter);
        } else if (letter < 0x800) {
            put(0xC0U | letter >> 6U);
            put(0x80U | (letter & 0x3FU));
        } else {
            put(0xE0U | letter >> 12U);
            put(0x80U | (letter >> 6U & 0x3FU));
            put(0x80U | (letter & 0x3FU));
        }
    }
    return validUtf8(text);
}

std::optional<std::vector<std::int64_t>> shapeOf(hid_t data) {
    const Hdf5Id space(H5Dget_space(data), H5Sclose);
    const int rank = space ? H5Sget_simple_extent_ndims(space.get()) : -1;
    if (rank < 0 || rank > 8)
        return std::nullopt;
    std::array<hsize_t, 8> extents{};
    if (rank > 0 && H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr) != rank)
        return std::nullopt;
    std::vector<std::int64_t> shape;
    for (int i = 0; i < rank; ++i) {
        if (extents[static_cast<std::size_t>(i)] > hsize_t{1} << 40U)
            return std::nullopt;
        shape.push_back(static_cast<std::int64_t>(extents[static_cast<std::size_t>(i)]));
    }
    return shape;
}

std::optional<MatField> describe(hid_t data) {
    const auto shape = shapeOf(data);
    const Hdf5Id type(H5Dget_type(data), H5Tclose);
    if (!shape || !type)
        return std::nullopt;
    MatField field{.shape = *shape};
    switch (H5Tget_class(type.get())) {
    case H5T_FLOAT: field.real = true; break;
    case H5T_INTEGER: break;
    case H5T_REFERENCE:
        if (H5Tequal(type.get(), H5T_STD_REF_OBJ) <= 0)
            return std::nullopt;
        field.text = true;
        break;
    default: return std::nullopt;
    }
    const std::size_t bytes = H5Tget_size(type.get());
    if (bytes < 1 || bytes > 16)
        return std::nullopt;
    field.bytes = static_cast<int>(bytes);
    return field;
}

/// How many values one frame has; none where it is more than can be meant.
std::optional<std::int64_t> frameSize(const MatField& field) {
    std::int64_t size = 1;
    for (std::size_t i = 1; i < field.shape.size(); ++i) {
        if (field.shape[i] < 1 || size > largestFrame / field.shape[i])
            return std::nullopt;
        size *= field.shape[i];
    }
    return size;
}

class Hdf5MatFile final : public MatFile {
public:
    Hdf5MatFile(Hdf5Id file, std::string name) : m_file(std::move(file)), m_name(std::move(name)) {}

    ~Hdf5MatFile() override {
        const Hdf5Turn turn;
        m_fields.clear();
        const Hdf5Id closed(std::move(m_file));
    }

    bool has(const std::string& field) const override {
        const Hdf5Turn turn;
        return H5Lexists(m_file.get(), field.c_str(), H5P_DEFAULT) > 0;
    }

    Expected<MatField> field(const std::string& name) const override {
        const Hdf5Turn turn;
        const auto open = opened(name);
        return open ? Expected<MatField>((*open)->field) : failure(open.error());
    }

    Expected<std::vector<std::uint8_t>> bytes(const std::string& field,
                                              std::int64_t frame) const override {
        return read<std::uint8_t>(field, frame, H5T_NATIVE_UINT8);
    }
    Expected<std::vector<std::uint16_t>> words(const std::string& field,
                                               std::int64_t frame) const override {
        return read<std::uint16_t>(field, frame, H5T_NATIVE_UINT16);
    }
    Expected<std::vector<float>> floats(const std::string& field,
                                        std::int64_t frame) const override {
        return read<float>(field, frame, H5T_NATIVE_FLOAT);
    }

    Expected<std::vector<std::string>> texts(const std::string& field) const override {
        const Hdf5Turn turn;
        const auto open = opened(field);
        if (!open)
            return failure(open.error());
        std::int64_t count = 1;
        for (const std::int64_t extent : (*open)->field.shape)
            count = extent < 0 || count > mostTexts ? mostTexts + 1 : count * extent;
        if (!(*open)->field.text || count > mostTexts)
            return failure(damaged(m_name, "a field \"" + field + "\" that is no cells of text"));
        std::vector<hobj_ref_t> references(static_cast<std::size_t>(count));
        if (H5Dread((*open)->data.get(), H5T_STD_REF_OBJ, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                    references.data())
            < 0)
            return failure(unreadable(field));
        std::vector<std::string> texts;
        for (const hobj_ref_t& reference : references) {
            auto text = textAt((*open)->data.get(), reference);
            if (!text)
                return failure(unreadable(field));
            texts.push_back(std::move(*text));
        }
        return texts;
    }

private:
    /// A field that stays open: libhdf5 keeps the last pieces that it unpacked with it.
    struct Open {
        Hdf5Id data;
        MatField field;
    };

    Problem unreadable(const std::string& field) const {
        return damaged(m_name, "a field \"" + shortened(validUtf8(field), 60)
                                   + "\" that can't be read" + hdf5Reason());
    }

    /// In a turn of the caller's.
    Expected<const Open*> opened(const std::string& name) const {
        if (const auto known = m_fields.find(name); known != m_fields.end())
            return &known->second;
        if (H5Lexists(m_file.get(), name.c_str(), H5P_DEFAULT) <= 0)
            return failure({"mat.field", m_name, "no field \"" + name + "\"",
                            "a file with this field", namesText()});
        Hdf5Id data(H5Dopen2(m_file.get(), name.c_str(), H5P_DEFAULT), H5Dclose);
        if (!data)
            return failure(unreadable(name));
        const auto field = describe(data.get());
        if (!field)
            return failure(damaged(m_name, "a field \"" + name + "\" that is no array of numbers"));
        return &m_fields.emplace(name, Open{std::move(data), *field}).first->second;
    }

    template <class Value>
    Expected<std::vector<Value>> read(const std::string& name, std::int64_t frame,
                                      hid_t memoryType) const {
        const Hdf5Turn turn;
        const auto open = opened(name);
        if (!open)
            return failure(open.error());
        const MatField& field = (*open)->field;
        const auto size = frameSize(field);
        if (field.text || !size || field.shape.empty() || frame < 0 || frame >= field.shape[0])
            return failure(damaged(m_name, "a field \"" + name + "\" without a frame "
                                               + std::to_string(frame + 1)));
        const Hdf5Id space(H5Dget_space((*open)->data.get()), H5Sclose);
        std::vector<hsize_t> start(field.shape.size(), 0);
        std::vector<hsize_t> count(field.shape.begin(), field.shape.end());
        start[0] = static_cast<hsize_t>(frame);
        count[0] = 1;
        const auto length = static_cast<hsize_t>(*size);
        const Hdf5Id memory(H5Screate_simple(1, &length, nullptr), H5Sclose);
        std::vector<Value> values(static_cast<std::size_t>(*size));
        if (!space || !memory
            || H5Sselect_hyperslab(space.get(), H5S_SELECT_SET, start.data(), nullptr, count.data(),
                                   nullptr)
                   < 0
            || H5Dread((*open)->data.get(), memoryType, memory.get(), space.get(), H5P_DEFAULT,
                       values.data())
                   < 0)
            return failure(unreadable(name));
        return values;
    }

    static std::optional<std::string> textAt(hid_t from, const hobj_ref_t& reference) {
        const Hdf5Id data(H5Rdereference2(from, H5P_DEFAULT, H5R_OBJECT, &reference), H5Oclose);
        if (!data || H5Iget_type(data.get()) != H5I_DATASET)
            return std::nullopt;
        const auto field = describe(data.get());
        if (!field || field->real || field->text)
            return std::nullopt;
        std::int64_t length = 1;
        for (const std::int64_t extent : field->shape)
            length = length > longestText ? length : length * extent;
        if (length > longestText)
            return std::nullopt;
        std::vector<std::uint16_t> letters(static_cast<std::size_t>(length));
        if (!letters.empty()
            && H5Dread(data.get(), H5T_NATIVE_UINT16, H5S_ALL, H5S_ALL, H5P_DEFAULT, letters.data())
                   < 0)
            return std::nullopt;
        return utf8Of(letters);
    }

    /// "it has: a, b, c".
    std::string namesText() const {
        H5G_info_t info{};
        if (H5Gget_info(m_file.get(), &info) < 0)
            return "";
        std::vector<std::string> names;
        for (hsize_t i = 0; i < std::min<hsize_t>(info.nlinks, mostNamed); ++i) {
            std::array<char, 80> name{};
            if (H5Lget_name_by_idx(m_file.get(), ".", H5_INDEX_NAME, H5_ITER_INC, i, name.data(),
                                   name.size(), H5P_DEFAULT)
                >= 0)
                names.push_back(validUtf8(name.data()));
        }
        return names.empty() ? "it has none at all" : "it has: " + join(names, ", ");
    }

    Hdf5Id m_file;
    std::string m_name;
    mutable std::map<std::string, Open> m_fields;
};

/// What the first bytes of a file say that libhdf5 would not.
std::optional<Problem> checkMatHead(std::string_view head, const std::string& name) {
    if (head.empty())
        return damaged(name, "an empty file");
    if (head.starts_with("MATLAB 5.0"))
        return Problem{"mat.version", name, "a MAT file of version 7 or older",
                       "version 7.3, which is HDF5", "in MATLAB: save(name, '-v7.3', …)"};
    constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
    for (std::size_t at = 0; at < head.size(); at = at == 0 ? 512 : 2 * at)
        if (head.substr(at).starts_with(signature))
            return std::nullopt;
    if (head.starts_with("MATLAB 7.3"))
        return damaged(name, "a file that ends in its header");
    return Problem{"mat.format", name, "a file of another kind", "a MAT file of version 7.3", ""};
}

constexpr std::size_t headBytes = 4096;

} // namespace

Expected<std::shared_ptr<const MatFile>> MatFile::open(const std::filesystem::path& path) {
    std::error_code error;
    std::ifstream stream;
    if (std::filesystem::is_regular_file(path, error))
        stream.open(path, std::ios::binary);
    if (!stream.is_open())
        return failure({"mat.missing", path.string(), "no such file, or one that can't be read",
                        "a MAT file of version 7.3", ""});
    std::string head(headBytes, '\0');
    stream.read(head.data(), static_cast<std::streamsize>(head.size()));
    head.resize(static_cast<std::size_t>(stream.gcount()));
    if (auto problem = checkMatHead(head, path.string()))
        return failure(std::move(*problem));
    const Hdf5Turn turn;
    Hdf5Id file(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), H5Fclose);
    if (!file)
        return failure(damaged(path.string(), "a file that can't be opened" + hdf5Reason()));
    return std::make_shared<const Hdf5MatFile>(std::move(file), path.string());
}

} // namespace concertina
