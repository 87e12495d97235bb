// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/target.h"

#include <QString>

namespace concertina {

/// A difference or an error for people: "32 %" of the pixels, "0.68 m", "3.1e-6 m", "34.6°".
QString errorText(const TargetKind* kind, double value);

} // namespace concertina
