// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"
#include "db/store.h"

#include <optional>
#include <string>
#include <unordered_map>

namespace concertina {

/// What lists of runs show that only their specs know.
struct RunFacts {
    std::string cut;     ///< as `cutOf`
    std::string dataset; ///< equal for runs of one dataset: its id, and its folder

    bool operator==(const RunFacts&) const = default;
};

/// The folder that a dataset's options name, as datasets of files do; empty where they name none.
std::string folderOf(const MethodChoice& dataset);

/// Reads facts of many runs, each once until the run ends anew. For one thread.
class RunFactsReader {
public:
    /// Before a list is read: reading a spec takes some tenths of a millisecond, so that of a long
    /// list a part is read at a time.
    void begin();

    /// Empty ones where the store can't say, or where enough was read since `begin`.
    RunFacts of(const Store& store, const RunSummary& run);

    /// Whether no run was left out since `begin`.
    bool isWhole() const { return m_isWhole; }

private:
    struct Known {
        std::optional<StoreTime> ended;
        RunFacts facts;
    };

    std::unordered_map<RunId, Known> m_known;
    int m_left = 0;
    bool m_isWhole = true;
};

} // namespace concertina
