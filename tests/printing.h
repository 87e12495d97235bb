// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <QTest>

#include <string>
#include <vector>

// How QCOMPARE prints what is compared in these tests when it fails.

namespace QTest {

template <>
inline char* toString(const std::string& text) {
    return qstrdup(("\"" + text + "\"").c_str());
}

template <>
inline char* toString(const std::vector<std::string>& texts) {
    std::string all;
    for (const std::string& text : texts)
        all += (all.empty() ? "\"" : ", \"") + text + "\"";
    return qstrdup(("{" + all + "}").c_str());
}

template <>
inline char* toString(const std::vector<int>& numbers) {
    std::string all;
    for (const int number : numbers)
        all += (all.empty() ? "" : ", ") + std::to_string(number);
    return qstrdup(("{" + all + "}").c_str());
}

template <>
inline char* toString(const concertina::Problem& problem) {
    return qstrdup((problem.code + ": " + concertina::toText(problem)).c_str());
}

template <>
inline char* toString(const concertina::Problems& problems) {
    std::string all;
    for (const concertina::Problem& problem : problems)
        all += problem.code + ": " + concertina::toText(problem) + "\n";
    return qstrdup(all.c_str());
}

} // namespace QTest

namespace concertina {

/// "code at path" of each problem: what a test usually says of them.
inline std::vector<std::string> codesAndPaths(const Problems& problems) {
    std::vector<std::string> all;
    for (const Problem& problem : problems)
        all.push_back(problem.code + " at " + problem.path);
    return all;
}

using Texts = std::vector<std::string>;

} // namespace concertina
