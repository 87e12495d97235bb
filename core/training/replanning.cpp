// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/replanning.h"

#include "core/catalogue.h"
#include "core/data/loader.h"
#include "core/model/costs.h"
#include "core/model/plan_change.h"
#include "core/tensor/torch.h"

namespace concertina {

namespace {

/// The losses before and after, on the batch that comes next: a function of the spec alone, as is
/// all of training. Without that batch they stay empty, and the step reports why.
void addLosses(PlanEvent& event, const Learner& learner, const Network& after, const RunData& data,
               std::int64_t step) {
    Loader loader(data.training, data.maker, data.trainingPlan,
                  {.first = step, .end = step + 1, .threads = 1, .damaged = Damaged::Replace});
    const LoadedBatch loaded = loader.next();
    if (!loaded.batch)
        return;
    const Batch batch =
        loaded.batch->to(learner.network().parameters().front().value.device());
    event.lossBefore = learner.lossOf(learner.network(), batch);
    event.lossAfter = learner.lossOf(after, batch);
}

} // namespace

Expected<MadeChange> makeChange(const ExperimentSpec& spec, std::size_t index,
                                const Learner& learner, const RunData& data,
                                const RunPosition& position) {
    const NetworkDesign& before = learner.network().design();
    std::vector<NetworkDesign> designs =
        designsOfChange(spec.network, index, before, catalogue());
    const NetworkDesign& after = designs.back();
    const NetworkCosts costs = networkCosts(after, {.batch = spec.train.batch});
    PlanEvent event{.position = position,
                    .spec = spec,
                    .done = index + 1,
                    .differences = differences(before, after),
                    .plan = toJson(after.plan),
                    .trainedParameters = costs.trainedParameters,
                    .collapsedParameters = costs.collapsedParameters};
    bool audible = false;
    std::optional<Network> made;
    for (NetworkDesign& design : designs) {
        const Network& from = made ? *made : learner.network();
        audible = audible || changesOutputs(from.design(), design);
        auto next = from.replanned(std::move(design));
        if (!next)
            return failure(next.error());
        made.emplace(std::move(*next));
    }
    if (audible)
        addLosses(event, learner, *made, data, position.step);
    return MadeChange{std::move(*made), std::move(event)};
}

std::string refusedText(const Problem& problem) {
    return "The sharing stays as it is. " + toText(problem);
}

} // namespace concertina
