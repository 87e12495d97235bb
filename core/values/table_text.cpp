// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/table_text.h"

#include "core/values/text.h"

#include <algorithm>
#include <array>
#include <span>

namespace concertina {

namespace {

struct Characters {
    char32_t first, last;
};

// Controls, and marks that would turn the direction of what stands behind them.
constexpr std::array<Characters, 7> hidden{{{0x00, 0x1F}, {0x7F, 0x9F}, {0x061C, 0x061C},
                                            {0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069},
                                            {0xFEFF, 0xFEFF}}};

// Unicode's East Asian Width, W and F, in its large blocks.
constexpr std::array<Characters, 13> wide{{{0x1100, 0x115F}, {0x2E80, 0x303E}, {0x3041, 0x33FF},
                                           {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xA000, 0xA4CF},
                                           {0xAC00, 0xD7A3}, {0xF900, 0xFAFF}, {0xFE30, 0xFE6F},
                                           {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF},
                                           {0x20000, 0x3FFFD}}};

// Marks that stand on, or join, what is before them.
constexpr std::array<Characters, 5> combining{{{0x0300, 0x036F}, {0x200B, 0x200D}, {0x20D0, 0x20FF},
                                               {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}}};

bool isOneOf(char32_t character, std::span<const Characters> ranges) {
    return std::ranges::any_of(ranges, [character](const Characters& range) {
        return character >= range.first && character <= range.last;
    });
}

/// Takes the first character off a text in UTF-8.
char32_t takeCharacter(std::string_view& text, std::string_view& bytes) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
    bytes = text.substr(0, length);
    text.remove_prefix(bytes.size());
    if (length == 1)
        return first;
    char32_t character = first & (0x7FU >> length);
    for (const char byte : bytes.substr(1))
        character = character << 6U | (static_cast<unsigned char>(byte) & 0x3FU);
    return character;
}

std::string escaped(char32_t character) {
    std::string text = "\\u";
    for (int shift = 12; shift >= 0; shift -= 4)
        text += "0123456789abcdef"[character >> shift & 15U];
    return text;
}

std::string escapedText(std::string_view text, bool lines) {
    const std::string valid = validUtf8(text);
    std::string shown;
    std::string_view bytes;
    for (std::string_view rest = valid; !rest.empty();) {
        const char32_t character = takeCharacter(rest, bytes);
        const bool breaks = character == U'\n' || character == U'\t';
        if (breaks && !lines)
            shown += character == U'\n' ? "\\n" : "\\t";
        else if (!breaks && isOneOf(character, hidden))
            shown += escaped(character);
        else
            shown += bytes;
    }
    return shown;
}

std::string replaced(std::string text, char what, std::string_view with) {
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
        text.replace(at, 1, with);
    return text;
}

TableRows onOneLine(TableRows rows) {
    for (auto& row : rows)
        for (std::string& cell : row)
            cell = oneLine(cell);
    return rows;
}

} // namespace

std::string printable(std::string_view text) {
    return escapedText(text, true);
}

std::string oneLine(std::string_view text) {
    return escapedText(text, false);
}

std::size_t displayWidth(std::string_view text) {
    const std::string valid = validUtf8(text);
    std::size_t width = 0;
    std::string_view bytes;
    for (std::string_view rest = valid; !rest.empty();) {
        const char32_t character = takeCharacter(rest, bytes);
        width += isOneOf(character, combining) ? 0 : isOneOf(character, wide) ? 2 : 1;
    }
    return width;
}

std::string tableText(const TableRows& table) {
    const TableRows rows = onOneLine(table);
    std::vector<std::size_t> widths;
    for (const auto& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i)
            widths[i] = std::max(widths[i], displayWidth(row[i]));
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < row.size(); ++i) {
            const std::string pad(widths[i] - displayWidth(row[i]), ' ');
            line += i == 0 ? "  " + row[i] + pad : "  " + pad + row[i];
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string markdownText(const TableRows& rows) {
    std::string text;
    for (const auto& row : onOneLine(rows)) {
        std::vector<std::string> cells;
        for (const std::string& cell : row)
            cells.push_back(replaced(cell, '|', "\\|"));
        const bool header = text.empty();
        text += "| " + join(cells, " | ") + " |\n";
        if (!header)
            continue;
        text += "|---|";
        for (std::size_t k = 1; k < row.size(); ++k)
            text += "---:|";
        text += "\n";
    }
    return text;
}

std::string csvText(const TableRows& rows) {
    std::string text;
    for (const auto& row : onOneLine(rows)) {
        std::vector<std::string> cells;
        for (const std::string& cell : row) {
            const bool quoted = cell.find_first_of("\",") != std::string::npos
                                || trimmed(cell).size() != cell.size();
            cells.push_back(quoted ? "\"" + replaced(cell, '"', "\"\"") + "\"" : cell);
        }
        text += join(cells, ",") + "\n";
    }
    return text;
}

} // namespace concertina
