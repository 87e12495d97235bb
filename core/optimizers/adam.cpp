// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/optimizers/adam_moments.h"

namespace concertina {

const OptimizerEntry& adamOptimizer() {
    static const OptimizerEntry entry{
        {{.id = "adam",
          .label = "Adam",
          .help = "Steps of about the rate's size whatever the gradient's scale. Weight decay is coupled: part of the gradient.",
          .source = "Kingma & Ba 2015; as torch.optim.Adam",
          .options = AdamMoments::options()},
         AdamMoments::moments(),
         false},
        [](const Json& options) { return std::make_unique<AdamMoments>(options); }};
    return entry;
}

} // namespace concertina
