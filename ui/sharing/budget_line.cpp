// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/budget_line.h"

#include "ui/sharing/suggested_splits.h"
#include "widgets/controls/toned_label.h"

#include <QHBoxLayout>
#include <QSpinBox>

namespace concertina {

BudgetLine::BudgetLine(QWidget* parent) : QWidget(parent), m_budget(new QSpinBox) {
    m_budget->setRange(0, 900);
    m_budget->setSingleStep(5);
    m_budget->setValue(UsualSplitBudget);
    m_budget->setSuffix(tr(" %"));
    m_budget->setKeyboardTracking(false);
    m_budget->setAccessibleName(tr("What suggested splits may add to the collapsed network"));
    auto* before = new TonedLabel(ColorRole::MutedText, tr("Suggested splits may add"));
    before->setBuddy(m_budget);
    connect(m_budget, &QSpinBox::valueChanged, this, &BudgetLine::changed);
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->addWidget(before);
    line->addWidget(m_budget);
    line->addWidget(
        new TonedLabel(ColorRole::MutedText, tr("multiply–adds to the collapsed network")));
    line->addStretch(1);
}

double BudgetLine::share() const {
    return m_budget->value() / 100.0;
}

} // namespace concertina
