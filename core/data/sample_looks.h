// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/dataset.h"
#include "core/data/sample_size.h"
#include "core/values/frame.h"

#include <stop_token>
#include <string>
#include <vector>

namespace concertina {

/// What samples are looked at in: at most `room`, in their own proportions and never enlarged;
/// `made` is the size of those that a dataset makes.
struct LookSize {
    SampleSize room;
    SampleSize made;
};

/// A sample with every target of its dataset. `index` is below the split's size.
DataSample lookAt(const Dataset& dataset, const std::string& split, int index,
                  const LookSize& size);

/// Pictures alone, of as many samples as are named, in their order, with as many threads as the
/// process may use; places beyond the split are left out. Problem "stopped".
Expected<std::vector<SampleThumbnail>>
thumbnailsOf(const Dataset& dataset, const std::string& split, const std::vector<int>& indices,
             const LookSize& size, const std::stop_token& stop);

} // namespace concertina
