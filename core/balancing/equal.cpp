// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/balancing/balancing.h"

namespace concertina {

namespace {

class Equal : public Balancing {
public:
    BalancingResult weights(const BalancingInput& input) override {
        return {std::vector<double>(input.losses.size(), 1.0)};
    }
};

} // namespace

const BalancingEntry& equalBalancing() {
    static const BalancingEntry entry{
        {{.id = "equal",
          .label = "equal weights",
          .help = "The losses are added, each times its task's own weight.",
          .source = "the usual baseline"},
         Consumes::Losses,
         false},
        [](const Json&, const BalancingSetting&) { return std::make_unique<Equal>(); }};
    return entry;
}

} // namespace concertina
