// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/target_tensors.h"

namespace concertina {

/// Of numbers above 0 a pixel: value · scale + offset as a target says; 0 where it is not known.
class ScaleTensors : public TargetTensors {
public:
    /// [N, 1, H, W].
    TargetBatch batch(const StoredTargets& stored) const override;
    std::int64_t known(const TargetPlane& stored, const TargetInfo& info) const override;

protected:
    /// What a value is divided by where the picture is enlarged by `enlarged`.
    virtual double divisor(double enlarged) const = 0;
};

} // namespace concertina
