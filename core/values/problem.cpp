// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/problem.h"

#include "core/values/text.h"

#include <algorithm>
#include <numeric>
#include <utility>

namespace concertina {

namespace {

/// Levenshtein's distance with transpositions of neighbours counted as one.
std::size_t editDistance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
    std::iota(last.begin(), last.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        now[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
            now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = std::min(now[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, now);
    }
    return last[b.size()];
}

std::string lowered(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower)
        if (letter >= 'A' && letter <= 'Z')
            letter = static_cast<char>(letter - 'A' + 'a');
    return lower;
}

} // namespace

Problem stoppedProblem(std::string what, std::string hint) {
    return {"stopped", std::move(what), "", "", std::move(hint)};
}

std::string toText(const Problem& problem) {
    std::string text = problem.path;
    if (!problem.found.empty())
        text += (text.empty() ? "found " : ": found ") + problem.found;
    if (!problem.expected.empty()) {
        text += problem.found.empty() ? (text.empty() ? "" : ": ") : ", ";
        text += "expected " + problem.expected;
    }
    if (problem.hint.empty())
        return text;
    // A hint is a sentence of its own, or goes on with this one.
    const bool isSentence = problem.hint.front() >= 'A' && problem.hint.front() <= 'Z';
    return text + (text.empty() ? "" : isSentence ? ". " : "; ") + problem.hint;
}

std::string toText(const Problems& problems) {
    std::string text;
    for (const Problem& problem : problems)
        text += toText(problem) + "\n";
    return text;
}

std::optional<std::string> nearestName(std::string_view name,
                                       std::span<const std::string> candidates) {
    // A third of the letters may be wrong, but not all of them; beyond that a suggestion confuses.
    const std::size_t allowed = std::max<std::size_t>(1, name.size() / 3);
    const std::string written = lowered(name);
    std::optional<std::string> best;
    std::size_t bestDistance = allowed + 1;
    for (const std::string& candidate : candidates) {
        const std::size_t longer = std::max(name.size(), candidate.size());
        // The difference of the lengths is the least that it can be: a huge name costs nothing.
        if (longer - std::min(name.size(), candidate.size()) >= bestDistance)
            continue;
        const std::size_t distance = editDistance(written, lowered(candidate));
        if (distance < bestDistance && distance < longer) {
            bestDistance = distance;
            best = candidate;
        }
    }
    return best;
}

std::string suggestion(std::string_view name, std::span<const std::string> candidates) {
    if (const auto near = nearestName(name, candidates))
        return "did you mean \"" + *near + "\"?";
    return candidates.empty() ? "" : "one of: " + join(candidates, ", ");
}

} // namespace concertina
