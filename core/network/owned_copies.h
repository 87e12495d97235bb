// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/partition.h"
#include "core/values/problem.h"

#include <torch/types.h>

#include <map>
#include <string>
#include <vector>

namespace concertina {

/// One copy of something, and the tasks that own it.
struct OwnedCopy {
    TaskSet tasks = 0;
    torch::Tensor value;
};

/// A network's tensors by layer and part, each with its copies in the order of their first tasks.
class OwnedCopies {
public:
    /// Of tensors with names as `tensorName` makes them. Problems: "initial.tensor" for another
    /// name, "network.not_finite"; `source` is their path.
    static Expected<OwnedCopies> of(const std::map<std::string, torch::Tensor>& tensors,
                                    const std::vector<std::string>& tasks,
                                    const std::string& source);

    /// Those of a part ("kernel", "norm.mean"); none where the layer has no such part.
    std::vector<OwnedCopy> find(const std::string& layer, const std::string& part) const;

    /// Whether a layer has kernels beside its own.
    bool keepsMore(const std::string& layer) const;

    std::vector<std::string> layers() const;

private:
    std::map<std::string, std::map<std::string, std::vector<OwnedCopy>>> m_all;
};

/// The copies that some tasks use, and how many of these each has.
struct UsedCopies {
    std::vector<torch::Tensor> values;
    std::vector<int> shares;

    UsedCopies(const std::vector<OwnedCopy>& copies, TaskSet tasks);

    bool areSeveral() const { return values.size() > 1; }
    torch::Tensor mean() const;
    torch::Tensor product() const; ///< of matrices or diagonals, in their order
};

} // namespace concertina
