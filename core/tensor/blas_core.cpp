// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/blas_core.h"

#include "core/values/text.h"

#include <dlfcn.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

namespace concertina {

namespace {

/// How wide the instructions of a core type's kernels are.
enum class Width { Sse, Avx, Fma, Avx512 };

/// Every name that OpenBLAS has for an x86 (driver/others/dynamic.c). AMD's line with FMA4 stands
/// beside Haswell: what runs on those is best on them.
constexpr std::array<std::pair<const char*, Width>, 28> cores{{
    {"Unknown", Width::Sse},       {"Katmai", Width::Sse},      {"Coppermine", Width::Sse},
    {"Northwood", Width::Sse},     {"Prescott", Width::Sse},    {"Banias", Width::Sse},
    {"Atom", Width::Sse},          {"Core2", Width::Sse},       {"Penryn", Width::Sse},
    {"Dunnington", Width::Sse},    {"Nehalem", Width::Sse},     {"Athlon", Width::Sse},
    {"Opteron", Width::Sse},       {"Opteron_SSE3", Width::Sse}, {"Barcelona", Width::Sse},
    {"Nano", Width::Sse},          {"Bobcat", Width::Sse},      {"Sandybridge", Width::Avx},
    {"Bulldozer", Width::Avx},     {"Piledriver", Width::Fma},  {"Steamroller", Width::Fma},
    {"Excavator", Width::Fma},     {"Haswell", Width::Fma},     {"Zen", Width::Fma},
    {"SkylakeX", Width::Avx512},   {"Cooperlake", Width::Avx512},
    {"SapphireRapids", Width::Avx512}, {"GraniteRapids", Width::Avx512},
}};

std::optional<Width> widthOf(std::string_view core) {
    const std::string name(core);
    for (const auto& [known, width] : cores)
        if (strcasecmp(known, name.c_str()) == 0)
            return width;
    return std::nullopt;
}

/// Fortran's xGEMM: columns stand one behind the other.
template <class T>
using Gemm = void (*)(const char* transposeA, const char* transposeB, const int* m, const int* n,
                      const int* k, const T* alpha, const T* a, const int* lda, const T* b,
                      const int* ldb, const T* beta, T* c, const int* ldc);

template <class T>
std::vector<T> numbers(int count, std::uint32_t seed) {
    std::vector<T> values(static_cast<std::size_t>(count));
    for (T& value : values) { // any generator that is the same everywhere
        seed = seed * 1664525U + 1013904223U;
        value = static_cast<T>(seed >> 8) / static_cast<T>(1U << 23) - T(1);
    }
    return values;
}

template <class T>
bool isProductRight(Gemm<T> gemm, bool transposeA, bool transposeB, int m, int n, int k) {
    const auto a = numbers<T>(m * k, 1), b = numbers<T>(k * n, 2);
    std::vector<T> c(static_cast<std::size_t>(m) * static_cast<std::size_t>(n),
                     std::numeric_limits<T>::quiet_NaN());
    const T one = 1, zero = 0;
    const int lda = transposeA ? k : m, ldb = transposeB ? n : k;
    gemm(transposeA ? "T" : "N", transposeB ? "T" : "N", &m, &n, &k, &one, a.data(), &lda, b.data(),
         &ldb, &zero, c.data(), &m);
    const auto at = [](int row, int column, int rows) {
        return static_cast<std::size_t>(column) * static_cast<std::size_t>(rows)
               + static_cast<std::size_t>(row);
    };
    // Each of the k terms is at most 1 and is rounded a few times.
    const double tolerance = 4 * k * static_cast<double>(std::numeric_limits<T>::epsilon());
    for (int j = 0; j < n; ++j)
        for (int i = 0; i < m; ++i) {
            double sum = 0;
            for (int l = 0; l < k; ++l)
                sum += static_cast<double>(transposeA ? a[at(l, i, k)] : a[at(i, l, m)])
                       * static_cast<double>(transposeB ? b[at(j, l, n)] : b[at(l, j, k)]);
            if (!(std::abs(sum - static_cast<double>(c[at(i, j, m)])) <= tolerance)) // or NaN
                return false;
        }
    return true;
}

template <class T>
bool areProductsRightBy(const char* name) {
    auto* gemm = reinterpret_cast<Gemm<T>>(dlsym(RTLD_DEFAULT, name));
    if (gemm == nullptr)
        return true;
    // Kernels have edges of their own, ways of their own for small products, and threads for large.
    constexpr std::array<std::array<int, 3>, 4> sizes{
        {{1, 1, 1}, {7, 5, 3}, {33, 65, 17}, {96, 64, 50}}};
    for (const auto& [m, n, k] : sizes)
        for (const bool transposeA : {false, true})
            for (const bool transposeB : {false, true})
                if (!isProductRight<T>(gemm, transposeA, transposeB, m, n, k))
                    return false;
    return true;
}

CoreChange& change() {
    static CoreChange made;
    return made;
}

} // namespace

std::string blasCore() {
    using CoreName = const char* (*)();
    auto* name = reinterpret_cast<CoreName>(dlsym(RTLD_DEFAULT, "openblas_get_corename"));
    return name != nullptr ? name() : "";
}

std::string blasCoreIn(std::string_view description) {
    if (description.starts_with("OpenBLAS"))
        for (const std::string& word : split(description, ' '))
            if (widthOf(word))
                return word;
    return "";
}

std::string processorCore() {
#if defined(__x86_64__)
    // These look at what the system saves of the registers as well.
    const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd")
                        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq")
                        && __builtin_cpu_supports("avx512vl");
    // The names that OpenBLAS gives itself where it knows the processor.
    if (avx512)
        return __builtin_cpu_supports("avx512bf16") ? "Cooperlake" : "SkylakeX";
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return __builtin_cpu_is("amd") ? "Zen" : "Haswell";
    if (__builtin_cpu_supports("avx"))
        return "Sandybridge";
#endif
    return "";
}

bool isCoreBelow(std::string_view core, std::string_view other) {
    const auto width = widthOf(core), otherWidth = widthOf(other);
    return width && otherWidth && *width < *otherWidth;
}

bool areProductsRight() {
    return areProductsRightBy<float>("sgemm_") && areProductsRightBy<double>("dgemm_");
}

const CoreChange& coreChange() {
    return change();
}

void setCoreChange(CoreChange made) {
    change() = std::move(made);
}

} // namespace concertina
