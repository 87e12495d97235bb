// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/json.h"
#include "core/values/problem.h"
#include "core/values/report.h"

#include <mutex>
#include <string>

namespace concertina {

/// The program's exit codes, as the help lists them.
enum ExitCode { Done = 0, ProblemReported = 1, WrongUsage = 2, Interrupted = 130 };

/// What the program writes: results to stdout, for people or as one JSON object a line; problems
/// and, on a terminal, a line of progress to stderr. What people named may hold anything: control
/// characters are shown, not sent to the terminal. May be used from any thread.
class Console {
public:
    explicit Console(bool json);

    bool isJson() const { return m_json; }

    /// For people; nothing in JSON mode.
    void say(const std::string& text);

    /// For people, beside the results: a line on stderr.
    void note(const std::string& line);

    /// A line of JSON; nothing for people.
    void emit(const Json& object);

    /// Replaces the line of progress on a terminal; elsewhere a line now and then. Nothing in JSON
    /// mode.
    void progress(const std::string& line);
    void endProgress();

    /// Reports what is wrong and returns the exit code for it.
    ExitCode fail(const Problem& problem);
    ExitCode fail(const Problems& problems);

    /// A progress callback that shows here.
    Progress reporter();

private:
    void clearProgress();

    const bool m_json;
    const bool m_terminal;
    std::mutex m_mutex;          ///< guards what follows, and keeps lines whole
    std::size_t m_lineWidth = 0; ///< of the progress that stands there
    double m_lastLine = -1e9;    ///< seconds, of the steady clock
};

/// "Run k7f3m2qd "name"", on one line whatever the name holds.
std::string runText(const std::string& run, const std::string& name);

} // namespace concertina
