// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/json.h"

#include "core/values/json_document.h"
#include "core/values/text.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <vector>

namespace concertina {

namespace {

/// Goes through a text and reports how far the parser has come: its events do not.
class Cursor {
public:
    using iterator_category = std::input_iterator_tag;
    using value_type = char;
    using difference_type = std::ptrdiff_t;
    using pointer = const char*;
    using reference = const char&;

    Cursor(const char* at, const char** furthest) : m_at(at), m_furthest(furthest) {}

    reference operator*() const { return *m_at; }
    Cursor& operator++() {
        *m_furthest = ++m_at;
        return *this;
    }
    Cursor operator++(int) {
        Cursor before = *this;
        ++*this;
        return before;
    }
    bool operator==(const Cursor& other) const { return m_at == other.m_at; }

private:
    const char* m_at;
    const char** m_furthest;
};

/// Walks through a text without building anything, and stops at the first thing that is wrong.
class Checker : public nlohmann::json_sax<Json> {
public:
    Checker(std::string_view text, const JsonLimits& limits)
        : m_text(text), m_limits(limits), m_furthest(text.data()) {}

    std::optional<Problem> problem;

    void walk() {
        const char* end = m_text.data() + m_text.size();
        Json::sax_parse(Cursor(m_text.data(), &m_furthest), Cursor(end, &m_furthest), this);
    }

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(number_integer_t) override { return true; }
    bool number_unsigned(number_unsigned_t) override { return true; }
    bool number_float(number_float_t, const string_t&) override { return true; }
    bool string(string_t&) override { return true; }
    bool binary(binary_t&) override { return true; }
    bool start_array(std::size_t) override { return open(); }
    bool end_array() override { return close(); }
    bool start_object(std::size_t) override { return open(); }
    bool end_object() override { return close(); }

    bool key(string_t& name) override {
        auto& names = m_names.back();
        if (!names.insert(name).second)
            problem = {"json.twice", "", "\"" + shortened(name, 80) + "\" twice in one object" + place(),
                       "each key once", ""};
        else if (names.size() > m_limits.members)
            problem = {"json.limit", "", "an object with many keys" + place(),
                       "at most " + std::to_string(m_limits.members) + " keys", ""};
        return !problem;
    }

    bool parse_error(std::size_t, const std::string&,
                     const nlohmann::detail::exception& error) override {
        // Behind the library's own "[json.exception.parse_error.101] ".
        std::string_view text = error.what();
        if (const auto end = text.find("] "); text.starts_with('[') && end != text.npos)
            text.remove_prefix(end + 2);
        const bool saysWhere = text.find("at line ") != std::string_view::npos;
        problem = {"json.syntax", "",
                   shortened(validUtf8(text), 200) + (saysWhere ? "" : place()), "JSON", ""};
        return false;
    }

private:
    bool open() {
        m_names.emplace_back();
        if (m_names.size() > m_limits.depth)
            problem = {"json.limit", "", "lists or objects nested without end" + place(),
                       "at most " + std::to_string(m_limits.depth) + " in each other", ""};
        return !problem;
    }

    bool close() {
        m_names.pop_back();
        return true;
    }

    /// Behind what was found: ", at line 3".
    std::string place() const {
        return ", at line " + std::to_string(1 + std::count(m_text.data(), m_furthest, '\n'));
    }

    std::string_view m_text;
    JsonLimits m_limits;
    const char* m_furthest; ///< behind what was read
    std::vector<std::set<std::string>> m_names; ///< keys so far, of each object that is open
};

} // namespace

Expected<Json> readJson(std::string_view text, const JsonLimits& limits) {
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
        return failure({"json.syntax", "", "text in UTF-16", "JSON in UTF-8",
                        "save it as UTF-8"});
    // The library takes a NUL for the end of the text, whatever stands behind it.
    if (text.find('\0') != std::string_view::npos)
        return failure({"json.syntax", "", "a byte that is zero", "JSON", ""});
    Checker checker(text, limits);
    checker.walk();
    if (checker.problem)
        return failure(std::move(*checker.problem));
    return Json::parse(text, nullptr, false);
}

Expected<Json> readJsonDocument(std::string_view text, const std::string& what) {
    if (trimmed(text).empty())
        return failure({"json.empty", "", "nothing", what + " as JSON", ""});
    if (text.size() > LargestJsonDocument)
        return failure({"json.limit", "", bytesText(static_cast<double>(text.size())) + " of text",
                        what + ", at most " + bytesText(LargestJsonDocument), ""});
    // No section has nearly so many keys; reading more would only be slow.
    return readJson(text, {.members = 1000});
}

Json parseJson(std::string_view text) {
    auto json = readJson(text);
    return json ? std::move(*json) : Json(Json::value_t::discarded);
}

} // namespace concertina
