// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/legend_card.h"

#include "core/values/text.h"
#include "widgets/controls/toned_label.h"
#include "widgets/pictures/class_legend.h"
#include "widgets/pictures/scale_legend.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QSlider>
#include <QVBoxLayout>

namespace concertina {

namespace {

constexpr double FirstOpacity = 0.65;

} // namespace

LegendCard::LegendCard(QWidget* parent)
    : Card(tr("Legend"), parent),
      m_classes(new ClassLegend),
      m_overlay(new QWidget),
      m_opacity(new QSlider(Qt::Horizontal)),
      m_scores(new QWidget),
      m_leastScore(new QSlider(Qt::Horizontal)),
      m_scoreText(new TonedLabel(ColorRole::MutedText)),
      m_depth(new ScaleLegend),
      m_directions(new DirectionLegend),
      m_errorTitle(new TonedLabel(ColorRole::MutedText)),
      m_errors(new ScaleLegend),
      m_classErrors(new SwatchLegend) {
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 8, 0, 12);
    column->setSpacing(8);
    column->addWidget(m_classes);

    auto* overlay = new QHBoxLayout(m_overlay);
    overlay->setContentsMargins(0, 0, 0, 0);
    auto* label = new TonedLabel(ColorRole::MutedText, tr("Over the image"));
    label->setFont(smallFont());
    label->setBuddy(m_opacity);
    m_opacity->setRange(0, 100);
    m_opacity->setAccessibleName(tr("Opacity of the classes over the image"));
    m_opacity->setToolTip(tr("Opacity of the classes over the image, in percent"));
    m_opacity->setValue(qRound(100 * FirstOpacity));
    overlay->addWidget(label);
    overlay->addWidget(m_opacity, 1);

    auto* scores = new QHBoxLayout(m_scores);
    scores->setContentsMargins(0, 0, 0, 0);
    auto* scoreLabel = new TonedLabel(ColorRole::MutedText, tr("Scores from"));
    scoreLabel->setFont(smallFont());
    scoreLabel->setBuddy(m_leastScore);
    m_leastScore->setRange(1, 99);
    m_leastScore->setAccessibleName(tr("Score from which on found objects are shown"));
    m_leastScore->setToolTip(tr("Objects that are found with a lower score are not shown, and "
                                "true ones count as missed"));
    m_scoreText->setFont(smallFont());
    m_scoreText->setMinimumWidth(
        QFontMetrics(smallFont()).horizontalAdvance(QStringLiteral("0.00")));
    scores->addWidget(scoreLabel);
    scores->addWidget(m_leastScore, 1);
    scores->addWidget(m_scoreText);

    m_errorTitle->setFont(smallFont());
    auto* inset = new QVBoxLayout;
    inset->setContentsMargins(12, 0, 12, 0);
    inset->setSpacing(8);
    for (QWidget* part : std::initializer_list<QWidget*>{m_overlay, m_scores, m_depth, m_directions,
                                                         m_errorTitle, m_errors, m_classErrors})
        inset->addWidget(part);
    column->addLayout(inset);
    setBody(body);

    connect(m_classes, &ClassLegend::classHovered, this, &LegendCard::styleChanged);
    connect(m_classes->classes(), &ClassLegendModel::hiddenChanged, this,
            &LegendCard::styleChanged);
    connect(m_opacity, &QSlider::valueChanged, this, [this] {
        Q_EMIT styleChanged();
        Q_EMIT opacityChanged(opacity());
    });
    connect(m_leastScore, &QSlider::valueChanged, this, [this](int percent) {
        m_scoreText->setText(toQt(fixedText(percent / 100.0, 2)));
        Q_EMIT styleChanged();
    });
    m_leastScore->setValue(qRound(100 * UsualScore));
}

void LegendCard::showLegend(const ComparisonPictures& pictures, double limit) {
    const TargetKind* kind = pictures.kind();
    const bool areas = kind->form() == ValueForm::Areas;
    const bool objects = kind->form() == ValueForm::Objects;
    const bool scale = kind->form() == ValueForm::Scale;
    const bool list = kind->form() == ValueForm::List;
    setTitle(toQt(kind->label()));
    const QString unit = QString::fromUtf8(kind->errorUnit());
    const QString oneRange = tr("one range for all");
    setNote(scale  ? (unit.isEmpty() ? oneRange : unit + ", " + oneRange)
            : list ? tr("what is said to be there stands out")
                   : QString());
    m_classes->setVisible(areas || objects);
    m_overlay->setVisible(areas);
    m_scores->setVisible(objects);
    m_depth->setVisible(scale);
    m_directions->setVisible(kind->form() == ValueForm::Directions);
    m_errors->setVisible(scale || kind->form() == ValueForm::Directions);
    m_errorTitle->setVisible(!list);
    m_classErrors->setVisible(areas);
    m_errorTitle->setText(objects ? tr("Dashed: not true · dotted: missed")
                                  : tr("Error, difference"));
    if (areas || objects)
        m_classes->classes()->setClasses(pictures.classes(), pictures.classCounts());
    if (areas) {
        m_classErrors->setEntries({{toQColor(inferno(0)), tr("equal")},
                                   {toQColor(inferno(1)), tr("differs")},
                                   {toQColor(UnknownColor), tr("no label")}});
        m_classErrors->setVisible(true);
    }
    if (areas || objects)
        return;
    const ValueRange range = pictures.range();
    m_depth->setScale({viridis, range.low, range.high, unit, tr("no measurement")});
    m_errors->setScale({inferno, 0, limit, unit, {}});
    const bool stretched = limit != kind->errorLimit();
    m_errorTitle->setText(stretched ? tr("Difference up to %1, errors up to %2")
                                          .arg(toQt(kind->errorText(limit)),
                                               toQt(kind->errorText(kind->errorLimit())))
                                    : tr("Error, difference"));
}

void LegendCard::setHighlighted(int index) {
    if (m_classes->highlighted() == index)
        return;
    m_classes->setHighlighted(index);
    Q_EMIT styleChanged();
}

void LegendCard::setMark(std::optional<double> depth) {
    m_depth->setMark(depth);
}

ClassStyle LegendCard::style() const {
    return {opacity(), m_classes->classes()->hidden(), m_classes->highlighted(),
            m_leastScore->value() / 100.0};
}

double LegendCard::opacity() const {
    return m_opacity->value() / 100.0;
}

void LegendCard::setOpacity(double opacity) {
    m_opacity->setValue(qRound(100 * opacity));
}

} // namespace concertina
