// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>

namespace concertina {

/// Names one process among all that ever ran on any machine: a process number is used again,
/// together with its start and the boot it is not.
struct ProcessIdentity {
    /// /etc/machine-id, else the host's name. In a container host's name and process namespace
    /// are added: process numbers of another namespace mean nothing here.
    std::string machine;
    std::string host;         ///< the host's name, for people
    std::string boot;         ///< /proc/sys/kernel/random/boot_id
    std::int64_t pid = 0;
    std::int64_t started = 0; ///< clock ticks after boot, field 22 of /proc/PID/stat

    bool operator==(const ProcessIdentity&) const = default;
};

/// The calling process.
ProcessIdentity thisProcess();

/// "process 1234 on kitchen".
std::string toText(const ProcessIdentity& process);

enum class ProcessLife {
    Alive,
    Dead,
    Unknown ///< on another machine, or hidden from us
};

/// Whether `process` still runs, as far as it can be seen from `here`.
ProcessLife lifeOf(const ProcessIdentity& process, const ProcessIdentity& here);

} // namespace concertina
