// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/network/network_form.h"
#include "core/training/run_data.h"
#include "core/values/events.h"

#include <vector>

namespace concertina {

/// Draws the first validation frames with truth and predictions while a validation goes by: those
/// of the network, and those of its collapsed form where there is one.
class PreviewMaker {
public:
    /// `data` must outlive it; spec.train.previews says how many frames.
    PreviewMaker(const ExperimentSpec& spec, const RunData& data, const Network& network,
                 const NetworkForm& collapsed);

    /// A batch of the validation split, in its order.
    void add(const std::vector<int>& samples, const Batch& batch,
             const std::vector<torch::Tensor>& outputs);

    std::vector<PreviewImage> take() { return std::move(m_images); }

private:
    std::vector<std::string> m_taskIds;
    std::vector<int> m_frames; ///< of the validation split
    const RunData& m_data;
    NetworkForward m_collapsed; ///< folded once a validation; empty where it is not shown
    std::vector<PreviewImage> m_images;
};

} // namespace concertina
