// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/architecture/module_table.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

namespace architecture {

namespace {

/// What a header of a library begins with.
const std::vector<std::pair<std::string, std::vector<std::string>>> libraries{
    {"LibTorch", {"torch/", "ATen/", "c10/", "caffe2/", "torch.h"}},
    {"OpenCV", {"opencv2/", "opencv4/", "opencv/"}},
    {"QCustomPlot", {"qcustomplot.h", "QCustomPlot"}},
    {"SQLite", {"sqlite3.h", "sqlite3ext.h", "SQLiteCpp/"}},
    {"OpenSSL", {"openssl/"}},
    {"libzip", {"zip.h"}},
    {"libpng", {"png.h"}},
    {"jemalloc", {"jemalloc/"}},
    {"nlohmann-json", {"nlohmann/"}},
    {"tl-expected", {"tl/"}},
    {"CLI11", {"CLI/"}},
    {"HDF5", {"hdf5", "H5"}},
    {"ONNX", {"onnx/", "onnxruntime", "google/protobuf/"}},
};

const std::set<std::string, std::less<>> standardHeaders{
    // C++20
    "algorithm", "any", "array", "atomic", "barrier", "bit", "bitset", "charconv", "chrono",
    "compare", "complex", "concepts", "condition_variable", "coroutine", "deque", "exception",
    "execution", "filesystem", "forward_list", "fstream", "functional", "future",
    "initializer_list", "iomanip", "ios", "iosfwd", "iostream", "istream", "iterator", "latch",
    "limits", "list", "locale", "map", "memory", "memory_resource", "mutex", "new", "numbers",
    "numeric", "optional", "ostream", "queue", "random", "ranges", "ratio", "regex",
    "scoped_allocator", "semaphore", "set", "shared_mutex", "source_location", "span", "sstream",
    "stack", "stdexcept", "stop_token", "streambuf", "string", "string_view", "system_error",
    "thread", "tuple", "type_traits", "typeindex", "typeinfo", "unordered_map", "unordered_set",
    "utility", "valarray", "variant", "vector", "version",
    // C
    "cassert", "cctype", "cerrno", "cfenv", "cfloat", "cinttypes", "climits", "clocale", "cmath",
    "csetjmp", "csignal", "cstdarg", "cstddef", "cstdint", "cstdio", "cstdlib", "cstring", "ctime",
    "cuchar", "cwchar", "cwctype",
    // POSIX and the C library
    "dirent.h", "dlfcn.h", "errno.h", "fcntl.h", "fnmatch.h", "glob.h", "poll.h", "pthread.h",
    "malloc.h", "pwd.h", "sched.h", "semaphore.h", "signal.h", "spawn.h", "stdint.h", "stdio.h",
    "stdlib.h", "string.h", "termios.h", "time.h", "unistd.h", "immintrin.h"};

bool isQt(std::string_view header) {
    return header.size() > 1 && header[0] == 'Q'
           && (std::isupper(static_cast<unsigned char>(header[1])) != 0 || header[1] == 't');
}

/// Inside core the modules stand in the order in which data travels.
std::vector<Module> coreModules() {
    return {
        {"core/values", {}, {"nlohmann-json", "tl-expected"}},
        {"core/model", {"core/values"}, {}},

        {"core/tensor", {"core/values"}, {"LibTorch", "OpenSSL", "libzip", "jemalloc"}},
        {"core/data",
         {"core/values", "core/model", "core/tensor", "core/data/rooms"},
         {"LibTorch", "OpenCV", "libpng", "HDF5"}},
        {"core/data/rooms", {"core/values", "core/model", "core/data"}, {}},
        {"core/tasks", {"core/values", "core/model", "core/tensor", "core/data"}, {"LibTorch"}},
        {"core/backbones", {"core/values", "core/model"}, {}},
        {"core/parametrizations", {"core/values", "core/model", "core/tensor"}, {"LibTorch"}},
        {"core/network",
         {"core/values", "core/model", "core/tensor", "core/parametrizations"},
         {"LibTorch"}},
        {"core/optimizers", {"core/values", "core/model", "core/tensor", "core/network"}, {}},
        {"core/balancing", {"core/values", "core/model"}, {}},
        {"core/training",
         {"core", "core/values", "core/model", "core/tensor", "core/data", "core/tasks",
          "core/parametrizations", "core/network", "core/optimizers", "core/balancing"},
         {"LibTorch"}},
        {"core/collapse",
         {"core", "core/values", "core/model", "core/tensor", "core/data", "core/network",
          "core/training"},
         {"LibTorch"}},
        {"core/quantization", {"core/values", "core/tensor", "core/collapse"}, {"LibTorch"}},
        {"core/exports",
         {"core/values", "core/model", "core/tensor", "core/data", "core/network", "core/training",
          "core/collapse", "core/quantization"},
         {"LibTorch", "OpenCV", "ONNX"}},
        {"core/runners",
         {"core/values", "core/tensor", "core/network", "core/training", "core/collapse",
          "core/exports"},
         {"LibTorch"}},
        {"core/prediction",
         {"core/values", "core/model", "core/tensor", "core/data", "core/tasks", "core/network",
          "core/training", "core/collapse", "core/exports", "core/runners"},
         {"LibTorch"}},
        // The catalogue, which gathers the tables of all modules.
        {"core",
         {"core/model", "core/data", "core/tasks", "core/backbones", "core/parametrizations",
          "core/optimizers", "core/balancing", "core/exports"},
         {},
         false},
    };
}

/// What is built on it.
std::vector<Module> outerModules() {
    return {
        {"db", {"core/values"}, {"SQLite"}},
        {"widgets", {"core/values", "core/model"}, {"Qt", "QCustomPlot"}},
        {"ui", {"core/values", "core/model", "db", "widgets"}, {"Qt"}},
        {"app/session",
         {"core", "core/values", "core/model", "core/data", "core/training", "core/collapse", "db"},
         {}},
        {"app/cli",
         {"core", "core/values", "core/model", "core/tensor", "core/data", "core/training",
          "core/collapse", "core/exports", "core/prediction", "core/runners", "db", "app/session"},
         {"CLI11"}},
        {"app/gui",
         {"core", "core/values", "core/model", "core/tensor", "core/data", "core/collapse",
          "core/exports", "core/prediction", "core/runners", "db", "widgets", "ui", "app/session"},
         {"Qt"}},
    };
}

} // namespace

const std::vector<Module>& projectModules() {
    static const std::vector<Module> modules = [] {
        std::vector<Module> all = coreModules();
        for (const Module& module : outerModules())
            all.push_back(module);
        return all;
    }();
    return modules;
}

const Module* moduleOf(const std::vector<Module>& modules, std::string_view path) {
    const std::string_view folder = path.substr(0, std::min(path.rfind('/'), path.size()));
    const Module* innermost = nullptr;
    for (const Module& module : modules) {
        const bool inside = folder == module.folder
                            || (module.subfolders && folder.starts_with(module.folder + "/"));
        if (inside && (innermost == nullptr || innermost->folder.size() < module.folder.size()))
            innermost = &module;
    }
    return innermost;
}

std::optional<std::string> libraryOf(std::string_view header) {
    if (standardHeaders.contains(header) || header.starts_with("sys/")
        || header.starts_with("linux/"))
        return "std";
    for (const auto& [name, beginnings] : libraries)
        for (const std::string& beginning : beginnings)
            if (header.starts_with(beginning))
                return name;
    if (isQt(header))
        return "Qt";
    return std::nullopt;
}

} // namespace architecture
