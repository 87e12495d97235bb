// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace concertina {

/// Which checkpoints there are to go back to when the numbers of a step are wrong. All hold finite
/// weights; good is one whose validation gave finite numbers as well.
class WayBack {
public:
    /// `last`: the checkpoint that training goes on from, empty: none; `goodStep`: −1 for none.
    WayBack(std::filesystem::path folder, std::filesystem::path last, std::int64_t goodStep)
        : m_folder(std::move(folder)), m_last(std::move(last)), m_goodStep(goodStep) {}

    std::filesystem::path fileOf(std::int64_t step) const {
        return m_folder / ("step-" + std::to_string(step) + ".safetensors");
    }

    void saved(std::int64_t step, bool good) {
        m_last = fileOf(step);
        if (good)
            m_goodStep = step;
    }

    const std::filesystem::path& last() const { return m_last; } ///< empty: there is none
    std::int64_t goodStep() const { return m_goodStep; }

    /// A problem with the step that it is of, and the way back in its hint.
    Problem from(Problem problem, std::int64_t step, const std::string& where = "at") const {
        problem.found += " " + where + " step " + std::to_string(step);
        problem.hint += problem.hint.empty() ? "" : "; ";
        std::error_code error;
        if (m_goodStep >= 0 && std::filesystem::exists(fileOf(m_goodStep), error))
            problem.hint += "the last good checkpoint is " + fileOf(m_goodStep).string();
        else if (m_last.empty())
            problem.hint += "there is no checkpoint before it";
        else
            problem.hint += "no checkpoint before it has validated well; the last is "
                            + m_last.string();
        return problem;
    }

private:
    std::filesystem::path m_folder;
    std::filesystem::path m_last;
    std::int64_t m_goodStep;
};

} // namespace concertina
