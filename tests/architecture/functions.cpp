// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/architecture/functions.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>

namespace architecture {

namespace {

struct Token {
    std::string_view text;
    int line = 0;
};

bool isWord(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Cuts a text into words, numbers and single marks ("->" and "::" are one); comments, literals and
/// what is for the preprocessor are left out.
class Cutter {
public:
    explicit Cutter(std::string_view text) : m_text(text) {}

    std::vector<Token> tokens() {
        while (m_at < m_text.size())
            step();
        return std::move(m_tokens);
    }

private:
    char at(std::size_t place) const { return place < m_text.size() ? m_text[place] : '\0'; }
    bool starts(std::string_view what) const { return m_text.substr(m_at).starts_with(what); }

    void advanceTo(std::size_t place) {
        place = std::min(place, m_text.size());
        m_line += static_cast<int>(std::count(m_text.begin() + static_cast<std::ptrdiff_t>(m_at),
                                              m_text.begin() + static_cast<std::ptrdiff_t>(place),
                                              '\n'));
        m_at = place;
    }

    void step() {
        const char now = at(m_at);
        if (now == '\n') {
            m_lineBegins = true;
            advanceTo(m_at + 1);
        } else if (std::isspace(static_cast<unsigned char>(now)) != 0) {
            advanceTo(m_at + 1);
        } else if (starts("//")) {
            advanceTo(lineEnd());
        } else if (starts("/*")) {
            advanceTo(behind("*/", m_at + 2));
        } else if (now == '#' && m_lineBegins) {
            directive();
        } else {
            m_lineBegins = false;
            token(now);
        }
    }

    /// The end of this line, or of those that a backslash joins to it.
    std::size_t lineEnd() const {
        std::size_t end = m_at;
        do
            end = std::min(m_text.find('\n', end + 1), m_text.size());
        while (end < m_text.size() && at(end - 1) == '\\');
        return end;
    }

    std::size_t behind(std::string_view what, std::size_t from) const {
        const auto found = m_text.find(what, from);
        return found == std::string_view::npos ? m_text.size() : found + what.size();
    }

    /// Passes a line for the preprocessor, and the branches that are not the first.
    void directive() {
        const std::string_view line = m_text.substr(m_at, lineEnd() - m_at);
        const auto begin = std::min(line.find_first_not_of(" \t", 1), line.size());
        const std::string_view what = line.substr(begin);
        advanceTo(lineEnd());
        if (what.starts_with("else") || what.starts_with("elif"))
            passBranches();
    }

    /// To the #endif of a branch; others may lie in it.
    void passBranches() {
        int open = 1;
        while (open > 0 && m_at < m_text.size()) {
            advanceTo(m_at + 1);
            const auto mark = m_text.find_first_not_of(" \t", m_at);
            if (at(mark) == '#') {
                const auto word = m_text.substr(
                    std::min(m_text.find_first_not_of(" \t", mark + 1), m_text.size()));
                open += word.starts_with("if") ? 1 : word.starts_with("endif") ? -1 : 0;
            }
            advanceTo(lineEnd());
        }
    }

    void token(char now) {
        const std::size_t begin = m_at;
        std::size_t end = m_at + 1;
        if (now == '"' || now == '\'') {
            advanceTo(literalEnd(m_at));
            return;
        }
        if (isWord(now)) {
            const bool number = std::isdigit(static_cast<unsigned char>(now)) != 0;
            while (isWord(at(end)) || (number && at(end) == '\'' && isWord(at(end + 1))))
                ++end;
            const std::string_view word = m_text.substr(begin, end - begin);
            if (!number && (at(end) == '"' || at(end) == '\'') && isPrefix(word)) {
                advanceTo(at(end) == '"' && word.ends_with('R') ? rawEnd(end) : literalEnd(end));
                return;
            }
        } else if (starts("->") || starts("::")) {
            end = m_at + 2;
        }
        m_tokens.push_back({m_text.substr(begin, end - begin), m_line});
        advanceTo(end);
    }

    static bool isPrefix(std::string_view word) {
        constexpr std::array<std::string_view, 9> prefixes{"R",   "L",  "u",  "U",  "u8",
                                                           "u8R", "LR", "uR", "UR"};
        return std::ranges::find(prefixes, word) != prefixes.end();
    }

    std::size_t literalEnd(std::size_t quote) const {
        std::size_t end = quote + 1;
        while (end < m_text.size() && m_text[end] != m_text[quote] && m_text[end] != '\n')
            end += m_text[end] == '\\' ? 2 : 1;
        return end + 1;
    }

    /// Behind R"x(…)x".
    std::size_t rawEnd(std::size_t quote) const {
        const auto open = std::min(m_text.find('(', quote), m_text.size());
        const std::string close =
            ")" + std::string(m_text.substr(quote + 1, open - quote - 1)) + "\"";
        return behind(close, open);
    }

    std::string_view m_text;
    std::vector<Token> m_tokens;
    std::size_t m_at = 0;
    int m_line = 1;
    bool m_lineBegins = true;
};

/// Finds functions among tokens.
class Finder {
public:
    explicit Finder(std::vector<Token> tokens)
        : m_tokens(std::move(tokens)), m_partner(m_tokens.size(), none) {}

    FunctionList find() {
        FunctionList list{{}, match()};
        if (!list.balanced)
            return list;
        for (std::size_t i = 0; i < m_tokens.size(); ++i) {
            if (!is(i, "{"))
                continue;
            const auto name = nameOf(i);
            if (name.empty())
                continue; // a namespace, a type or values: what is inside is looked at
            const std::size_t end = m_partner[i];
            list.functions.push_back({std::string(name), m_tokens[i].line,
                                      m_tokens[end].line - m_tokens[i].line + 1});
            i = end;
        }
        return list;
    }

private:
    static constexpr std::size_t none = static_cast<std::size_t>(-1);

    bool is(std::size_t place, std::string_view text) const {
        return place < m_tokens.size() && m_tokens[place].text == text;
    }
    bool isWordAt(std::size_t place) const {
        return place < m_tokens.size() && isWord(m_tokens[place].text.front());
    }

    /// Pairs brackets; false where one has no other.
    bool match() {
        std::vector<std::size_t> open;
        for (std::size_t i = 0; i < m_tokens.size(); ++i) {
            const std::string_view text = m_tokens[i].text;
            if (text == "(" || text == "[" || text == "{") {
                open.push_back(i);
            } else if (text == ")" || text == "]" || text == "}") {
                const std::string_view other = text == ")" ? "(" : text == "]" ? "[" : "{";
                if (open.empty() || m_tokens[open.back()].text != other)
                    return false;
                m_partner[i] = open.back();
                m_partner[open.back()] = i;
                open.pop_back();
            }
        }
        return open.empty();
    }

    /// What the function is called whose body opens at a brace; empty where none does.
    std::string_view nameOf(std::size_t brace) const {
        for (std::size_t i = brace - 1; i < m_tokens.size();) {
            if (isSpecifier(i)) {
                --i;
            } else if (is(i, "}")) {
                return "constructor"; // : member{value} {
            } else if (is(i, "]")) {
                return isLambda(m_partner[i]) ? "[]" : "";
            } else if (is(i, ")")) {
                const std::size_t open = m_partner[i];
                if (!hasArguments(open - 1))
                    return is(open - 1, "]") ? "[]" : isWordAt(open - 1) || isMark(open - 1)
                                                          ? m_tokens[open - 1].text
                                                          : "";
                i = open - 2; // noexcept(…), decltype(…)
            } else {
                const std::size_t arrow = arrowBefore(i);
                if (arrow == none)
                    return "";
                i = arrow - 1;
            }
        }
        return "";
    }

    bool isSpecifier(std::size_t place) const {
        constexpr std::array<std::string_view, 9> words{
            "const", "noexcept", "override", "final", "mutable", "volatile", "constexpr", "&", "try"};
        return std::ranges::find(words, m_tokens[place].text) != words.end();
    }

    /// What takes something in brackets and is no function.
    bool hasArguments(std::size_t place) const {
        constexpr std::array<std::string_view, 5> words{"noexcept", "decltype", "requires",
                                                        "alignas", "__attribute__"};
        return place < m_tokens.size()
               && std::ranges::find(words, m_tokens[place].text) != words.end();
    }

    /// operator<(…), operator()(…), f<T>(…).
    bool isMark(std::size_t place) const {
        return place < m_tokens.size()
               && std::string_view("+-*/%^&|~!=<>)").find(m_tokens[place].text) != std::string::npos;
    }

    /// Whether a bracket opens a lambda: behind a name it would be an index, or an array's size.
    bool isLambda(std::size_t open) const {
        return open == 0 || !(isWordAt(open - 1) || is(open - 1, ")") || is(open - 1, "]"))
               || is(open - 1, "return");
    }

    /// The arrow of the type that ends here, "-> std::vector<int>"; none where there is none.
    std::size_t arrowBefore(std::size_t place) const {
        for (std::size_t i = place; i < m_tokens.size(); --i) {
            if (is(i, "->"))
                return i;
            const bool ofType = isWordAt(i) || is(i, "::") || is(i, "<") || is(i, ">") || is(i, ",")
                                || is(i, "*") || is(i, "&");
            if (!ofType)
                return none;
        }
        return none;
    }

    std::vector<Token> m_tokens;
    std::vector<std::size_t> m_partner; ///< of each bracket
};

} // namespace

FunctionList functionsOf(std::string_view text) {
    return Finder(Cutter(text).tokens()).find();
}

} // namespace architecture
