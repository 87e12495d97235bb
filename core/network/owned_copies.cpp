// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/network/owned_copies.h"

#include "core/network/mean.h"
#include "core/tensor/torch.h"
#include "core/values/text.h"

#include <algorithm>

namespace concertina {

Expected<OwnedCopies> OwnedCopies::of(const std::map<std::string, torch::Tensor>& tensors,
                                      const std::vector<std::string>& tasks,
                                      const std::string& source) {
    OwnedCopies all;
    for (const auto& [name, tensor] : tensors) {
        const auto parts = split(name, '/');
        TaskSet owners = 0;
        bool known = parts.size() == 3;
        for (const std::string& task : split(known ? parts[2] : "", '+')) {
            const auto found = std::ranges::find(tasks, task);
            known = known && found != tasks.end();
            owners |= known ? taskBit(static_cast<int>(found - tasks.begin())) : 0;
        }
        if (!known)
            return failure({"initial.tensor", source, "a tensor " + shortened(name, 80),
                            "LAYER/WHAT/TASKS", "the file is not of this program"});
        if (!torch::isfinite(tensor).all().item<bool>())
            return failure({"network.not_finite", source, name + " is not finite",
                            "finite numbers to begin with", "begin from an earlier checkpoint"});
        all.m_all[parts[0]][parts[1]].push_back({owners, tensor});
    }
    for (auto& [layer, parts] : all.m_all)
        for (auto& [part, copies] : parts)
            std::ranges::sort(copies, {},
                              [](const OwnedCopy& copy) { return firstTask(copy.tasks); });
    return all;
}

std::vector<OwnedCopy> OwnedCopies::find(const std::string& layer, const std::string& part) const {
    const auto parts = m_all.find(layer);
    if (parts == m_all.end() || !parts->second.contains(part))
        return {};
    return parts->second.at(part);
}

bool OwnedCopies::keepsMore(const std::string& layer) const {
    const auto parts = m_all.find(layer);
    return parts != m_all.end() && std::ranges::any_of(parts->second, [](const auto& part) {
               return part.first.starts_with("kernel.");
           });
}

std::vector<std::string> OwnedCopies::layers() const {
    std::vector<std::string> names;
    for (const auto& [layer, parts] : m_all)
        names.push_back(layer);
    return names;
}

UsedCopies::UsedCopies(const std::vector<OwnedCopy>& copies, TaskSet tasks) {
    for (const OwnedCopy& copy : copies)
        if ((copy.tasks & tasks) != 0) {
            values.push_back(copy.value);
            shares.push_back(taskCount(copy.tasks & tasks));
        }
}

torch::Tensor UsedCopies::mean() const {
    return weightedMean(values, shares);
}

torch::Tensor UsedCopies::product() const {
    return productOf(values);
}

} // namespace concertina
