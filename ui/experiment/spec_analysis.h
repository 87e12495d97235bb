// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/costs.h"
#include "core/model/head_outputs.h"
#include "core/model/network_design.h"
#include "core/values/problem.h"

#include <QObject>
#include <QThread>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>

namespace concertina {

/// What is known of a spec without its dataset and without LibTorch.
struct SpecAnalysis {
    Problems problems;                    ///< of `validate`
    Problems doubts;                      ///< where there is none
    std::optional<NetworkDesign> network; ///< where it can be put together; its plan is resolved
                                          ///< as far as the rules are right
    std::optional<NetworkCosts> costs;    ///< where the network has no problem
};

/// `classes`: of the dataset's targets, for the channels of heads; where one is not known,
/// `AssumedClasses`.
SpecAnalysis analyse(const ExperimentSpec& spec, const Catalogue& catalogue,
                     const ClassCounts& classes);

/// Analyses the newest spec in a thread of its own. The catalogue outlives it.
class SpecAnalyst : public QObject {
    Q_OBJECT

public:
    explicit SpecAnalyst(const Catalogue& catalogue, QObject* parent = nullptr);
    ~SpecAnalyst() override; ///< waits for the analysis that is under way

    void request(const ExperimentSpec& spec, const ClassCounts& classes);

    /// Whether something was asked for that has not been answered.
    bool isBusy() const { return m_asked != m_answered; }

Q_SIGNALS:
    void ready(const std::shared_ptr<const concertina::SpecAnalysis>& analysis);

private:
    const Catalogue& m_catalogue;
    QThread m_thread;
    QObject* m_worker; ///< lives in the thread
    std::atomic<std::int64_t> m_asked = 0;
    std::int64_t m_answered = 0;
};

} // namespace concertina
