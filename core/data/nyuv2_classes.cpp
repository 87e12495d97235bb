// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/nyuv2_classes.h"

#include "core/data/class_colors.h"
#include "core/values/json.h"

namespace concertina {

const NyuV2Official& nyuV2Official() {
    static const NyuV2Official official = [] {
        const Json json = readJson(nyuV2Files().front().text).value();
        NyuV2Official read;
        json.at("train").get_to(read.train);
        json.at("test").get_to(read.test);
        json.at("classes894").get_to(read.names894);
        json.at("to40").get_to(read.to40);
        json.at("classes40").get_to(read.names40);
        json.at("to13").get_to(read.to13);
        json.at("classes13").get_to(read.names13);
        for (const std::string& name : read.names894)
            read.m_place.emplace(name, static_cast<int>(read.m_place.size()));
        return read;
    }();
    return official;
}

int NyuV2Official::classOf(const std::string& name, bool thirteen) const {
    const auto found = m_place.find(name);
    if (found == m_place.end())
        return -1;
    const int of40 = to40[static_cast<std::size_t>(found->second)];
    return (thirteen ? to13[static_cast<std::size_t>(of40 - 1)] : of40) - 1;
}

std::vector<ClassInfo> NyuV2Official::classes(bool thirteen) const {
    return coloredClasses(thirteen ? names13 : names40);
}

} // namespace concertina
