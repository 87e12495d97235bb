// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/collapse/collapsed_network.h"
#include "core/values/json.h"

#include <filesystem>
#include <string>

namespace concertina {

/// What is kept of a network on this machine: a small file, called by both, which says of which
/// network (program, size and weights, by SHA-256), processor, threads and versions it is.
class KeptChoice {
public:
    KeptChoice(const CollapsedNetwork& network, std::filesystem::path folder);

    /// The id that was kept; empty where none was, or what is there is damaged or of others.
    std::string runner() const;

    /// Where it can't be written, nothing is: it is measured again.
    void keep(const std::string& runner, double milliseconds) const;

    const std::filesystem::path& file() const { return m_file; }

private:
    std::filesystem::path m_folder;
    Json m_of;
    std::filesystem::path m_file;
};

} // namespace concertina
