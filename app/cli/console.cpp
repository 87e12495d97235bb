// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/console.h"

#include "core/values/table_text.h"
#include "core/values/text.h"

#include <unistd.h>

#include <chrono>
#include <cstdio>

namespace concertina {

namespace {

constexpr double secondsBetweenLines = 10; // where there is no terminal

double now() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

/// A problem on one line, with what would do where its hint does not say so.
std::string lineOf(const Problem& problem) {
    std::string line = toText(problem);
    const auto& fix = problem.fix;
    if (fix && fix->text && problem.hint.find("\"" + *fix->text + "\"") == std::string::npos)
        line += (problem.hint.empty() ? "; for example " : ". For example ") + fix->path + "="
                + *fix->text;
    return oneLine(line);
}

Json jsonOf(const Problem& problem) {
    Json json = {{"event", "problem"},
                 {"code", problem.code},
                 {"path", problem.path},
                 {"found", problem.found},
                 {"expected", problem.expected},
                 {"hint", problem.hint}};
    if (problem.fix) // without "value": what stands there is to be taken away
        json["fix"] = {{"path", problem.fix->path}};
    if (problem.fix && problem.fix->text)
        json["fix"]["value"] = *problem.fix->text;
    return json;
}

} // namespace

Console::Console(bool json) : m_json(json), m_terminal(isatty(STDERR_FILENO) != 0) {}

void Console::say(const std::string& text) {
    if (m_json)
        return;
    const std::lock_guard lock(m_mutex);
    clearProgress();
    std::fputs(printable(text).c_str(), stdout);
    std::fflush(stdout);
}

void Console::note(const std::string& line) {
    if (m_json)
        return;
    const std::lock_guard lock(m_mutex);
    clearProgress();
    std::fprintf(stderr, "%s\n", oneLine(line).c_str());
}

void Console::emit(const Json& object) {
    if (!m_json)
        return;
    const std::lock_guard lock(m_mutex);
    std::fputs((printable(jsonText(object)) + "\n").c_str(), stdout);
    std::fflush(stdout);
}

void Console::progress(const std::string& what) {
    if (m_json)
        return;
    const std::string line = oneLine(what);
    const std::lock_guard lock(m_mutex);
    if (!m_terminal) {
        if (now() - m_lastLine < secondsBetweenLines)
            return;
        m_lastLine = now();
        std::fprintf(stderr, "%s\n", line.c_str());
        return;
    }
    const std::size_t width = displayWidth(line);
    std::string text = "\r" + line;
    if (width < m_lineWidth)
        text.append(m_lineWidth - width, ' ');
    m_lineWidth = width;
    std::fputs(text.c_str(), stderr);
    std::fflush(stderr);
}

void Console::endProgress() {
    const std::lock_guard lock(m_mutex);
    clearProgress();
}

void Console::clearProgress() {
    if (m_lineWidth == 0)
        return;
    std::fprintf(stderr, "\r%s\r", std::string(m_lineWidth, ' ').c_str());
    std::fflush(stderr);
    m_lineWidth = 0;
}

ExitCode Console::fail(const Problem& problem) {
    return fail(Problems{problem});
}

ExitCode Console::fail(const Problems& problems) {
    endProgress();
    for (const Problem& problem : problems) {
        std::fprintf(stderr, "concertina-cli: %s\n", lineOf(problem).c_str());
        emit(jsonOf(problem));
    }
    return ProblemReported;
}

std::string runText(const std::string& run, const std::string& name) {
    return "Run " + run + " \"" + oneLine(name) + "\"";
}

Progress Console::reporter() {
    const std::lock_guard lock(m_mutex);
    m_lastLine = now(); // a log needs no line of work that is done at once
    return [this](double share, const std::string& what) {
        if (share < 1)
            progress(std::to_string(static_cast<int>(100 * share)) + " %  " + what);
        else
            endProgress();
    };
}

} // namespace concertina
