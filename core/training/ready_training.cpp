// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/training/ready_training.h"

#include "core/tensor/torch.h"
#include "core/tensor/torch_version.h"
#include "core/training/environment.h"

namespace concertina {

namespace {

Expected<RunData> openDataFor(const ExperimentSpec& spec, std::vector<DataWatch> watches = {}) {
    if (auto problem = checkMachine(spec.train))
        return failure(std::move(*problem));
    return openRunData(spec, std::move(watches));
}

} // namespace

std::optional<Problem> checkStart(const ExperimentSpec& spec) {
    const auto data = openDataFor(spec);
    return data ? std::nullopt : std::optional(data.error());
}

Expected<std::shared_ptr<ReadyTraining>> prepareTraining(const TrainRequest& request,
                                                         const RunControl& control) {
    setComputeThreads(request.spec.train.threads);
    // cuDNN's quickest ways add up in any order, and two runs of one spec are to be equal.
    at::globalContext().setDeterministicCuDNN(true);
    try {
        auto data = openDataFor(request.spec, watchesFor(request.spec, request.fileRecord));
        if (!data)
            return failure(data.error());
        auto initial = begin(request.spec, request.resumeAt, *data, control, request.initial);
        if (!initial)
            return failure(initial.error());
        return std::make_shared<ReadyTraining>(
            ReadyTraining{request, std::move(*data), std::move(*initial)});
    } catch (const std::exception& error) {
        return failure(refusedBy(error));
    }
}

Expected<TrainResult> train(const TrainRequest& request, RunControl& control,
                            RunObserver& observer) {
    auto ready = prepareTraining(request, control);
    return ready ? train(std::move(*ready), control, observer) : failure(ready.error());
}

} // namespace concertina
