// SPDX-License-Identifier: GPL-3.0-or-later
#include <dlfcn.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

// An OpenBLAS that does not know its processor, in front of the one that is there (LD_PRELOAD): its
// core type is Prescott unless OPENBLAS_CORETYPE says otherwise, on any machine. FAKE_BLAS says how
// it multiplies by other types: "wrong", "crash", or right where it is not set. Each program that
// loads it adds a line to the file FAKE_BLAS_LOG.

namespace {

const char* variable(const char* name) {
    const char* value = std::getenv(name);
    return value != nullptr ? value : "";
}

[[gnu::constructor]] void logThisProgram() {
    if (std::FILE* log = std::fopen(variable("FAKE_BLAS_LOG"), "a")) {
        std::fprintf(log, "%d core=%s wait=%s\n", static_cast<int>(getpid()),
                     variable("OPENBLAS_CORETYPE"), variable("OMP_WAIT_POLICY"));
        std::fclose(log);
    }
}

} // namespace

extern "C" {

__attribute__((visibility("default"))) const char* openblas_get_corename() {
    const char* set = variable("OPENBLAS_CORETYPE");
    return *set != '\0' ? set : "Prescott";
}

__attribute__((visibility("default"))) void sgemm_(const char* transposeA, const char* transposeB,
                                                   const int* m, const int* n, const int* k,
                                                   const float* alpha, const float* a,
                                                   const int* lda, const float* b, const int* ldb,
                                                   const float* beta, float* c, const int* ldc) {
    using Gemm = void (*)(const char*, const char*, const int*, const int*, const int*,
                          const float*, const float*, const int*, const float*, const int*,
                          const float*, float*, const int*);
    static auto* const real = reinterpret_cast<Gemm>(dlsym(RTLD_NEXT, "sgemm_"));
    real(transposeA, transposeB, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    if (std::strcmp(openblas_get_corename(), "Prescott") == 0)
        return;
    if (std::strcmp(variable("FAKE_BLAS"), "crash") == 0)
        std::abort();
    if (std::strcmp(variable("FAKE_BLAS"), "wrong") == 0 && *m > 64) // only in large ones
        c[*m - 1] += 0.01F;
}

} // extern "C"
