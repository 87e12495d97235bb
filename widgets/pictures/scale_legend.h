// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/color_map.h"

#include <QString>
#include <QWidget>

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace concertina {

/// What the colours of a picture of numbers mean.
struct ColorScale {
    std::function<Rgb(double share)> color; ///< the function that the picture is drawn with
    double low = 0;
    double high = 1;
    QString unit;    ///< "m", "°"
    QString unknown; ///< what the reserved colour means; no such entry where it is empty
};

/// A bar of colours with its values, and the reserved colour for what is not known. A mark shows
/// the value under the cursor.
class ScaleLegend : public QWidget {
    Q_OBJECT

public:
    explicit ScaleLegend(QWidget* parent = nullptr);

    void setScale(ColorScale scale);
    const ColorScale& scale() const { return m_scale; }
    void setMark(std::optional<double> value);

    /// The texts below the bar, from low to high; the last has the unit.
    QStringList tickTexts() const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QRect bar() const;

    ColorScale m_scale;
    std::optional<double> m_mark;
};

/// What the colours of directions mean: a half ball as the camera sees it.
class DirectionLegend : public QWidget {
    Q_OBJECT

public:
    explicit DirectionLegend(QWidget* parent = nullptr);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;
};

/// Single colours with what each means, side by side.
class SwatchLegend : public QWidget {
    Q_OBJECT

public:
    explicit SwatchLegend(QWidget* parent = nullptr);

    void setEntries(std::vector<std::pair<QColor, QString>> entries);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<std::pair<QColor, QString>> m_entries;
};

/// A small square of a colour before a text, as legends have it.
void drawSwatch(QPainter& painter, const QRect& where, const QColor& color,
                const QPalette& palette);

QColor toQColor(const Rgb& rgb);

} // namespace concertina
