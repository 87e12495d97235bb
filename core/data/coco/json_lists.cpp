// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/coco/json_file.h"
#include "core/values/text.h"

#include <array>
#include <cstring>
#include <optional>
#include <vector>

namespace concertina {

namespace {

constexpr std::size_t windowBytes = 1 << 20;

/// Characters at which something begins or ends in JSON, and the one that ends a window.
constexpr auto structural = [] {
    std::array<bool, 256> table{};
    for (const unsigned char one : {'"', '{', '}', '[', ']', ',', ':', '\0'})
        table[one] = true;
    return table;
}();

bool isSpace(char letter) {
    return letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t';
}

/// A window on a file that moves on, with the text from a mark on in one piece.
class JsonWindow {
public:
    explicit JsonWindow(const JsonFile& file) : m_file(file) { m_text.push_back('\0'); }

    std::optional<Problem> problem;

    /// The character here; 0 at the end, and where the file has a byte that is 0.
    char here() {
        if (m_text[m_at] == '\0' && m_at == m_size)
            more();
        return m_text[m_at];
    }
    void step() { ++m_at; }

    bool atEnd() { return here() == '\0' && m_at == m_size; }

    /// The next character that may begin or end something, or a quotation mark or a backslash.
    char toStructure() {
        for (;;) {
            while (!structural[static_cast<unsigned char>(m_text[m_at])])
                ++m_at;
            if (m_text[m_at] != '\0' || m_at != m_size || !more())
                return m_text[m_at];
        }
    }
    char toQuotation() {
        for (;;) {
            while (m_text[m_at] != '"' && m_text[m_at] != '\\' && m_text[m_at] != '\0')
                ++m_at;
            if (m_text[m_at] != '\0' || m_at != m_size || !more())
                return m_text[m_at];
        }
    }

    std::int64_t offset() const { return m_offset + static_cast<std::int64_t>(m_at); }

    /// From here on the text is kept until `release`.
    void mark() { m_mark = m_at; }
    void release() { m_mark.reset(); }
    std::size_t markedBytes() const { return m_at - *m_mark; }
    std::string_view marked(std::size_t from, std::size_t to) const {
        return std::string_view(m_text).substr(*m_mark + from, to - from);
    }

private:
    /// Reads on; what lies before mark or place is forgotten.
    bool more() {
        const std::size_t keep = m_mark.value_or(m_at);
        const std::size_t kept = m_size - keep;
        if (kept > LargestJsonElement) {
            problem = {"coco.json", m_file.path().string(),
                       "an object of more than " + bytesText(double(LargestJsonElement))
                           + " from byte " + std::to_string(m_offset + std::int64_t(keep)) + " on",
                       "lists of images, annotations and categories", ""};
            return false;
        }
        const std::int64_t rest = m_file.bytes() - m_offset - static_cast<std::int64_t>(m_size);
        if (rest <= 0)
            return false;
        std::memmove(m_text.data(), m_text.data() + keep, kept);
        m_offset += static_cast<std::int64_t>(keep);
        m_at -= keep;
        if (m_mark)
            m_mark = 0;
        const std::size_t room = std::min(std::max(windowBytes, kept), // doubles, for long objects
                                          static_cast<std::size_t>(rest));
        m_text.resize(kept + room + 1);
        const auto count =
            m_file.read(m_offset + static_cast<std::int64_t>(kept), m_text.data() + kept, room);
        if (!count)
            problem = count.error();
        m_size = kept + (count ? *count : 0);
        m_text.resize(m_size + 1);
        m_text[m_size] = '\0';
        return m_size > kept;
    }

    const JsonFile& m_file;
    std::string m_text; ///< and a 0 behind it
    std::size_t m_size = 0;
    std::size_t m_at = 0;
    std::int64_t m_offset = 0; ///< of the window in the file
    std::optional<std::size_t> m_mark;
};

/// Reads the object, its lists and their objects; false where there is a problem.
class ListScanner {
public:
    ListScanner(const JsonFile& file, const std::set<std::string>& lists,
                const std::function<Expected<void>(const JsonElement&)>& visit)
        : m_file(file), m_lists(lists), m_visit(visit), m_window(file) {}

    std::set<std::string> found;
    std::optional<Problem> problem;

    bool scan() {
        skipByteOrder();
        if (next() != '{')
            return wrong("an object with lists of images, annotations and categories",
                         "annotations of COCO are one such object; is it a file of results?");
        m_window.step();
        for (bool first = true; next() != '}'; first = false) {
            std::string key;
            if ((!first && !expect(',')) || !name(key) || !expect(':') || !member(key))
                return false;
        }
        m_window.step();
        next();
        return m_window.atEnd() || wrong("nothing behind the object");
    }

private:
    bool wrong(const std::string& expected, const std::string& hint = {}) {
        if (m_window.problem) {
            problem = m_window.problem;
            return false;
        }
        const char letter = m_window.here();
        const std::string found_ = m_window.atEnd() ? "the end of the file"
                                   : letter == '\0'
                                       ? "a byte that is zero"
                                       : "\"" + validUtf8(std::string(1, letter)) + "\"";
        problem = {"coco.json", m_file.path().string(),
                   found_ + " at byte " + std::to_string(m_window.offset()), expected, hint};
        return false;
    }

    void skipByteOrder() {
        for (const char one : {'\xef', '\xbb', '\xbf'})
            if (m_window.here() == one)
                m_window.step();
    }

    char next() {
        while (isSpace(m_window.here()))
            m_window.step();
        return m_window.here();
    }

    bool expect(char letter) {
        if (next() != letter)
            return wrong("\"" + std::string(1, letter) + "\"");
        m_window.step();
        return true;
    }

    bool skipString() {
        m_window.step();
        for (char letter = m_window.toQuotation(); letter != '"'; letter = m_window.toQuotation()) {
            if (letter == '\0')
                return wrong("the end of a text, '\"'");
            m_window.step(); // a backslash, and what it stands before
            if (m_window.here() == '\0')
                return wrong("the end of a text, '\"'");
            m_window.step();
        }
        m_window.step();
        return true;
    }

    /// A key as it is written: those that are looked for have no escapes.
    bool name(std::string& key) {
        if (next() != '"')
            return wrong("a name in quotation marks");
        m_window.mark();
        if (!skipString())
            return false;
        const auto bytes = m_window.markedBytes();
        key = m_window.marked(1, bytes - 1);
        m_window.release();
        return true;
    }

    /// Passes over a value, of any kind.
    bool skipValue(int depth) {
        const char first = next();
        if (first == '"')
            return skipString();
        if (first == '{' || first == '[')
            return skipNested(depth);
        const std::int64_t begin = m_window.offset();
        const char end = m_window.toStructure();
        if (m_window.offset() == begin || end == ':' || end == '{' || end == '[' || end == '\0')
            return wrong("a value");
        return true;
    }

    /// An object or a list with all that is in it; only brackets and texts count.
    bool skipNested(int depth) {
        std::uint64_t objects = 0; // a bit a level: whether it is an object
        const int least = depth;
        do {
            const char letter = m_window.toStructure();
            if (letter == '"') {
                if (!skipString())
                    return false;
                continue;
            }
            if (letter == '\0')
                return wrong("more, as brackets are open");
            if (letter == '{' || letter == '[') {
                if (++depth > DeepestJsonElement)
                    return wrong("at most " + std::to_string(DeepestJsonElement)
                                 + " lists and objects in each other");
                objects = objects << 1U | (letter == '{' ? 1U : 0U);
            } else if (letter == '}' || letter == ']') {
                if ((letter == '}') != ((objects & 1U) != 0))
                    return wrong((objects & 1U) != 0 ? "\"}\"" : "\"]\"");
                objects >>= 1U;
                --depth;
            }
            m_window.step();
        } while (depth > least);
        return true;
    }

    bool member(const std::string& key) {
        if (!m_lists.contains(key))
            return skipValue(1);
        if (!found.insert(key).second)
            return wrong("each list once", "\"" + key + "\" stands there a second time");
        if (next() != '[')
            return wrong("a list, as \"" + key + "\" is one");
        m_window.step();
        std::int64_t number = 0;
        for (; next() != ']'; ++number)
            if ((number > 0 && !expect(',')) || !element(key, number))
                return false;
        m_window.step();
        return true;
    }

    bool element(const std::string& list, std::int64_t number) {
        if (next() != '{')
            return wrong("an object, as \"" + list + "\" is a list of objects");
        m_spans.clear();
        const std::int64_t offset = m_window.offset();
        m_window.mark();
        m_window.step();
        for (bool first = true; next() != '}'; first = false) {
            if (!first && !expect(','))
                return false;
            if (next() != '"')
                return wrong("a name in quotation marks");
            Span span;
            span.key = m_window.markedBytes() + 1;
            if (!skipString())
                return false;
            span.keyEnd = m_window.markedBytes() - 1;
            if (!expect(':'))
                return false;
            next();
            span.value = m_window.markedBytes();
            if (!skipValue(2))
                return false;
            span.valueEnd = m_window.markedBytes();
            m_spans.push_back(span);
        }
        m_window.step();
        return hand(list, number, offset);
    }

    bool hand(const std::string& list, std::int64_t number, std::int64_t offset) {
        m_members.clear();
        for (const Span& span : m_spans) {
            std::string_view value = m_window.marked(span.value, span.valueEnd);
            while (!value.empty() && isSpace(value.back()))
                value.remove_suffix(1);
            m_members.push_back({m_window.marked(span.key, span.keyEnd),
                                 value,
                                 {offset + static_cast<std::int64_t>(span.value),
                                  static_cast<std::uint32_t>(value.size())}});
        }
        if (!distinctKeys(list, offset))
            return false;
        const std::size_t bytes = m_window.markedBytes();
        const auto visited = m_visit({list,
                                      number,
                                      m_window.marked(0, bytes),
                                      {offset, static_cast<std::uint32_t>(bytes)},
                                      m_members});
        m_window.release();
        if (!visited)
            problem = visited.error();
        return visited.has_value();
    }

    /// Other readers would silently take the last of two.
    bool distinctKeys(const std::string& list, std::int64_t offset) {
        constexpr std::size_t mostKeys = 100; // comparing them is quadratic
        const auto refuse = [&](std::string found_, std::string expected) {
            problem = {"coco.json", m_file.path().string(),
                       std::move(found_) + " in an object of \"" + list + "\", at byte "
                           + std::to_string(offset),
                       std::move(expected), ""};
            return false;
        };
        if (m_members.size() > mostKeys)
            return refuse(std::to_string(m_members.size()) + " names",
                          "at most " + std::to_string(mostKeys));
        for (std::size_t i = 1; i < m_members.size(); ++i)
            for (std::size_t j = 0; j < i; ++j)
                if (m_members[i].key == m_members[j].key)
                    return refuse("\"" + shortened(validUtf8(m_members[i].key), 60) + "\" twice",
                                  "each name once");
        return true;
    }

    struct Span {
        std::size_t key = 0, keyEnd = 0, value = 0, valueEnd = 0; ///< from the element's beginning
    };

    const JsonFile& m_file;
    const std::set<std::string>& m_lists;
    const std::function<Expected<void>(const JsonElement&)>& m_visit;
    JsonWindow m_window;
    std::vector<Span> m_spans;
    std::vector<JsonMember> m_members;
};

} // namespace

Expected<std::set<std::string>>
scanJsonLists(const JsonFile& file, const std::set<std::string>& lists,
              const std::function<Expected<void>(const JsonElement&)>& visit) {
    ListScanner scanner(file, lists, visit);
    if (!scanner.scan())
        return failure(std::move(*scanner.problem));
    return std::move(scanner.found);
}

} // namespace concertina
