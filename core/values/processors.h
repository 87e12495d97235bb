// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <string>

namespace concertina {

/// A number of threads or processors, and what says so: "train.threads", "OMP_NUM_THREADS",
/// "cgroup", "affinity", or "cores" (as many as the machine has).
struct Allowance {
    int count = 1;
    std::string by;
};

/// How many processors this process may keep busy: the cores that are online, fewer where its
/// affinity holds fewer (`taskset`, a batch system, a container's cpuset) or where its cgroup or one
/// above it has a quota of time (`docker --cpus`, systemd's CPUQuota=; version 1 and 2), a part of a
/// processor counting as one. At least 1. `root` is the folder in which `proc` and `sys` stand.
Allowance permittedProcessors(const std::filesystem::path& root = "/");

/// How many threads compute: `requested`, or where that is 0 OMP_NUM_THREADS (of a list the first),
/// or where that is none `permittedProcessors`.
Allowance computeThreads(int requested);

} // namespace concertina
