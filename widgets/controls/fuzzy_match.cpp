// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/fuzzy_match.h"

#include <QList>

#include <algorithm>

namespace concertina {

namespace {

constexpr int followsBonus = 5;
constexpr int wordBonus = 8;
constexpr int gapCost = 1;
constexpr int none = -1000000;

/// The best way to find the letters in order: `best[j]` is the score with the letter before
/// found at `j`.
std::optional<int> matchWord(const QString& word, const QString& text) {
    QList<int> best(text.size(), none);
    for (qsizetype i = 0; i < word.size(); ++i) {
        QList<int> next(text.size(), none);
        int reachable = i == 0 ? 0 : none; // the best of all places before, less what was skipped
        for (qsizetype j = 0; j < text.size(); ++j) {
            const int follows = i > 0 && j > 0 ? best[j - 1] + followsBonus : none;
            if (text[j] == word[i]) {
                const bool begins = j == 0 || !text[j - 1].isLetterOrNumber();
                const int before = std::max(reachable, follows);
                if (before > none / 2)
                    next[j] = before + 1 + (begins ? wordBonus : 0);
            }
            reachable = i == 0 ? 0 : std::max(reachable - gapCost, best[j]);
        }
        best = std::move(next);
    }
    const auto found = std::max_element(best.cbegin(), best.cend());
    if (found == best.cend() || *found <= none / 2)
        return std::nullopt;
    return *found;
}

} // namespace

std::optional<int> fuzzyMatch(QStringView wanted, QStringView text) {
    const QString lower = text.toString().toLower();
    const QString typed = wanted.toString().toLower();
    int score = 0;
    for (const QString& word : typed.split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
        const auto found = matchWord(word, lower);
        if (!found)
            return std::nullopt;
        score += *found;
    }
    return score;
}

} // namespace concertina
