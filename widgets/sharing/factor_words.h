// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "core/values/factor_reading.h"

#include <QString>
#include <QStringList>

#include <optional>
#include <string>
#include <vector>

namespace concertina {

struct SharingRow;
struct SharingTask;

/// Factors of a fragment's convolutions that run behind another one.
struct FactorsBehind {
    std::vector<std::string> factors;
    bool kept = false; ///< in the collapsed network too

    bool operator==(const FactorsBehind&) const = default;
};

FactorsBehind factorsBehind(const LayerDesign& layer);

/// Whose each factor, bias and norm of a row is, what rests, what runs behind the kernel and what
/// decides: "W: all tasks, frozen · D, bias, norm: each task · s: each task, a gate".
QString factorsText(const SharingRow& row, const std::vector<SharingTask>& tasks);

/// What more there is to say of them, a sentence each.
QStringList factorSentences(const SharingRow& row);

/// How many of a row's layers one task claims, and by which scores.
struct GateShare {
    int open = 0;
    int gated = 0;
    double lowest = 0;
    double highest = 0;
    double threshold = 0;
};

/// None where the row has no gates, or none was read for it.
std::optional<GateShare> gateShare(const SharingRow& row, const std::vector<std::string>& layers,
                                   const FactorReadings& readings, const std::string& task);

/// "claimed", "not claimed", "claims 2 of 3 layers".
QString claimText(const GateShare& gate);

/// "score 0.152, threshold 0.1", "score 0.03 to 0.152, threshold 0.1".
QString scoreText(const GateShare& gate);

} // namespace concertina
