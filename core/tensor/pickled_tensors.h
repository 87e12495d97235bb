// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/tensor/pickle.h"
#include "core/values/problem.h"

#include <c10/core/ScalarType.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace concertina {

/// A stretch of values that tensors look into; it lies beside the pickle.
struct PickledStorage {
    std::string key; ///< its name in the archive, or in the list of a legacy stream
    c10::ScalarType type = c10::ScalarType::Float;
    std::uint64_t count = 0; ///< of values

    std::uint64_t bytes() const { return count * c10::elementSize(type); }
    bool operator==(const PickledStorage&) const = default;
};

/// A tensor as `torch.save` writes it: it looks at every value within its storage.
struct PickledTensor {
    std::string storage; ///< the key of one
    std::int64_t offset = 0;
    std::vector<std::int64_t> sizes;
    std::vector<std::int64_t> strides; ///< in values, as the offset is
};

/// The tensors of a state dict, and all storages that the pickle names, by key.
struct PickledStateDict {
    std::map<std::string, PickledTensor> tensors;
    std::map<std::string, PickledStorage> storages;
};

/// Whether a global may stand in a pickle of tensors: those by which `torch.save` rebuilds tensors
/// and parameters, types of storages, and containers that hold what they are given. In TorchScript
/// archives also its own classes ("__torch__.…"), of which the attributes are read.
bool isTensorGlobal(const std::string& name, bool torchScript);

/// Finds the dict of tensors in what a pickle holds, and its tensors by the names of keys and
/// attributes, with dots between those that lie in each other. It is the root, or what a training
/// checkpoint has it under ("state_dict", "model" …); else it is everything that has a name.
/// "module." before all names, of DataParallel, is taken away, and so is "_orig_mod.", of
/// torch.compile. Offsets, sizes and strides are checked against their storage. `path` is the
/// file's. Problems: "weights.tensor", "weights.storage", "weights.limit" (too deep, too many),
/// "weights.none" (no tensor has a name).
Expected<PickledStateDict> findStateDict(const Pickle& pickle, const std::string& path);

} // namespace concertina
