// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/task_words.h"

#include <algorithm>

namespace concertina {

namespace {

/// The first letter of a text in UTF-8, as a capital where it is of ASCII.
std::string firstLetter(const std::string& text) {
    std::size_t end = 1;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
        ++end;
    std::string letter = text.substr(0, end);
    if (letter.size() == 1 && letter[0] >= 'a' && letter[0] <= 'z')
        letter[0] = static_cast<char>(letter[0] - 'a' + 'A');
    return letter;
}

} // namespace

std::vector<TaskWords> taskWords(const ExperimentSpec& spec, const Catalogue& catalogue) {
    std::vector<TaskWords> all;
    std::vector<std::string> letters;
    for (const TaskSpec& task : spec.tasks) {
        const TaskInfo* info = catalogue.task(task.method.id);
        const bool isNamed = info == nullptr || task.called() != info->id;
        const std::string letter = isNamed ? firstLetter(task.called()) : info->letter;
        const auto before = std::ranges::count(letters, letter);
        letters.push_back(letter);
        all.push_back({before == 0 ? letter : letter + std::to_string(before + 1),
                       isNamed ? task.called() : info->label});
    }
    return all;
}

TaskWords taskWords(const ExperimentSpec& spec, const Catalogue& catalogue,
                    const std::string& name) {
    const auto words = taskWords(spec, catalogue);
    const auto found = std::ranges::find(spec.tasks, name, &TaskSpec::called);
    return found == spec.tasks.end() ? TaskWords{firstLetter(name), name}
                                     : words[static_cast<std::size_t>(found - spec.tasks.begin())];
}

const TaskInfo* taskNamed(const ExperimentSpec& spec, const Catalogue& catalogue,
                          const std::string& name) {
    const auto found = std::ranges::find(spec.tasks, name, &TaskSpec::called);
    return found == spec.tasks.end() ? nullptr : catalogue.task(found->method.id);
}

const TaskInfo* taskWithMain(const Catalogue& catalogue, const std::string& metric) {
    const auto found = std::ranges::find_if(catalogue.tasks, [&](const TaskInfo& task) {
        return !task.metrics.empty() && task.metrics.front().name == metric;
    });
    return found == catalogue.tasks.end() ? nullptr : &*found;
}

} // namespace concertina
