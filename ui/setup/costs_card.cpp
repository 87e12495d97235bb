// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/setup/costs_card.h"

#include "core/values/text.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QToolButton>
#include <QVBoxLayout>

namespace concertina {

namespace {

constexpr int LineHeight = 24;

QString lengthText(const SetupCosts& costs) {
    QStringList parts;
    if (costs.steps > 0)
        parts << CostsCard::tr("%1 steps").arg(toQt(numberText(costs.steps)));
    if (costs.epochs)
        parts << CostsCard::tr("%1 epochs").arg(toQt(digitsText(*costs.epochs, 3)));
    const QString length = parts.join(QStringLiteral(" · "));
    return costs.runs > 1 ? CostsCard::tr("%1 × %2 runs").arg(length).arg(costs.runs) : length;
}

} // namespace

CostsCard::CostsCard(QWidget* parent)
    : Card(tr("What it costs"), parent),
      m_assumption(new TonedLabel(ColorRole::Warning)),
      m_layers(new QToolButton(this)) {
    m_layers->setText(tr("Layers…"));
    m_layers->setToolTip(tr("Every layer: its shape, receptive field, parameters and "
                            "multiply–adds"));
    m_layers->setAutoRaise(true);
    m_layers->setFocusPolicy(Qt::StrongFocus);
    headerLayout()->addWidget(m_layers);
    connect(m_layers, &QToolButton::clicked, this, &CostsCard::layersWanted);
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(12, 4, 12, GridUnit);
    column->setSpacing(0);
    QFont bold = textFont();
    bold.setWeight(QFont::DemiBold);
    const auto add = [&](const QString& label, const QString& tip) {
        const Line line{new TonedLabel(ColorRole::MutedText, label, body),
                        new TonedLabel(ColorRole::Text, QStringLiteral("–"), body)};
        line.label->setElided(true);
        line.label->setFixedHeight(LineHeight);
        line.label->setToolTip(tip);
        line.value->setToolTip(tip);
        line.value->setFont(bold);
        line.value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        // Each line has its own division, so that one long value doesn't cut the others' labels.
        auto* row = new QHBoxLayout;
        row->addWidget(line.label, 1);
        row->addWidget(line.value);
        column->addLayout(row);
        m_lines.push_back(line);
    };
    add(tr("Parameters, training"),
        tr("Every copy of every factor, with biases, norms and heads"));
    add(tr("Parameters, collapsed"), tr("What is left when it is collapsed: one network for all tasks"));
    add(tr("Multiply–adds an image"), tr("Of one image through the collapsed network, all tasks"));
    add(tr("Memory, training"),
        tr("Parameters, gradients, the optimizer's moments and activations of a batch; an "
           "estimate"));
    add(tr("Step time ÷ plain"),
        tr("Arithmetic of a training step, with what balancing adds, ÷ that of the same backbone "
           "with plain kernels, tied; an estimate"));
    add(tr("Length"), tr("Batches that are learned from, and how often that goes through the "
                         "training split"));
    m_assumption->setParent(body);
    m_assumption->setFont(smallFont());
    m_assumption->setWordWrap(true);
    m_assumption->hide();
    column->addWidget(m_assumption);
    setBody(body);
    setCosts({});
}

void CostsCard::setCosts(const SetupCosts& costs) {
    QStringList values(5, QStringLiteral("–"));
    if (costs.network) {
        const NetworkCosts& network = *costs.network;
        values = {toQt(shortCount(network.trainedParameters)),
                  toQt(shortCount(network.collapsedParameters)),
                  toQt(shortCount(network.multiplyAdds)),
                  QStringLiteral("≈ ") + toQt(bytesText(network.trainingBytes)),
                  QStringLiteral("≈ ") + toQt(fixedText(network.stepAgainstPlain, 2))};
    }
    values << lengthText(costs);
    for (qsizetype i = 0; i < values.size(); ++i) {
        const Line& line = m_lines[static_cast<std::size_t>(i)];
        line.value->setText(values[i]);
        line.value->setAccessibleName(line.label->text() + QStringLiteral(": ") + values[i]);
    }
    m_layers->setEnabled(costs.network.has_value());
    m_assumption->setVisible(costs.network && costs.assumedClasses);
    if (costs.assumedClasses)
        m_assumption->setText(tr("Heads as for %1 classes, until the dataset is read.")
                                  .arg(*costs.assumedClasses));
}

QStringList CostsCard::lines() const {
    QStringList all;
    for (const Line& line : m_lines)
        all << line.value->accessibleName();
    if (!m_assumption->isHidden())
        all << m_assumption->text();
    return all;
}

} // namespace concertina
