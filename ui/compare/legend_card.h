// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/compare/comparison_pictures.h"
#include "widgets/controls/card.h"

class QSlider;

namespace concertina {

class ClassLegend;
class DirectionLegend;
class ScaleLegend;
class SwatchLegend;
class TonedLabel;

/// What the colours of the pictures mean: classes, depth or directions, and errors.
class LegendCard : public Card {
    Q_OBJECT

public:
    explicit LegendCard(QWidget* parent = nullptr);

    /// `limit`: up to where differences are drawn.
    void showLegend(const ComparisonPictures& pictures, double limit);

    /// The class that is pointed at in a picture; −1 for none.
    void setHighlighted(int index);
    void setMark(std::optional<double> depth);

    ClassStyle style() const;
    double opacity() const;
    void setOpacity(double opacity);

    ClassLegend* classes() const { return m_classes; }
    ScaleLegend* depth() const { return m_depth; }

Q_SIGNALS:
    void styleChanged(); ///< opacity, scores, what is hidden, what is highlighted
    void opacityChanged(double opacity);

private:
    ClassLegend* m_classes;
    QWidget* m_overlay; ///< the slider with its label
    QSlider* m_opacity;
    QWidget* m_scores; ///< the slider with its label and value
    QSlider* m_leastScore;
    TonedLabel* m_scoreText;
    ScaleLegend* m_depth;
    DirectionLegend* m_directions;
    TonedLabel* m_errorTitle;
    ScaleLegend* m_errors;
    SwatchLegend* m_classErrors;
};

} // namespace concertina
