// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>

/// Reads one input as a file of a kind; returns 0. Whatever the bytes are it must neither crash
/// nor accept what it later can't use: then it aborts. libFuzzer calls it, and so does replay.cpp.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
