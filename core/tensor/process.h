// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace concertina {

/// What every program does that computes, before there are threads or anything is written. Does not
/// return where the program starts itself again, which it does at most once (and once back), with its
/// arguments, standard streams and process number as they were, because libraries read these from the
/// environment when they are loaded (loading them takes half a second, so a command that only looks
/// at the store does without):
///
/// - OMP_WAIT_POLICY=PASSIVE where it is not set: threads that wait for work would spin, and take a
///   processor from the window, from the loader, from all else on a busy machine.
/// - OPENBLAS_CORETYPE, where OpenBLAS computes by kernels below what the processor has, detected or
///   set (`blas_core.h`). In the program that is started products are checked in a child process;
///   where they are wrong or it crashes, the program goes back to what was there. What happened is
///   in `coreChange()`. CONCERTINA_KEEP_CORETYPE=1 leaves all as it is.
///
/// Then it keeps freed memory (`memory.h`).
void beginProcess(char** argv);

} // namespace concertina
