// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/model/adapted_catalogue.h"
#include "tests/ui/ui_testing.h"

#include <string>
#include <utility>

namespace concertina::testing {

/// A run that can be changed, of kernels that are made in one of these ways.
inline RunId adaptedRun(Store& store, const std::string& parametrization) {
    MadeUpRun made{.name = "rooms, " + parametrization, .state = RunState::Running, .step = 400};
    made.spec = adaptedSpec(parametrization);
    const auto plan =
        designNetwork(made.spec, adaptedCatalogue(), std::vector{1, 1, 1}).design.plan;
    const RunId run = makeRun(store, made);
    done(
        store.recordPlan(run, {.spec = made.spec, .plan = toJson(plan), .changes = Json::array()}));
    done(store.release(run, RunState::Stopped, ""));
    return run;
}

/// A run whose tasks' conflict was measured `times` times.
inline RunId measuredRun(Store& store, int times) {
    MadeUpRun made{.name = "rooms, shared", .state = RunState::Running, .step = 400};
    made.spec = testSpec();
    made.spec.train.conflictEvery = 20;
    const RunId run = makeRun(store, made);
    const auto writer = valueOf(StoreWriter::open(store.folder(), run));
    for (int i = 1; i <= times; ++i) {
        ConflictRows rows;
        // The deeper the layer, the more the tasks pull apart.
        for (const auto& [layer, cosine] : {std::pair("enc1.1", 0.3), std::pair("enc2.1", -0.05),
                                            std::pair("dec2.1", -0.2), std::pair("dec1.1", -0.5)})
            for (const auto& [one, other] :
                 {std::pair("segmentation", "depth"), std::pair("depth", "normal"),
                  std::pair("segmentation", "normal")})
                rows.push_back({20 * i, layer, "U", one, other, "exact-half",
                                cosine + 0.01 * (i % 3), one == std::string("depth") ? 2.0 : 1.0,
                                1});
        done(writer->append(std::move(rows)));
    }
    done(writer->close());
    done(store.release(run, RunState::Paused, ""));
    return run;
}

} // namespace concertina::testing
