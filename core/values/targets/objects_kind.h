// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/value_map.h"

namespace concertina {

/// One value, how many objects there are (NaN: not known), and the objects.
class ObjectsKind : public TargetKind {
public:
    ValueForm form() const override { return ValueForm::Objects; }
    bool hasNames() const override { return true; }
    const char* errorUnit() const override { return "share wrong"; }
    double errorLimit() const override { return 1; }
    bool isKnown(const ValueMap& map, int y, int x) const override;

    /// The share of the objects that are in one alone, of those with a score that counts.
    float error(const ValueMap& prediction, const ValueMap& truth, int y, int x,
                std::span<const ClassInfo> names) const override;

    std::string noneHint(int ignore) const override;

protected:
    std::string textOf(double error) const override;
};

} // namespace concertina
