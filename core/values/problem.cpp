// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/problem.h"

#include "core/values/text.h"

#include <algorithm>
#include <numeric>

namespace concertina {

namespace {

/// Levenshtein's distance with transpositions of neighbours counted as one.
int editDistance(std::string_view a, std::string_view b) {
    std::vector<int> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    std::iota(last.begin(), last.end(), 0);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = static_cast<int>(i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const int change = a[i - 1] == b[j - 1] ? 0 : 1;
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, now);
    }
    return last[b.size()];
}

} // namespace

std::string toText(const Problem& problem) {
    std::string text = problem.path;
    if (!problem.found.empty())
        text += (text.empty() ? "found " : ": found ") + problem.found;
    if (!problem.expected.empty()) {
        text += problem.found.empty() ? (text.empty() ? "" : ": ") : ", ";
        text += "expected " + problem.expected;
    }
    if (!problem.hint.empty())
        text += (text.empty() ? "" : ". ") + problem.hint;
    return text;
}

std::string toText(const Problems& problems) {
    std::string text;
    for (const Problem& problem : problems)
        text += toText(problem) + "\n";
    return text;
}

std::optional<std::string> nearestName(std::string_view name,
                                       std::span<const std::string> candidates) {
    // A third of the letters may be wrong; beyond that a suggestion confuses.
    const int allowed = std::max<int>(1, static_cast<int>(name.size()) / 3);
    std::optional<std::string> best;
    int bestDistance = allowed + 1;
    for (const std::string& candidate : candidates) {
        const int distance = editDistance(name, candidate);
        if (distance < bestDistance) {
            bestDistance = distance;
            best = candidate;
        }
    }
    return best;
}

std::string suggestion(std::string_view name, std::span<const std::string> candidates) {
    if (const auto near = nearestName(name, candidates))
        return "did you mean \"" + *near + "\"?";
    return "one of: " + join(candidates, ", ");
}

} // namespace concertina
