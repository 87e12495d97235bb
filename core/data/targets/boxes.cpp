// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/targets/objects_tensors.h"

namespace concertina {

namespace {

class BoxesTensors final : public ObjectsTensors {
public:
    const TargetKind& kind() const override { return boxesTarget(); }

protected:
    bool isOne(const ImageObject& object, const TargetInfo& info) const override {
        return object.label >= 0 && object.label < static_cast<int>(info.classes.size());
    }

    void note(const ImageObject& object, std::vector<bool>& has) const override {
        has[static_cast<std::size_t>(object.label)] = true;
    }
};

} // namespace

const TargetTensors& boxesTensors() {
    static const BoxesTensors tensors;
    return tensors;
}

} // namespace concertina
