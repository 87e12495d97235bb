// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimizers/adam_moments.h"

namespace concertina {

const OptimizerEntry& adamWOptimizer() {
    static const OptimizerEntry entry{
        {{.id = "adamw",
          .label = "AdamW",
          .help = "Adam with decoupled weight decay: what decays is scaled by 1 − rate · decay in each step.",
          .source = "Loshchilov & Hutter 2019; as torch.optim.AdamW",
          .options = AdamMoments::options()},
         AdamMoments::moments(),
         true},
        [](const Json& options) { return std::make_unique<AdamMoments>(options); }};
    return entry;
}

} // namespace concertina
