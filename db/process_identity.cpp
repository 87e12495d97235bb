// SPDX-License-Identifier: GPL-3.0-or-later
#include "db/process_identity.h"

#include "core/values/text.h"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace concertina {

namespace {

std::string fileText(const std::string& file) {
    std::ifstream stream(file);
    std::ostringstream text;
    text << stream.rdbuf();
    return std::string(trimmed(text.str()));
}

std::string hostName() {
    std::array<char, 256> buffer{};
    if (gethostname(buffer.data(), buffer.size() - 1) != 0)
        return "localhost";
    return buffer.data();
}

std::string machineName(const std::string& host) {
    // The number that Linux gives the namespace in which init runs.
    constexpr std::string_view first = "pid:[4026531836]";
    std::string machine = fileText("/etc/machine-id");
    if (machine.empty())
        machine = host;
    std::error_code error;
    const std::string space = std::filesystem::read_symlink("/proc/self/ns/pid", error).string();
    if (!error && space != first)
        machine += "/" + host + "/" + space;
    return machine;
}

struct ProcessStat {
    char state = ' ';
    std::int64_t started = 0;
};

std::optional<ProcessStat> processStat(const std::string& process) {
    const std::string text = fileText("/proc/" + process + "/stat");
    // The second field, the program's name in parentheses, may hold anything.
    const auto name = text.rfind(')');
    if (name == std::string::npos)
        return std::nullopt;
    std::istringstream fields(text.substr(name + 1));
    ProcessStat stat;
    fields >> stat.state;
    std::string skipped;
    for (int field = 4; field < 22; ++field)
        fields >> skipped;
    fields >> stat.started;
    if (fields.fail())
        return std::nullopt;
    return stat;
}

} // namespace

ProcessIdentity thisProcess() {
    ProcessIdentity process;
    process.host = hostName();
    process.machine = machineName(process.host);
    process.boot = fileText("/proc/sys/kernel/random/boot_id");
    process.pid = getpid();
    if (const auto stat = processStat("self"))
        process.started = stat->started;
    return process;
}

std::string toText(const ProcessIdentity& process) {
    return "process " + std::to_string(process.pid) + " on " + process.host;
}

ProcessLife lifeOf(const ProcessIdentity& process, const ProcessIdentity& here) {
    if (process.machine != here.machine)
        return ProcessLife::Unknown;
    if (process.boot != here.boot)
        return ProcessLife::Dead;
    if (const auto stat = processStat(std::to_string(process.pid))) {
        // A killed process stays as a zombie until its parent asks for it.
        const bool gone = stat->state == 'Z' || stat->state == 'X' || stat->state == 'x';
        return !gone && stat->started == process.started ? ProcessLife::Alive : ProcessLife::Dead;
    }
    // /proc may hide the processes of other people.
    const bool exists = kill(static_cast<pid_t>(process.pid), 0) == 0 || errno == EPERM;
    return exists ? ProcessLife::Unknown : ProcessLife::Dead;
}

} // namespace concertina
