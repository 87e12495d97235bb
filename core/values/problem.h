// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <tl/expected.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace concertina {

/// What most likely ends a problem: another text for a field, as `--set` and forms take it, or that
/// what stands at the path is taken away: a rule, an option, a record of a list.
struct Fix {
    std::string path;
    std::optional<std::string> text; ///< none: taken away

    bool operator==(const Fix&) const = default;
};

/// Something that a user can mend: what is wrong, where, and what would be right.
///
/// A value, not an exception: a function that can fail for a user's reason returns
/// `Expected<T>` or a list of these. `code` is stable ("field.range"), so that tests and the
/// window can distinguish problems; the other members are shown to people.
struct Problem {
    std::string code;     ///< stable and dotted, for example "spec.unknown_key"
    std::string path;     ///< the field ("train.lr"), file or sample that it is about
    std::string found;    ///< what stands there
    std::string expected; ///< what would be right
    std::string hint;     ///< what to do; may be empty
    std::optional<Fix> fix; ///< none where nothing is likely to be meant

    bool operator==(const Problem&) const = default;
};

using Problems = std::vector<Problem>;

template <class T>
using Expected = tl::expected<T, Problem>;

using Unexpected = tl::unexpected<Problem>;

/// Wraps a problem for returning it from a function that returns `Expected`.
[[nodiscard]] inline Unexpected failure(Problem problem) {
    return Unexpected(std::move(problem));
}

/// That work ended early because its stop token asked for it: "stopped".
Problem stoppedProblem(std::string what, std::string hint = "Stopped before it was done.");

/// One line for people: "train.lr: found -1, expected a number from 0 to 10; …". A hint that begins
/// with a capital is a sentence of its own.
std::string toText(const Problem& problem);

/// One line a problem.
std::string toText(const Problems& problems);

/// The candidate that `name` was most likely meant to be, whatever the case of its letters; none
/// when nothing is near.
std::optional<std::string> nearestName(std::string_view name,
                                       std::span<const std::string> candidates);

/// "did you mean …?" for `nearestName`, else "one of: …"; nothing without candidates.
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

} // namespace concertina
