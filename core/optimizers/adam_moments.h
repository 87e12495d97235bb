// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/optimizers/optimizer.h"

namespace concertina {

/// The update that Adam and AdamW share (Kingma & Ba 2015, algorithm 1): m ← β₁ m + (1 − β₁) g,
/// v ← β₂ v + (1 − β₂) g², θ ← θ − η (m / (1 − β₁ᵗ)) / (√(v / (1 − β₂ᵗ)) + ε). The order of the
/// floating-point operations is torch.optim's.
class AdamMoments : public Optimizer {
public:
    explicit AdamMoments(const Json& options);

    void update(Parameter& parameter, double rate) const override;

    static std::vector<FieldInfo> options();
    static std::vector<std::string> moments() { return {"adam.m", "adam.v"}; }

private:
    double m_beta1;
    double m_beta2;
    double m_epsilon;
};

} // namespace concertina
