// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace concertina {

/// Lets the process keep the memory of freed tensors for the next ones. By default glibc gives
/// every large block back to the kernel, and a training step spends more than half of its time in
/// page faults getting it again (rooms-demo on two cores: 0.87 s a step, 0.36 s with this). Call
/// once at the start of a program, before there are threads.
void keepFreedMemory();

} // namespace concertina
