// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/target_tensors.h"

namespace concertina {

/// Items of an image: one for the picture, and one an object (target_objects.h).
class ObjectsTensors : public TargetTensors {
public:
    TargetBatch batch(const StoredTargets& stored) const override;
    std::int64_t known(const TargetPlane& stored, const TargetInfo& info) const override;
    NamesCount namesCount() const override { return NamesCount::Pictures; }
    std::vector<NameAmount> amounts(const TargetPlane& stored,
                                    const TargetInfo& info) const override;
    ValueMap truth(const TargetBatch& batch, std::int64_t n) const override;
    ValueMap predicted(const torch::Tensor& prediction) const override;

protected:
    /// Whether a stored object is one of the target's.
    virtual bool isOne(const ImageObject& object, const TargetInfo& info) const = 0;

    /// Sets `has` for the names that an object, which is one, says something of.
    virtual void note(const ImageObject& object, std::vector<bool>& has) const = 0;
};

} // namespace concertina
