// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/sample.h"
#include "core/values/problem.h"

#include <filesystem>
#include <string>
#include <string_view>

namespace concertina {

/// What turns a disparity into a depth: how far apart two rectified cameras are, and their focal
/// length in pixels of the pictures in which the disparities were measured.
struct StereoCamera {
    double baseline = 0; ///< metres
    double fx = 0;       ///< pixels
};

/// A camera file of Cityscapes: extrinsic.baseline and intrinsic.fx, both above 0; what else is in
/// it is not looked at. Problems: "camera.json", with the place of the value in the path.
Expected<StereoCamera> readStereoCamera(std::string_view text);

/// The text of such a file. Problems: "camera.missing", "camera.json".
Expected<std::string> readCameraText(const std::filesystem::path& path);

/// A plane of disparities as Cityscapes stores them, UInt16: 0 is no measurement, else
/// (value − 1) / 256 pixels (its README). Of a disparity d the depth is baseline · fx / d, in
/// metres as Float32; 0, not known, without a measurement, at no disparity, which is infinitely
/// far, and beyond `farthest` metres (0: no limit).
TargetPlane depthPlane(const TargetPlane& disparities, const StereoCamera& camera, double farthest);

/// The same plane as MTAN has it, as Float32: value / 65535, about d / 256; 0 without a
/// measurement. (Its prepared files reach 0.4922 where the published ones reach 32257.)
TargetPlane inverseDepthPlane(const TargetPlane& disparities);

} // namespace concertina
