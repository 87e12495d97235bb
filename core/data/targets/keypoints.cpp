// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/data/targets/objects_tensors.h"

namespace concertina {

namespace {

class KeypointsTensors final : public ObjectsTensors {
public:
    const TargetKind& kind() const override { return keypointsTarget(); }

protected:
    bool isOne(const ImageObject& object, const TargetInfo& info) const override {
        return object.label == 0 && object.points.size() == info.classes.size();
    }

    void note(const ImageObject& object, std::vector<bool>& has) const override {
        for (std::size_t i = 0; i < object.points.size(); ++i)
            if (object.points[i].state != Keypoint::State::Unknown)
                has[i] = true;
    }
};

} // namespace

const TargetTensors& keypointsTensors() {
    static const KeypointsTensors tensors;
    return tensors;
}

} // namespace concertina
