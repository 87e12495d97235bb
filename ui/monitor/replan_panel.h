// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/network_design.h"
#include "db/records.h"
#include "ui/window/page_context.h"
#include "widgets/controls/overlay.h"

#include <optional>
#include <string>
#include <vector>

class QPushButton;

namespace concertina {

class SharingMatrix;
class TonedLabel;

/// The sharing of a run that is being trained, to be changed: the matrix shows what would be, words
/// beside it what differs. Nothing is done before it is applied.
class ReplanPanel : public Overlay {
    Q_OBJECT

public:
    ReplanPanel(const PageContext& context, QWidget* host);

    /// Opens on the plan that a run has now; the window's foot tells where that cannot be read.
    void openOn(const RunRecord& record);

    SharingMatrix* matrix() const { return m_matrix; }

protected:
    QSize wantedSize() const override { return {640, 660}; }

private:
    void wantState(const std::vector<std::size_t>& layers, SharingState state);
    void adoptRules();
    void apply();

    PageContext m_context;
    RunId m_run;
    ExperimentSpec m_spec;                 ///< with the changes that are in effect alone
    std::optional<NetworkDesign> m_before; ///< what is trained
    std::optional<NetworkDesign> m_after;  ///< with the rules below
    std::vector<std::string> m_rules;      ///< that would join the run's
    std::int64_t m_step = 0;

    SharingMatrix* m_matrix;
    TonedLabel* m_differences;
    TonedLabel* m_costs;
    QPushButton* m_apply;
    QPushButton* m_reset;
};

} // namespace concertina
