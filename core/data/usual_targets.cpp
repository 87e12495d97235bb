// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/usual_targets.h"

namespace concertina {

const char* usualTarget(TargetKind kind) {
    switch (kind) {
    case TargetKind::Classes: return "segmentation";
    case TargetKind::Depth: return "depth";
    case TargetKind::Normals: break;
    }
    return "normal";
}

} // namespace concertina
