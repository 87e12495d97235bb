// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/sharing_map.h"
#include "widgets/sharing/sharing_model.h"

#include <QString>

namespace concertina {

/// What a station is, in words: "dec3, 3 layers, kernel A: runs once for Segmentation and Depth;
/// the same weights as for Normals; frozen in part; 1.2 G multiply–adds; indices go to dec1".
QString mapStationText(const MapLayout& map, std::size_t station,
                       const std::vector<SharingTask>& tasks);

/// "Head of Depth: 4.2 M multiply–adds".
QString mapHeadText(const MapLayout& map, int task, const std::vector<SharingTask>& tasks);

/// "Segmentation, Depth and Normals".
QString mapTaskNames(TaskSet set, const std::vector<int>& order,
                     const std::vector<SharingTask>& tasks);

} // namespace concertina
