// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/process.h"

#include "core/tensor/blas_core.h"
#include "core/tensor/memory.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace concertina {

namespace {

constexpr const char* coreVariable = "OPENBLAS_CORETYPE";

/// Why the program was started again; taken out of the environment, so that none of its children
/// takes it for itself. "passive", "core BEFORE SETTING", or "refused CORE".
constexpr const char* reasonVariable = "CONCERTINA_STARTED_AGAIN";

constexpr unsigned patience = 20; // seconds, for the child that multiplies

std::optional<std::string> variable(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

/// Returns only where it fails: then all goes on as it is.
void startAgain(char** argv, const std::string& reason) {
    setenv(reasonVariable, reason.c_str(), 1);
    // By its own path, so that the process keeps its name; the link serves where the file is gone.
    std::error_code error;
    const auto program = std::filesystem::read_symlink("/proc/self/exe", error);
    if (!error)
        execv(program.c_str(), argv);
    execv("/proc/self/exe", argv);
    unsetenv(reasonVariable);
}

/// Whether products are right, found out in a child: kernels that are wrong for a processor may also
/// crash or never return.
bool areProductsRightInChild() {
    const auto before = std::signal(SIGCHLD, SIG_DFL); // ignored, it would take the answer away
    const pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_DUMPABLE, 0); // a crash is an answer, and leaves nothing about
        std::signal(SIGALRM, SIG_DFL);
        alarm(patience);
        _exit(areProductsRight() ? 0 : 1);
    }
    int status = 1;
    pid_t ended = 0;
    while (child > 0 && (ended = waitpid(child, &status, 0)) < 0 && errno == EINTR) {
        // A signal came in between.
    }
    std::signal(SIGCHLD, before);
    return child > 0 && ended == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool keepsCore() {
    const auto keep = variable("CONCERTINA_KEEP_CORETYPE");
    return keep && !keep->empty() && *keep != "0";
}

/// The first time: sets what libraries should have found when they were loaded. The reason to start
/// again; empty where there is none.
std::string prepareEnvironment() {
    std::string reason;
    if (!variable("OMP_WAIT_POLICY")) {
        setenv("OMP_WAIT_POLICY", "PASSIVE", 1);
        reason = "passive";
    }
    const std::string core = blasCore(), better = processorCore();
    if (!keepsCore() && isCoreBelow(core, better)) {
        reason = "core " + core + " " + variable(coreVariable).value_or("");
        setenv(coreVariable, better.c_str(), 1);
    }
    return reason;
}

/// After a restart for a core type, noted as "BEFORE SETTING": keeps it if right, or goes back.
void checkCore(char** argv, std::string_view note) {
    const std::string before(note.substr(0, note.find(' ')));
    const std::string setting(note.substr(before.size() + 1));
    const std::string asked = variable(coreVariable).value_or("");
    if (!isCoreBelow(blasCore(), asked) && areProductsRightInChild()) {
        setCoreChange({.before = before, .refused = {}, .bySetting = !setting.empty()});
        return;
    }
    if (setting.empty())
        unsetenv(coreVariable);
    else
        setenv(coreVariable, setting.c_str(), 1);
    setCoreChange({.before = {}, .refused = asked, .bySetting = false});
    startAgain(argv, "refused " + asked);
}

} // namespace

void beginProcess(char** argv) {
    const auto reason = variable(reasonVariable);
    unsetenv(reasonVariable);
    if (!reason) {
        if (const std::string found = prepareEnvironment(); !found.empty())
            startAgain(argv, found);
    } else if (reason->starts_with("core ")) {
        checkCore(argv, reason->substr(5));
    } else if (reason->starts_with("refused ")) {
        setCoreChange({.before = {}, .refused = reason->substr(8), .bySetting = false});
    }
    keepFreedMemory();
}

} // namespace concertina
