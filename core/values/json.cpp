// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/json.h"

#include "core/values/text.h"

#include <optional>
#include <set>
#include <vector>

namespace concertina {

namespace {

/// Walks through a text without building anything, and stops at the first thing that is wrong.
class Checker : public nlohmann::json_sax<Json> {
public:
    explicit Checker(const JsonLimits& limits) : m_limits(limits) {}

    std::optional<Problem> problem;

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
            problem = {"json.twice", "", "\"" + shortened(name, 80) + "\" twice in one object",
                       "each key once", ""};
        else if (names.size() > m_limits.members)
            problem = {"json.limit", "", "an object with many keys",
                       "at most " + std::to_string(m_limits.members) + " keys", ""};
        return !problem;
    }

    bool parse_error(std::size_t, const std::string&,
                     const nlohmann::detail::exception& error) override {
        // Behind the library's own "[json.exception.parse_error.101] ".
        std::string_view text = error.what();
        if (const auto end = text.find("] "); text.starts_with('[') && end != text.npos)
            text.remove_prefix(end + 2);
        problem = {"json.syntax", "", shortened(validUtf8(text), 200), "JSON", ""};
        return false;
    }

private:
    bool open() {
        m_names.emplace_back();
        if (m_names.size() > m_limits.depth)
            problem = {"json.limit", "", "lists or objects nested without end",
                       "at most " + std::to_string(m_limits.depth) + " in each other", ""};
        return !problem;
    }

    bool close() {
        m_names.pop_back();
        return true;
    }

    JsonLimits m_limits;
    std::vector<std::set<std::string>> m_names; ///< keys so far, of each object that is open
};

} // namespace

Expected<Json> readJson(std::string_view text, const JsonLimits& limits) {
    // The library takes a NUL for the end of the text, whatever stands behind it.
    if (text.find('\0') != std::string_view::npos)
        return failure({"json.syntax", "", "a byte that is zero", "JSON", ""});
    Checker checker(limits);
    Json::sax_parse(text, &checker);
    if (checker.problem)
        return failure(std::move(*checker.problem));
    return Json::parse(text, nullptr, false);
}

Json parseJson(std::string_view text) {
    auto json = readJson(text);
    return json ? std::move(*json) : Json(Json::value_t::discarded);
}

} // namespace concertina
