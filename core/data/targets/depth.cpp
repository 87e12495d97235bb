// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/targets/scale_tensors.h"

namespace concertina {

namespace {

/// Metres: what looks larger is nearer.
class DepthTensors final : public ScaleTensors {
public:
    const TargetKind& kind() const override { return depthTarget(); }

protected:
    double divisor(double enlarged) const override { return enlarged; }
};

} // namespace

const TargetTensors& depthTensors() {
    static const DepthTensors tensors;
    return tensors;
}

} // namespace concertina
