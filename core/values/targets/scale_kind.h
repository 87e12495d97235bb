// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/value_map.h"

namespace concertina {

/// A number above 0 a pixel, by a colour map over a range; 0 and what is not finite is not known.
class ScaleKind : public TargetKind {
public:
    ValueForm form() const override { return ValueForm::Scale; }
    int outputs(int /*names*/) const override { return 1; }
    bool isKnown(const ValueMap& map, int y, int x) const override;
    float error(const ValueMap& prediction, const ValueMap& truth, int y, int x,
                std::span<const ClassInfo> names) const override;
    Rgb color(const ValueMap& map, int y, int x, std::span<const ClassInfo> names,
              const ValueRange& range) const override;
    std::string noneHint(int ignore) const override;
};

} // namespace concertina
