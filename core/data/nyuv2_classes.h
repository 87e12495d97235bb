// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/embedded_text.h"
#include "core/values/target.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace concertina {

/// The files of resources/nyuv2.
std::span<const EmbeddedText> nyuV2Files();

/// What is official of NYU Depth V2 (Silberman et al., ECCV 2012; the 13 classes: Couprie et al.,
/// ICLR 2013): the split, and 894 names → 40 classes → 13.
struct NyuV2Official {
    std::vector<int> train, test; ///< 1-based numbers of frames, rising
    std::vector<std::string> names894;
    std::vector<int> to40; ///< of each name, 1 to 40
    std::vector<std::string> names40;
    std::vector<int> to13; ///< of each of the 40, 1 to 13
    std::vector<std::string> names13;

    /// The class, from 0, of a name among 13 or 40; −1 where the name is none of the 894.
    int classOf(const std::string& name, bool thirteen) const;

    std::vector<ClassInfo> classes(bool thirteen) const;

private:
    friend const NyuV2Official& nyuV2Official();
    std::map<std::string, int> m_place; ///< of a name
};

const NyuV2Official& nyuV2Official();

} // namespace concertina
