// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"

namespace concertina {

const DatasetEntry& cityscapesDataset();

} // namespace concertina
