// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/csv_table.h"

#include "core/values/text.h"

#include <algorithm>
#include <set>
#include <utility>

namespace concertina {

namespace {

std::string lineText(int line) {
    return "line " + std::to_string(line);
}

Problem notUtf8(int line, std::string found) {
    return {"csv.encoding", lineText(line), std::move(found), "text in UTF-8",
            "save the table as \"CSV UTF-8\""};
}

/// The bytes of the UTF-8 character that a text begins with; 0 where there is none.
std::size_t utf8Length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    const std::size_t length = first < 0x80    ? 1
                               : first < 0xC2  ? 0
                               : first < 0xE0  ? 2
                               : first < 0xF0  ? 3
                               : first <= 0xF4 ? 4
                                               : 0;
    if (length == 0 || length > text.size())
        return 0;
    for (std::size_t i = 1; i < length; ++i)
        if ((byte(i) & 0xC0U) != 0x80)
            return 0;
    const bool overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
    const bool beyond = (first == 0xED && byte(1) > 0x9F) || (first == 0xF4 && byte(1) > 0x8F);
    return overlong || beyond ? 0 : length;
}

std::optional<Problem> checkEncoding(std::string_view text) {
    if (text.starts_with("\xFF\xFE") || text.starts_with("\xFE\xFF"))
        return notUtf8(1, "text in UTF-16");
    int line = 1;
    while (!text.empty()) {
        const std::size_t length = utf8Length(text);
        if (length == 0)
            return notUtf8(line, "bytes that are no UTF-8");
        if (text.front() == '\0')
            return notUtf8(line, "a byte 0");
        if (text.front() == '\n' || (text.front() == '\r' && !text.substr(1).starts_with('\n')))
            ++line;
        text.remove_prefix(length);
    }
    return std::nullopt;
}

/// Takes a text apart, row by row.
class CsvReader {
public:
    CsvReader(std::string_view text, char separator) : m_text(text), m_separator(separator) {}

    /// The next row that is not empty; none at the end.
    Expected<std::optional<CsvTable::Row>> next() {
        while (m_at < m_text.size()) {
            CsvTable::Row row{.line = m_line};
            bool quotes = false;
            for (bool more = true; more;) {
                auto cell = readCell(quotes);
                if (!cell)
                    return failure(cell.error());
                row.cells.push_back(std::move(*cell));
                more = m_at < m_text.size() && m_text[m_at] == m_separator;
                if (more)
                    ++m_at;
            }
            endLine();
            if (quotes || !std::ranges::all_of(row.cells, &std::string::empty))
                return row;
        }
        return std::nullopt;
    }

private:
    bool atEnd() const {
        return m_at >= m_text.size() || m_text[m_at] == '\n' || m_text[m_at] == '\r'
               || m_text[m_at] == m_separator;
    }

    void endLine() {
        if (m_text.substr(m_at).starts_with("\r\n"))
            ++m_at;
        if (m_at < m_text.size())
            ++m_at;
        ++m_line;
    }

    void skipBlanks() {
        while (m_at < m_text.size() && m_separator != m_text[m_at]
               && (m_text[m_at] == ' ' || m_text[m_at] == '\t'))
            ++m_at;
    }

    Expected<std::string> readCell(bool& quotes) {
        skipBlanks();
        if (m_at < m_text.size() && m_text[m_at] == '"') {
            quotes = true;
            return quoted();
        }
        const std::size_t begin = m_at;
        while (!atEnd())
            if (m_text[m_at++] == '"')
                return failure({"csv.quote", lineText(m_line),
                                "a quote inside a cell without quotes",
                                "\"…\" around the cell, and \"\" for a quote in it", ""});
        return std::string(trimmed(m_text.substr(begin, m_at - begin)));
    }

    Expected<std::string> quoted() {
        const int begun = m_line;
        std::string cell;
        for (++m_at; m_at < m_text.size(); ++m_at) {
            const char letter = m_text[m_at];
            if (letter == '"') {
                if (!m_text.substr(m_at + 1).starts_with('"'))
                    break;
                ++m_at;
            }
            if (letter == '\n' || (letter == '\r' && !m_text.substr(m_at + 1).starts_with('\n')))
                ++m_line;
            cell += letter;
        }
        if (m_at >= m_text.size())
            return failure({"csv.quote", lineText(begun), "a quote that is never closed",
                            "a second quote", ""});
        ++m_at;
        skipBlanks();
        if (!atEnd())
            return failure({"csv.quote", lineText(m_line), "text behind a closing quote",
                            "the next cell", "a quote inside a cell is written \"\""});
        return cell;
    }

    std::string_view m_text;
    char m_separator;
    std::size_t m_at = 0;
    int m_line = 1;
};

/// What parts the cells, by the first line that is not empty.
char separatorOf(std::string_view text) {
    const auto begin = std::min(text.find_first_not_of("\r\n"), text.size());
    const std::string_view line = text.substr(begin, text.find_first_of("\r\n", begin) - begin);
    for (const char separator : {',', ';', '\t'})
        if (line.find(separator) != std::string_view::npos)
            return separator;
    return ',';
}

std::optional<Problem> checkCsvHeader(const CsvTable::Row& row) {
    std::set<std::string> known;
    for (const std::string& name : row.cells)
        if (!name.empty() && !known.insert(name).second)
            return Problem{"csv.header", lineText(row.line),
                           "two columns \"" + shortened(name, 60) + "\"",
                           "a name of its own for each column", ""};
    if (known.empty())
        return Problem{"csv.header", lineText(row.line), "no names", "the names of the columns",
                       ""};
    return std::nullopt;
}

} // namespace

std::optional<std::size_t> CsvTable::column(std::string_view name) const {
    const auto found = std::ranges::find(header, name);
    return found == header.end() ? std::nullopt
                                 : std::optional(static_cast<std::size_t>(found - header.begin()));
}

Expected<CsvTable> readCsv(std::string_view text) {
    if (auto problem = checkEncoding(text))
        return failure(std::move(*problem));
    if (text.starts_with("\xEF\xBB\xBF"))
        text.remove_prefix(3);
    CsvReader reader(text, separatorOf(text));
    CsvTable table;
    for (;;) {
        auto row = reader.next();
        if (!row)
            return failure(row.error());
        if (!*row)
            break;
        if (table.header.empty()) {
            if (auto problem = checkCsvHeader(**row))
                return failure(std::move(*problem));
            table.header = std::move((*row)->cells);
        } else if ((*row)->cells.size() != table.header.size()) {
            return failure({"csv.cells", lineText((*row)->line),
                            std::to_string((*row)->cells.size())
                                + ((*row)->cells.size() == 1 ? " cell" : " cells"),
                            std::to_string(table.header.size()) + ", as the header has",
                            "a cell with a comma needs quotes around it"});
        } else {
            table.rows.push_back(std::move(**row));
        }
    }
    if (table.rows.empty())
        return failure({"csv.empty", "", table.header.empty() ? "nothing" : "a header alone",
                        "a header with the columns' names, and a row a sample", ""});
    return table;
}

} // namespace concertina
