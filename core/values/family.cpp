// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/family.h"

namespace concertina {

std::string_view familyName(Family family) {
    switch (family) {
    case Family::Dataset: return "dataset";
    case Family::Task: return "task";
    case Family::Backbone: return "backbone";
    case Family::Parametrization: return "parametrization";
    case Family::Optimizer: return "optimizer";
    case Family::Schedule: return "schedule";
    case Family::Balancing: return "balancing";
    case Family::Export: return "export";
    }
    return "";
}

} // namespace concertina
