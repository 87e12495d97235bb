// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"

namespace concertina {

/// The descriptors of everything that this program can do, gathered from the tables of the modules.
const Catalogue& catalogue();

} // namespace concertina
