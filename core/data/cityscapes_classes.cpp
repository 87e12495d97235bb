// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/cityscapes_classes.h"

#include <array>

namespace concertina {

namespace {

struct CityscapesCategory {
    const char* name;
    int colored; ///< the class whose colour it has
};

constexpr int trainClasses = 19;

const std::array<CityscapesLabel, 34> labelTable{{
    {"unlabeled", -1, -1, {0, 0, 0}},
    {"ego vehicle", -1, -1, {0, 0, 0}},
    {"rectification border", -1, -1, {0, 0, 0}},
    {"out of roi", -1, -1, {0, 0, 0}},
    {"static", -1, -1, {0, 0, 0}},
    {"dynamic", -1, -1, {111, 74, 0}},
    {"ground", -1, -1, {81, 0, 81}},
    {"road", 0, 0, {128, 64, 128}},
    {"sidewalk", 1, 0, {244, 35, 232}},
    {"parking", -1, -1, {250, 170, 160}},
    {"rail track", -1, -1, {230, 150, 140}},
    {"building", 2, 1, {70, 70, 70}},
    {"wall", 3, 1, {102, 102, 156}},
    {"fence", 4, 1, {190, 153, 153}},
    {"guard rail", -1, -1, {180, 165, 180}},
    {"bridge", -1, -1, {150, 100, 100}},
    {"tunnel", -1, -1, {150, 120, 90}},
    {"pole", 5, 2, {153, 153, 153}},
    {"polegroup", -1, -1, {153, 153, 153}},
    {"traffic light", 6, 2, {250, 170, 30}},
    {"traffic sign", 7, 2, {220, 220, 0}},
    {"vegetation", 8, 3, {107, 142, 35}},
    {"terrain", 9, 3, {152, 251, 152}},
    {"sky", 10, 4, {70, 130, 180}},
    {"person", 11, 5, {220, 20, 60}},
    {"rider", 12, 5, {255, 0, 0}},
    {"car", 13, 6, {0, 0, 142}},
    {"truck", 14, 6, {0, 0, 70}},
    {"bus", 15, 6, {0, 60, 100}},
    {"caravan", -1, -1, {0, 0, 90}},
    {"trailer", -1, -1, {0, 0, 110}},
    {"train", 16, 6, {0, 80, 100}},
    {"motorcycle", 17, 6, {0, 0, 230}},
    {"bicycle", 18, 6, {119, 11, 32}},
}};

const std::array<CityscapesCategory, 7> categoryTable{{{"flat", 0},
                                                    {"construction", 2},
                                                    {"object", 5},
                                                    {"nature", 8},
                                                    {"sky", 10},
                                                    {"human", 11},
                                                    {"vehicle", 13}}};

const CityscapesLabel& trained(int train) {
    std::size_t at = 0;
    while (labelTable[at].train != train)
        ++at;
    return labelTable[at];
}

std::uint8_t classIn(const CityscapesLabel& label, CityscapesClasses classes) {
    const int index = classes == CityscapesClasses::Seven ? label.category : label.train;
    return index < 0 ? CityscapesVoid : static_cast<std::uint8_t>(index);
}

} // namespace

std::span<const CityscapesLabel> cityscapesLabels() {
    return labelTable;
}

std::vector<ClassInfo> classesOf(CityscapesClasses classes) {
    std::vector<ClassInfo> infos;
    if (classes == CityscapesClasses::Seven)
        for (const CityscapesCategory& category : categoryTable)
            infos.push_back({category.name, trained(category.colored).color});
    else
        for (int train = 0; train < trainClasses; ++train)
            infos.push_back({trained(train).name, trained(train).color});
    return infos;
}

std::vector<std::uint8_t> classByLabel(CityscapesClasses classes, bool trainIds) {
    std::vector<std::uint8_t> byLabel;
    if (trainIds)
        for (int train = 0; train < trainClasses; ++train)
            byLabel.push_back(classIn(trained(train), classes));
    else
        for (const CityscapesLabel& label : labelTable)
            byLabel.push_back(classIn(label, classes));
    return byLabel;
}

} // namespace concertina
