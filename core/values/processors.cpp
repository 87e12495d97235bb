// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/processors.h"

#include "core/values/text.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <optional>
#include <sstream>
#include <string_view>
#include <thread>
#include <vector>

namespace concertina {

namespace {

namespace fs = std::filesystem;

std::optional<int> processorsOfAffinity() {
    // The kernel refuses a set that is smaller than its own, which may be larger than cpu_set_t.
    for (std::size_t size = CPU_SETSIZE; size <= CPU_SETSIZE * 1024; size *= 2) {
        cpu_set_t* set = CPU_ALLOC(size);
        if (set == nullptr)
            return std::nullopt;
        const bool known = sched_getaffinity(0, CPU_ALLOC_SIZE(size), set) == 0;
        const int count = known ? CPU_COUNT_S(CPU_ALLOC_SIZE(size), set) : 0;
        CPU_FREE(set);
        if (known)
            return count;
    }
    return std::nullopt;
}

/// A hierarchy of control groups that may hold processors back, where it is mounted.
struct Hierarchy {
    bool unified = false; ///< version 2
    std::string root;     ///< what of it is mounted, usually "/"
    fs::path folder;
};

bool lists(std::string_view list, std::string_view name) {
    const auto names = split(list, ',');
    return std::ranges::find(names, name) != names.end();
}

std::vector<Hierarchy> mountedHierarchies(const fs::path& root) {
    std::vector<Hierarchy> found;
    std::ifstream stream(root / "proc/self/mountinfo");
    for (std::string line; std::getline(stream, line);) {
        const auto dash = line.find(" - ");
        if (dash == std::string::npos)
            continue;
        std::istringstream mount(line.substr(0, dash)), system(line.substr(dash + 3));
        std::string number, parent, device, top, folder, type, source, options;
        mount >> number >> parent >> device >> top >> folder;
        system >> type >> source >> options;
        if (type == "cgroup2" || (type == "cgroup" && lists(options, "cpu")))
            found.push_back({type == "cgroup2", top, root / fs::path(folder).relative_path()});
    }
    return found;
}

/// The group of this process in a hierarchy: "/system.slice/…".
std::string groupIn(const Hierarchy& hierarchy, const fs::path& root) {
    std::ifstream stream(root / "proc/self/cgroup"); // number:controllers:group
    for (std::string line; std::getline(stream, line);) {
        const auto first = line.find(':');
        const auto second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos)
            continue;
        const std::string controllers = line.substr(first + 1, second - first - 1);
        if (hierarchy.unified ? controllers.empty() : lists(controllers, "cpu"))
            return line.substr(second + 1);
    }
    return "/";
}

/// Processors' worth of time that a group's files grant; infinite where they set no limit.
double quotaIn(const fs::path& folder, bool unified) {
    std::string quota;
    double period = 0;
    if (unified) {
        std::ifstream(folder / "cpu.max") >> quota >> period;
    } else {
        std::ifstream(folder / "cpu.cfs_quota_us") >> quota;
        std::ifstream(folder / "cpu.cfs_period_us") >> period;
    }
    const auto time = numberFromText(quota); // "max" and -1: no limit
    return time && *time > 0 && period > 0 ? *time / period
                                           : std::numeric_limits<double>::infinity();
}

/// The least that the group of this process and those above it grant.
double quotaOf(const Hierarchy& hierarchy, const fs::path& root) {
    std::string group = groupIn(hierarchy, root);
    // In a container a part of the hierarchy is mounted, and the group may be named from its top.
    if (hierarchy.root != "/" && (group + "/").starts_with(hierarchy.root + "/"))
        group.erase(0, hierarchy.root.size());
    if (group.starts_with("/.."))
        group.clear(); // beyond what is mounted
    double least = quotaIn(hierarchy.folder, hierarchy.unified);
    fs::path folder = hierarchy.folder;
    for (const fs::path& part : fs::path(group).relative_path()) {
        folder /= part;
        least = std::min(least, quotaIn(folder, hierarchy.unified));
    }
    return least;
}

/// OMP_NUM_THREADS, for the outermost level; none where it is not set or no count.
std::optional<int> openMpThreads() {
    const char* value = std::getenv("OMP_NUM_THREADS");
    if (value == nullptr)
        return std::nullopt;
    const std::string first = split(value, ',').front();
    int count = 0;
    const auto [end, error] = std::from_chars(first.data(), first.data() + first.size(), count);
    const bool whole = error == std::errc() && end == first.data() + first.size();
    return whole && count > 0 ? std::optional(count) : std::nullopt;
}

} // namespace

Allowance permittedProcessors(const fs::path& root) {
    Allowance allowance{std::max(1, static_cast<int>(std::thread::hardware_concurrency())), "cores"};
    if (const auto affinity = processorsOfAffinity(); affinity && *affinity < allowance.count)
        allowance = {std::max(1, *affinity), "affinity"};
    for (const Hierarchy& hierarchy : mountedHierarchies(root)) {
        const double quota = quotaOf(hierarchy, root);
        if (std::ceil(quota) < allowance.count)
            allowance = {std::max(1, static_cast<int>(std::ceil(quota))), "cgroup"};
    }
    return allowance;
}

Allowance computeThreads(int requested) {
    if (requested > 0)
        return {requested, "train.threads"};
    if (const auto threads = openMpThreads())
        return {*threads, "OMP_NUM_THREADS"};
    return permittedProcessors();
}

} // namespace concertina
