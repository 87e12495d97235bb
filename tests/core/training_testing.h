// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/tensor_file.h"
#include "core/training/trainer.h"
#include "tests/core/core_testing.h"

#include <QTemporaryDir>

#include <cstring>
#include <filesystem>
#include <optional>

namespace concertina::testing {

/// One session of training in a folder of its own, with everything that it reports.
class Training {
public:
    explicit Training(ExperimentSpec spec) : request{.spec = std::move(spec)} {
        request.checkpointFolder = m_folder.path().toStdString();
    }

    TrainRequest request;
    RunControl control;
    Recorder record;

    Expected<TrainResult> run() { return train(request, control, record); }

    /// `act` is called with the control after step `step`.
    void after(std::int64_t step, const std::function<void(RunControl&)>& act) {
        record.onStep = [this, step, act](const StepEvent& event) {
            if (event.position.step == step)
                act(control);
        };
    }

    std::filesystem::path lastCheckpoint() const { return record.checkpoints.back().file; }

private:
    QTemporaryDir m_folder;
};

/// Equal to the bit, NaN too.
inline bool sameValues(const std::vector<MetricValue>& a, const std::vector<MetricValue>& b) {
    if (a.size() != b.size())
        return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (a[i].task != b[i].task || a[i].name != b[i].name
            || std::memcmp(&a[i].value, &b[i].value, sizeof(double)) != 0)
            return false;
    return true;
}

/// Steps and validations equal in everything but time.
inline bool sameCourse(const Recorder& a, const Recorder& b) {
    if (a.steps.size() != b.steps.size() || a.validations.size() != b.validations.size())
        return false;
    for (std::size_t i = 0; i < a.steps.size(); ++i)
        if (a.steps[i].position.step != b.steps[i].position.step
            || !sameValues(a.steps[i].values, b.steps[i].values))
            return false;
    for (std::size_t i = 0; i < a.validations.size(); ++i)
        if (a.validations[i].position.step != b.validations[i].position.step
            || !sameValues(a.validations[i].values, b.validations[i].values))
            return false;
    return true;
}

/// The tensors of two checkpoints, equal to the bit.
inline bool sameTensors(const std::filesystem::path& a, const std::filesystem::path& b) {
    const auto left = readTensorFile(a);
    const auto right = readTensorFile(b);
    if (!left || !right || left->tensors.size() != right->tensors.size())
        return false;
    for (const auto& [name, tensor] : left->tensors)
        if (!right->tensors.contains(name) || !sameBits(tensor, right->tensors.at(name)))
            return false;
    return true;
}

} // namespace concertina::testing
