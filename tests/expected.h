// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <QtGlobal>

#include <utility>

namespace concertina::testing {

/// The value, or an end of the test program that prints the problem.
template <class T>
T valueOf(Expected<T> expected) {
    if (!expected)
        qFatal("%s: %s", expected.error().code.c_str(), toText(expected.error()).c_str());
    return std::move(*expected);
}

inline void done(const Expected<void>& expected) {
    if (!expected)
        qFatal("%s: %s", expected.error().code.c_str(), toText(expected.error()).c_str());
}

} // namespace concertina::testing
