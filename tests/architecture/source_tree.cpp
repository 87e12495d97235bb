// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/architecture/source_tree.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>
#include <iterator>

namespace architecture {

namespace {

bool endsWithOneOf(std::string_view path, std::initializer_list<std::string_view> endings) {
    return std::ranges::any_of(endings,
                               [&](std::string_view ending) { return path.ends_with(ending); });
}

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

/// Where the literal that opens at `begin` ends: behind its closing quote, or at the line's end.
std::size_t literalEnd(std::string_view text, std::size_t begin) {
    std::size_t i = begin + 1;
    while (i < text.size() && text[i] != text[begin] && text[i] != '\n')
        i += text[i] == '\\' ? 2 : 1;
    return std::min(i + 1, text.size());
}

/// The same for R"x(…)x", whose quote is at `begin`.
std::size_t rawLiteralEnd(std::string_view text, std::size_t begin) {
    const auto open = text.find('(', begin);
    if (open == std::string_view::npos)
        return text.size();
    const std::string close = ")" + std::string(text.substr(begin + 1, open - begin - 1)) + "\"";
    const auto end = text.find(close, open);
    return end == std::string_view::npos ? text.size() : end + close.size();
}

/// The text with comments and raw literals blanked; its lines stay where they are.
std::string withoutComments(std::string_view text) {
    std::string code(text);
    const auto blank = [&](std::size_t from, std::size_t to) {
        for (std::size_t i = from; i < to; ++i)
            if (code[i] != '\n')
                code[i] = ' ';
    };
    for (std::size_t i = 0; i < text.size();) {
        std::size_t end = i + 1;
        if (text.substr(i, 2) == "//") {
            end = std::min(text.find('\n', i), text.size());
            blank(i, end);
        } else if (text.substr(i, 2) == "/*") {
            const auto close = text.find("*/", i + 2);
            end = close == std::string_view::npos ? text.size() : close + 2;
            blank(i, end);
        } else if (text[i] == '"' && i > 0 && text[i - 1] == 'R') {
            end = rawLiteralEnd(text, i);
            blank(i, end);
        } else if (text[i] == '"') {
            end = literalEnd(text, i);
        } else if (text[i] == '\'' && (i == 0 || std::isalnum(text[i - 1]) == 0)) {
            end = literalEnd(text, i); // else it parts the digits of a number
        }
        i = end;
    }
    return code;
}

/// The include of a line of code, if it is one.
void readLine(std::string_view line, int number, SourceFile& file) {
    line = trimmed(line);
    if (line.empty())
        return;
    ++file.codeLines;
    if (!line.starts_with('#'))
        return;
    line = trimmed(line.substr(1));
    file.pragmaOnce = file.pragmaOnce || (line.starts_with("pragma") && line.ends_with("once"));
    constexpr std::string_view word = "include";
    if (!line.starts_with(word))
        return;
    line = trimmed(line.substr(word.size()));
    Include include{number, ""};
    if (line.starts_with('<') || line.starts_with('"')) {
        const auto end = line.find(line.front() == '<' ? '>' : '"', 1);
        include.target = line.substr(1, end == std::string_view::npos ? end : end - 1);
    }
    file.includes.push_back(std::move(include));
}

} // namespace

bool SourceFile::isHeader() const {
    return endsWithOneOf(path, {".h", ".hpp", ".hxx", ".hh"});
}

bool SourceFile::isCode() const {
    return isHeader() || endsWithOneOf(path, {".cpp", ".cxx", ".cc", ".c", ".inl"});
}

std::string SourceFile::folder() const {
    const auto slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash);
}

const SourceFile* SourceTree::file(std::string_view path) const {
    const auto found = std::ranges::lower_bound(files, path, {}, &SourceFile::path);
    return found != files.end() && found->path == path ? &*found : nullptr;
}

SourceFile readSource(std::string path, std::string_view text) {
    SourceFile file{.path = std::move(path)};
    std::size_t thirdLine = 0;
    for (int i = 0; i < 3 && thirdLine != std::string_view::npos; ++i)
        thirdLine = text.find('\n', thirdLine + (i > 0 ? 1 : 0));
    // What goes out with a network is free for all.
    const std::string_view license = file.path.starts_with("resources/exports/")
                                         ? "SPDX-License-Identifier: 0BSD"
                                         : "SPDX-License-Identifier: GPL-3.0-or-later";
    file.licensed = text.substr(0, thirdLine).find(license) != std::string_view::npos;
    if (file.isCode())
        file.functions = functionsOf(text);
    const std::string code = file.isCode() ? withoutComments(text) : std::string(text);
    for (std::size_t begin = 0; begin < code.size();) {
        const auto end = std::min(code.find('\n', begin), code.size());
        const std::string_view line = std::string_view(code).substr(begin, end - begin);
        ++file.lines;
        if (file.isCode())
            readLine(line, file.lines, file);
        begin = end + 1;
    }
    return file;
}

SourceTree readTree(const std::filesystem::path& root) {
    namespace fs = std::filesystem;
    SourceTree tree;
    for (auto entry = fs::recursive_directory_iterator(root);
         entry != fs::recursive_directory_iterator(); ++entry) {
        const std::string name = entry->path().filename().string();
        const std::string path = fs::relative(entry->path(), root).generic_string();
        if (entry->is_directory()) {
            // Build folders, and what is no part of the project though it lies here.
            const bool outside =
                entry.depth() == 0 && (name.starts_with("build") || name == "shared");
            if (name.starts_with('.') || outside)
                entry.disable_recursion_pending();
            else
                tree.folders.push_back(path);
            continue;
        }
        const SourceFile named{.path = path};
        if (!named.isCode() && name != "CMakeLists.txt"
            && !endsWithOneOf(name, {".cmake", ".sh", ".py"}))
            continue;
        std::ifstream stream(entry->path(), std::ios::binary);
        tree.files.push_back(
            readSource(path, std::string(std::istreambuf_iterator<char>(stream), {})));
    }
    std::ranges::sort(tree.files, {}, &SourceFile::path);
    std::ranges::sort(tree.folders);
    return tree;
}

} // namespace architecture
