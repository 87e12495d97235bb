// SPDX-License-Identifier: GPL-3.0-or-later
// What opens over the page.
#include "ui/setup/layers_panel.h"
#include "ui/setup/setup_page.h"

namespace concertina {

void SetupPage::openLayers() {
    fillLayers();
    m_layers->open();
}

void SetupPage::fillLayers() {
    // Of one with problems the plan is resolved only as far as its rules are right.
    const auto& analysis = m_draft.analysis();
    const auto classes = assumedClasses();
    m_layers->setNetwork(
        analysis && analysis->costs ? analysis->network : std::nullopt,
        classes ? tr("Heads as for %1 classes, until the dataset is read.").arg(*classes)
                : QString());
}

} // namespace concertina
