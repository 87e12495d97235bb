// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/targets/scale_tensors.h"

namespace concertina {

namespace {

/// What is nearer has more of it.
class InverseDepthTensors final : public ScaleTensors {
public:
    const TargetKind& kind() const override { return inverseDepthTarget(); }

protected:
    double divisor(double enlarged) const override { return 1 / enlarged; }
};

} // namespace

const TargetTensors& inverseDepthTensors() {
    static const InverseDepthTensors tensors;
    return tensors;
}

} // namespace concertina
