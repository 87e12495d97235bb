// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/costs_strip.h"

#include "core/model/weight_owners.h"
#include "core/values/text.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

namespace concertina {

CostsStrip::CostsStrip(QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 4, 12, GridUnit);
    row->setSpacing(2 * GridUnit);
    QFont large = titleFont();
    const auto add = [&](const QString& label, const QString& tip) {
        Tile tile{new TonedLabel(ColorRole::MutedText, label),
                  new TonedLabel(ColorRole::Text, QStringLiteral("–")),
                  new TonedLabel(ColorRole::MutedText)};
        tile.label->setFont(smallFont());
        tile.label->setElided(true);
        tile.value->setFont(large);
        tile.change->setFont(smallFont());
        auto* column = new QVBoxLayout;
        column->setSpacing(0);
        for (TonedLabel* each : {tile.label, tile.value, tile.change}) {
            each->setToolTip(tip);
            column->addWidget(each);
        }
        row->addLayout(column, 1);
        m_tiles.push_back(tile);
    };
    add(tr("Weights, training"), tr("Every copy of every factor, with biases, norms and heads"));
    add(tr("Collapsed"),
        tr("Weights that are left when it is collapsed: one network for all tasks"));
    add(tr("Multiply–adds"), tr("Of one image through the collapsed network, all tasks"));
    add(tr("Memory"), tr("In training: parameters, gradients, the optimizer's moments and "
                         "activations of a batch; an estimate"));
    add(tr("Step ÷ plain"), tr("Arithmetic of a training step ÷ that of hard sharing with plain "
                               "kernels; an estimate"));
    add(tr("Shared"), tr("Of the weights in training, those that two tasks or more have together"));
}

void CostsStrip::show(std::size_t tile, const QString& before, const QString& after, double worse) {
    const Tile& shown = m_tiles[tile];
    shown.value->setText(after);
    const bool differs = before != after;
    shown.change->setText(differs ? tr("before %1").arg(before) : QString());
    shown.change->setRole(differs && worse > 0 ? ColorRole::Warning : ColorRole::MutedText);
    shown.value->setAccessibleName(shown.label->text() + QStringLiteral(": ")
                                   + (differs ? before + QStringLiteral(" → ") : QString())
                                   + after);
}

CostsStrip::Numbers CostsStrip::numbersOf(SharedDesign design, const CostSettings& settings) const {
    for (const Numbers* known : {&m_before, &m_after})
        if (known->of == design && known->settings == settings)
            return *known;
    const NetworkCosts costs = networkCosts(*design, settings);
    const double shared = 1 - weightOwners(*design).ownShare().expanded;
    return {std::move(design), settings, costs, shared};
}

void CostsStrip::setDesigns(SharedDesign before, SharedDesign after, const CostSettings& settings) {
    Numbers was = numbersOf(std::move(before), settings);
    Numbers is = numbersOf(std::move(after), settings);
    m_before = std::move(was);
    m_after = std::move(is);
    showNumbers(m_before, m_after);
}

void CostsStrip::showNumbers(const Numbers& was, const Numbers& is) {
    const auto count = [&](std::size_t tile, double NetworkCosts::*what) {
        show(tile, toQt(shortCount(was.costs.*what)), toQt(shortCount(is.costs.*what)),
             is.costs.*what - was.costs.*what);
    };
    count(0, &NetworkCosts::trainedParameters);
    count(1, &NetworkCosts::collapsedParameters);
    count(2, &NetworkCosts::multiplyAdds);
    show(3, toQt(bytesText(was.costs.trainingBytes)), toQt(bytesText(is.costs.trainingBytes)),
         is.costs.trainingBytes - was.costs.trainingBytes);
    show(4, toQt(fixedText(was.costs.stepAgainstPlain, 2)),
         toQt(fixedText(is.costs.stepAgainstPlain, 2)),
         is.costs.stepAgainstPlain - was.costs.stepAgainstPlain);
    const auto share = [](double shared) {
        return QStringLiteral("%1 %").arg(QString::number(100 * shared, 'f', 0));
    };
    show(5, share(was.shared), share(is.shared), 0);
}

void CostsStrip::clear() {
    m_before = m_after = {};
    for (const Tile& tile : m_tiles) {
        tile.value->setText(QStringLiteral("–"));
        tile.value->setAccessibleName(tile.label->text());
        tile.change->clear();
    }
}

QStringList CostsStrip::lines() const {
    QStringList all;
    for (const Tile& tile : m_tiles)
        all << tile.value->accessibleName();
    return all;
}

} // namespace concertina
