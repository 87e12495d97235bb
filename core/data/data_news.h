// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/events.h"

#include <array>
#include <cstddef>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace concertina {

/// What is noticed of single samples and files while they are read, to be reported in sentences
/// that sum it up: a data set may have a hundred thousand of them. Several threads may use it.
class DataNews {
public:
    enum class Kind {
        Turned,  ///< samples whose picture is turned and that have planes
        Changed, ///< files with other contents than when the run read them
    };

    /// `set`: which of several it is of; sentences begin with it.
    explicit DataNews(std::string set = {}) : m_set(std::move(set)) {}

    /// `name` once for each sample or file.
    void add(Kind kind, const std::string& name);

    /// Something that is a sentence of its own; its position is left to the one who reports it.
    void add(NoticeEvent sentence);

    /// What is new. Of a kind the first is reported at once, then whenever as many are new as were
    /// reported before; `all`: what there is.
    std::vector<NoticeEvent> take(bool all);

private:
    struct Summary {
        std::set<std::string> known;
        std::vector<std::string> fresh; ///< the first of those that are not reported
        std::size_t unreported = 0;
        std::size_t reported = 0;
    };

    std::string m_set;
    std::mutex m_mutex;
    std::array<Summary, 2> m_summaries; ///< by kind
    std::vector<NoticeEvent> m_sentences;
};

/// "1 file", "3 files".
std::string counted(std::size_t count, const std::string& one);

/// "a, b and 3 more": the first names of `count`.
std::string someOf(const std::vector<std::string>& names, std::size_t count);

} // namespace concertina
