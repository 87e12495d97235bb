// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/scale_legend.h"

#include "core/values/text.h"
#include "core/values/value_map.h"
#include "widgets/pictures/class_layer.h"
#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace concertina {

namespace {

constexpr int MarkHeight = 6;
constexpr int BarHeight = 16;
constexpr int TickCount = 5;
constexpr int SmallSwatch = 12;
constexpr int Ball = 88; ///< pixels across

/// As many decimals as distinguish neighbouring ticks.
QString tickText(double value, double span) {
    if (value == 0)
        return QStringLiteral("0");
    if (span < 1e-3)
        return toQt(digitsText(value, 2));
    const int digits = std::clamp(2 - static_cast<int>(std::floor(std::log10(span))), 0, 5);
    return toQt(fixedText(value, digits));
}

/// Colours of the half ball that faces the camera: z is away from it, y down.
QImage ballImage(int side) {
    ValueMap map{&normalsTarget(), side, side, {}};
    map.values.assign(static_cast<std::size_t>(3) * side * side, 0);
    QImage alpha(side, side, QImage::Format_ARGB32_Premultiplied);
    alpha.fill(Qt::transparent);
    for (int row = 0; row < side; ++row)
        for (int column = 0; column < side; ++column) {
            const double x = (column + 0.5) * 2 / side - 1;
            const double y = (row + 0.5) * 2 / side - 1;
            const double rest = 1 - x * x - y * y;
            if (rest < 0)
                continue;
            const std::size_t at = static_cast<std::size_t>(row) * side + column;
            const std::size_t plane = static_cast<std::size_t>(side) * side;
            map.values[at] = static_cast<float>(x);
            map.values[plane + at] = static_cast<float>(y);
            map.values[2 * plane + at] = static_cast<float>(-std::sqrt(rest));
        }
    const QImage drawn = drawMap(map, {}, {});
    for (int row = 0; row < side; ++row)
        for (int column = 0; column < side; ++column)
            if (map.isKnown(row, column))
                alpha.setPixelColor(column, row, drawn.pixelColor(column, row));
    return alpha;
}

} // namespace

QColor toQColor(const Rgb& rgb) {
    return {rgb[0], rgb[1], rgb[2]};
}

void drawSwatch(QPainter& painter, const QRect& where, const QColor& fill,
                const QPalette& palette) {
    painter.setPen(color(ColorRole::Border, palette));
    painter.setBrush(fill);
    painter.drawRect(where.adjusted(0, 0, -1, -1));
}

ScaleLegend::ScaleLegend(QWidget* parent) : QWidget(parent) {
    setFont(smallFont());
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ScaleLegend::setScale(ColorScale scale) {
    m_scale = std::move(scale);
    const QStringList ticks = tickTexts();
    setAccessibleName(ticks.isEmpty() ? QString()
                                      : tr("Colours from %1 to %2").arg(ticks.first(), ticks.last()));
    updateGeometry();
    update();
}

void ScaleLegend::setMark(std::optional<double> value) {
    if (value == m_mark)
        return;
    m_mark = value;
    update();
}

QStringList ScaleLegend::tickTexts() const {
    QStringList texts;
    const double span = m_scale.high - m_scale.low;
    for (int i = 0; i < TickCount; ++i)
        texts << tickText(m_scale.low + span * i / (TickCount - 1), span);
    if (!m_scale.unit.isEmpty())
        texts.last() += (m_scale.unit == QStringLiteral("°") ? QString() : QStringLiteral(" "))
                        + m_scale.unit;
    return texts;
}

QRect ScaleLegend::bar() const {
    return {0, MarkHeight, width(), BarHeight};
}

QSize ScaleLegend::sizeHint() const {
    const int line = QFontMetrics(font()).height();
    return {200, MarkHeight + BarHeight + 4 + line + (m_scale.unknown.isEmpty() ? 0 : 6 + line)};
}

QSize ScaleLegend::minimumSizeHint() const {
    return {120, sizeHint().height()};
}

void ScaleLegend::paintEvent(QPaintEvent*) {
    if (!m_scale.color)
        return;
    QPainter painter(this);
    const QRect where = bar();
    for (int x = 0; x < where.width(); ++x)
        painter.fillRect(QRect(where.x() + x, where.y(), 1, where.height()),
                         toQColor(m_scale.color((x + 0.5) / where.width())));
    const int line = QFontMetrics(font()).height();
    const int below = where.bottom() + 5;
    painter.setPen(color(ColorRole::MutedText, palette()));
    const QStringList texts = tickTexts();
    const bool sparse = QFontMetrics(font()).horizontalAdvance(texts.join(QStringLiteral("   ")))
                        > where.width();
    for (int i = 0; i < TickCount; i += sparse ? TickCount - 1 : 1) {
        const int share = where.width() * i / (TickCount - 1);
        const Qt::AlignmentFlag side =
            i == 0 ? Qt::AlignLeft : i + 1 == TickCount ? Qt::AlignRight : Qt::AlignHCenter;
        const int left = i == 0 ? 0 : i + 1 == TickCount ? share - 120 : share - 60;
        painter.drawText(QRect(where.x() + left, below, 120, line), side, texts[i]);
    }
    if (m_mark && m_scale.high > m_scale.low) {
        const double share = (*m_mark - m_scale.low) / (m_scale.high - m_scale.low);
        const double x = where.x() + std::clamp(share, 0.0, 1.0) * (where.width() - 1) + 0.5;
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(color(ColorRole::Text, palette()));
        painter.drawPolygon(QPolygonF({{x - 4, 0.0}, {x + 4, 0.0}, {x, MarkHeight - 1.0}}));
        painter.setRenderHint(QPainter::Antialiasing, false);
    }
    if (m_scale.unknown.isEmpty())
        return;
    const int top = below + line + 6;
    drawSwatch(painter, QRect(0, top + (line - SmallSwatch) / 2, SmallSwatch, SmallSwatch),
               toQColor(UnknownColor), palette());
    painter.setPen(color(ColorRole::MutedText, palette()));
    painter.drawText(QRect(SmallSwatch + 8, top, width() - SmallSwatch - 8, line), Qt::AlignLeft,
                     m_scale.unknown);
}

DirectionLegend::DirectionLegend(QWidget* parent) : QWidget(parent) {
    setFont(smallFont());
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Colours of directions: red to the right, green down, blue away"));
}

QSize DirectionLegend::sizeHint() const {
    return {220, Ball + 2 * QFontMetrics(font()).height() + 4};
}

void DirectionLegend::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const int line = QFontMetrics(font()).height();
    const double ratio = devicePixelRatioF();
    QImage ball = ballImage(qRound(Ball * ratio));
    ball.setDevicePixelRatio(ratio);
    constexpr int left = 48;
    const QRect where(left, line + 2, Ball, Ball);
    painter.drawImage(where.topLeft(), ball);
    painter.setPen(color(ColorRole::MutedText, palette()));
    painter.drawText(QRect(where.x() - 20, 0, Ball + 40, line), Qt::AlignHCenter, tr("up"));
    painter.drawText(QRect(where.x() - 20, where.bottom() + 3, Ball + 40, line), Qt::AlignHCenter,
                     tr("down"));
    painter.drawText(QRect(0, where.y(), left - 8, Ball), Qt::AlignRight | Qt::AlignVCenter,
                     tr("left"));
    painter.drawText(QRect(where.right() + 9, where.y(), 60, Ball),
                     Qt::AlignLeft | Qt::AlignVCenter, tr("right"));
    // At the right end of the last line, beside "down".
    const QString unknown = tr("not known");
    const int x = width() - QFontMetrics(font()).horizontalAdvance(unknown);
    const int y = where.bottom() + 3;
    drawSwatch(painter,
               QRect(x - SmallSwatch - 8, y + (line - SmallSwatch) / 2, SmallSwatch, SmallSwatch),
               toQColor(UnknownColor), palette());
    painter.setPen(color(ColorRole::MutedText, palette()));
    painter.drawText(QRect(x, y, width() - x, line), Qt::AlignLeft | Qt::AlignVCenter, unknown);
}

SwatchLegend::SwatchLegend(QWidget* parent) : QWidget(parent) {
    setFont(smallFont());
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void SwatchLegend::setEntries(std::vector<std::pair<QColor, QString>> entries) {
    m_entries = std::move(entries);
    QStringList names;
    for (const auto& entry : m_entries)
        names << entry.second;
    setAccessibleName(names.join(QStringLiteral(", ")));
    updateGeometry();
    update();
}

QSize SwatchLegend::sizeHint() const {
    int width = 0;
    for (const auto& entry : m_entries)
        width += SmallSwatch + 24 + QFontMetrics(font()).horizontalAdvance(entry.second);
    return {width, QFontMetrics(font()).height() + 2};
}

void SwatchLegend::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    int x = 0;
    for (const auto& [swatch, text] : m_entries) {
        drawSwatch(painter, QRect(x, (height() - SmallSwatch) / 2, SmallSwatch, SmallSwatch),
                   swatch, palette());
        const int room = QFontMetrics(font()).horizontalAdvance(text);
        painter.setPen(color(ColorRole::MutedText, palette()));
        painter.drawText(QRect(x + SmallSwatch + 8, 0, room + 1, height()), Qt::AlignVCenter, text);
        x += SmallSwatch + 24 + room;
    }
}

} // namespace concertina
