// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/keypoint_names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>

namespace concertina {

namespace {

constexpr double usualSigma = 0.05;

/// Without "left_" and "right_": Lin et al., COCO's evaluation of keypoints.
constexpr std::array<std::pair<std::string_view, double>, 9> cocoSigmas{{{"nose", 0.026},
                                                                         {"eye", 0.025},
                                                                         {"ear", 0.035},
                                                                         {"shoulder", 0.079},
                                                                         {"elbow", 0.072},
                                                                         {"wrist", 0.062},
                                                                         {"hip", 0.107},
                                                                         {"knee", 0.087},
                                                                         {"ankle", 0.089}}};

double sigmaOf(std::string_view name) {
    for (const std::string_view side : {"left_", "right_"})
        if (name.starts_with(side))
            name.remove_prefix(side.size());
    const auto* const found =
        std::ranges::find(cocoSigmas, name, &std::pair<std::string_view, double>::first);
    return found == cocoSigmas.end() ? usualSigma : found->second;
}

/// A name in small letters with its first word of a side replaced by the other side's; empty where
/// it has none. A word ends where no letter follows.
std::string otherSide(const std::string& lower) {
    constexpr std::array<std::pair<std::string_view, std::string_view>, 4> sides{
        {{"left", "right"}, {"right", "left"}, {"l", "r"}, {"r", "l"}}};
    const auto isLetter = [&](std::size_t at) {
        return at < lower.size() && std::isalpha(static_cast<unsigned char>(lower[at])) != 0;
    };
    for (const auto& [from, to] : sides)
        for (std::size_t at = lower.find(from); at != std::string::npos;
             at = lower.find(from, at + 1))
            if (!isLetter(at + from.size()) && (at == 0 || !isLetter(at - 1)))
                return lower.substr(0, at) + std::string(to) + lower.substr(at + from.size());
    // "lefteye", "leftEye"
    for (const auto& [from, to] : {sides[0], sides[1]})
        if (lower.starts_with(from))
            return std::string(to) + lower.substr(from.size());
    return {};
}

} // namespace

std::vector<double> keypointSigmas(std::span<const ClassInfo> points) {
    std::vector<double> sigmas;
    for (const ClassInfo& point : points)
        sigmas.push_back(sigmaOf(point.name));
    return sigmas;
}

std::vector<int> mirroredPoints(std::span<const ClassInfo> points) {
    std::vector<std::string> names;
    for (const ClassInfo& point : points) {
        std::string& name = names.emplace_back(point.name);
        std::ranges::transform(name, name.begin(), [](unsigned char letter) {
            return static_cast<char>(std::tolower(letter));
        });
    }
    std::vector<int> mirrored;
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto partner = std::ranges::find(names, otherSide(names[i]));
        mirrored.push_back(static_cast<int>(
            partner == names.end() ? i : static_cast<std::size_t>(partner - names.begin())));
    }
    return mirrored;
}

} // namespace concertina
