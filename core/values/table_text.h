// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

// Tables as text, for people and for programs. What people named may hold anything; in none of them
// does a cell end its line, or command a terminal.

using TableRows = std::vector<std::vector<std::string>>;

/// With control characters, and those that turn the direction of writing, as "\u001b"; line feeds
/// and tabs stay. In JSON it is the same text.
std::string printable(std::string_view text);

/// The same on one line: "two\nlines" shows its "\n".
std::string oneLine(std::string_view text);

/// How many columns of a terminal a text takes: none for what combines with the character before
/// it, two for the wide ones of East Asia and pictures.
std::size_t displayWidth(std::string_view text);

/// Lines of columns as wide as their widest cell, two spaces apart; the first column is aligned to
/// the left, the others to the right.
std::string tableText(const TableRows& rows);

/// The first row is the header. A bar in a cell is escaped.
std::string markdownText(const TableRows& rows);

/// For programs: commas between cells, a row a line; in quotes where a cell needs them.
std::string csvText(const TableRows& rows);

} // namespace concertina
