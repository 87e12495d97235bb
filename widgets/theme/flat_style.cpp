// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/theme/flat_style.h"

#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QAbstractSpinBox>
#include <QPainter>
#include <QPolygonF>
#include <QStyleFactory>
#include <QStyleOption>

#include <algorithm>

namespace concertina {

namespace {

constexpr qreal radius = 4;
constexpr int barWidth = 10;
constexpr int shortestSlider = 28;
constexpr int chevron = 7; // its width
constexpr int rowHeight = 26;

bool has(const QStyleOption* option, QStyle::StateFlag flag) {
    return (option->state & flag) != 0;
}

bool isDefault(const QStyleOption* option) {
    const auto* button = qstyleoption_cast<const QStyleOptionButton*>(option);
    return button != nullptr && (button->features & QStyleOptionButton::DefaultButton) != 0;
}

void drawPanel(QPainter* painter, const QRect& area, const QColor& fill, const QColor& edge) {
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setBrush(fill);
    painter->setPen(edge);
    painter->drawRoundedRect(QRectF(area).adjusted(0.5, 0.5, -0.5, -0.5), radius, radius);
    painter->restore();
}

QColor mixed(const QColor& a, const QColor& b, float share) {
    const auto part = [share](int x, int y) {
        return static_cast<int>(static_cast<float>(x) * (1 - share)
                                + static_cast<float>(y) * share);
    };
    return {part(a.red(), b.red()), part(a.green(), b.green()), part(a.blue(), b.blue())};
}

void drawButton(const QStyleOption* option, QPainter* painter) {
    const bool on = has(option, QStyle::State_Enabled);
    const bool pressed = has(option, QStyle::State_Sunken);
    const bool hovered = on && has(option, QStyle::State_MouseOver);
    const bool chosen = has(option, QStyle::State_On);
    const auto of = [option](ColorRole role) { return color(role, option->palette); };
    if (isDefault(option)) {
        QColor fill = of(ColorRole::Accent);
        if (!on)
            fill = mixed(fill, of(ColorRole::Card), 0.55F);
        else if (pressed || hovered)
            fill = mixed(fill, of(ColorRole::Text), pressed ? 0.25F : 0.12F);
        drawPanel(painter, option->rect, fill, fill);
    } else {
        drawPanel(painter, option->rect,
                  of(pressed || hovered || chosen ? ColorRole::Hover : ColorRole::Field),
                  of(chosen ? ColorRole::Accent : ColorRole::Border));
    }
    if (has(option, QStyle::State_HasFocus) && has(option, QStyle::State_KeyboardFocusChange))
        drawPanel(painter, option->rect.adjusted(2, 2, -2, -2), Qt::transparent,
                  of(isDefault(option) ? ColorRole::OnAccent : ColorRole::Accent));
}

void drawField(const QStyleOption* option, QPainter* painter, bool focused) {
    const bool on = has(option, QStyle::State_Enabled);
    drawPanel(painter, option->rect,
              color(on ? ColorRole::Field : ColorRole::Card, option->palette),
              color(focused ? ColorRole::Accent : ColorRole::Border, option->palette));
}

void drawChevron(const QStyleOption* option, QPainter* painter, const QRect& area, bool up) {
    const ColorRole role =
        has(option, QStyle::State_Enabled) ? ColorRole::MutedText : ColorRole::FaintText;
    const QPointF middle = QRectF(area).center();
    const qreal deep = up ? -chevron / 4.0 : chevron / 4.0;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(
        QPen(color(role, option->palette), 1.4, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter->drawPolyline(
        QPolygonF({middle + QPointF(-chevron / 2.0, -deep), middle + QPointF(0, deep),
                   middle + QPointF(chevron / 2.0, -deep)}));
    painter->restore();
}

void drawScrollBar(const QStyleOptionSlider* bar, const QRect& slider, QPainter* painter) {
    if (slider.isEmpty() || bar->maximum <= bar->minimum)
        return;
    const bool held = has(bar, QStyle::State_Sunken) || has(bar, QStyle::State_MouseOver);
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(Qt::NoPen);
    painter->setBrush(color(held ? ColorRole::FaintText : ColorRole::Border, bar->palette));
    const QRectF area = QRectF(slider).adjusted(2, 2, -2, -2);
    const qreal round = std::min(area.width(), area.height()) / 2;
    painter->drawRoundedRect(area, round, round);
    painter->restore();
}

QRect sliderOf(const QStyleOptionSlider* bar) {
    const bool upright = bar->orientation == Qt::Vertical;
    const int length = upright ? bar->rect.height() : bar->rect.width();
    const qint64 range = qint64{bar->maximum} - bar->minimum;
    const qint64 whole = range + bar->pageStep;
    const int wanted =
        whole > 0 ? static_cast<int>(length * qint64{bar->pageStep} / whole) : length;
    const int size = std::clamp(wanted, std::min(shortestSlider, length), length);
    const int at = QStyle::sliderPositionFromValue(bar->minimum, bar->maximum, bar->sliderPosition,
                                                   length - size, bar->upsideDown);
    return upright ? QRect(bar->rect.left(), bar->rect.top() + at, bar->rect.width(), size)
                   : QRect(bar->rect.left() + at, bar->rect.top(), size, bar->rect.height());
}

} // namespace

FlatStyle::FlatStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

void FlatStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option,
                              QPainter* painter, const QWidget* widget) const {
    switch (element) {
    case PE_PanelButtonCommand: drawButton(option, painter); return;
    case PE_PanelButtonTool:
        if (has(option, State_Enabled)
            && (has(option, State_Sunken) || has(option, State_On) || has(option, State_MouseOver)))
            drawPanel(painter, option->rect, color(ColorRole::Hover, option->palette),
                      Qt::transparent);
        return;
    case PE_PanelLineEdit:
        // Without a frame it is the editor of a box, which has a panel of its own.
        if (const auto* frame = qstyleoption_cast<const QStyleOptionFrame*>(option);
            frame != nullptr && frame->lineWidth > 0)
            drawField(option, painter, has(option, State_HasFocus));
        return;
    case PE_FrameFocusRect: {
        const auto* focus = qstyleoption_cast<const QStyleOptionFocusRect*>(option);
        if (focus != nullptr && has(option, State_KeyboardFocusChange))
            drawPanel(painter, option->rect, Qt::transparent,
                      color(ColorRole::Accent, option->palette));
        return;
    }
    default: QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

void FlatStyle::drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                            const QWidget* widget) const {
    if (element == CE_PushButtonLabel && isDefault(option)) {
        QStyleOptionButton label = *qstyleoption_cast<const QStyleOptionButton*>(option);
        label.palette.setColor(QPalette::ButtonText, color(ColorRole::OnAccent, option->palette));
        QProxyStyle::drawControl(element, &label, painter, widget);
        return;
    }
    // Of tables' headers: they stand on the card.
    if (element == CE_HeaderEmptyArea || element == CE_HeaderSection) {
        painter->fillRect(option->rect, color(ColorRole::Card, option->palette));
        return;
    }
    QProxyStyle::drawControl(element, option, painter, widget);
}

void FlatStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex* option,
                                   QPainter* painter, const QWidget* widget) const {
    if (const auto* box = qstyleoption_cast<const QStyleOptionComboBox*>(option);
        control == CC_ComboBox && box != nullptr) {
        if (box->frame)
            drawField(option, painter, has(option, State_HasFocus) || has(option, State_On));
        drawChevron(option, painter,
                    proxy()->subControlRect(CC_ComboBox, option, SC_ComboBoxArrow, widget), false);
        return;
    }
    if (const auto* spin = qstyleoption_cast<const QStyleOptionSpinBox*>(option);
        control == CC_SpinBox && spin != nullptr) {
        if (spin->frame)
            drawField(option, painter, has(option, State_HasFocus));
        if (spin->buttonSymbols != QAbstractSpinBox::NoButtons) {
            drawChevron(option, painter,
                        proxy()->subControlRect(CC_SpinBox, option, SC_SpinBoxUp, widget), true);
            drawChevron(option, painter,
                        proxy()->subControlRect(CC_SpinBox, option, SC_SpinBoxDown, widget), false);
        }
        return;
    }
    if (const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
        control == CC_ScrollBar && bar != nullptr) {
        drawScrollBar(bar, sliderOf(bar), painter);
        return;
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

QRect FlatStyle::subControlRect(ComplexControl control, const QStyleOptionComplex* option,
                                SubControl part, const QWidget* widget) const {
    const auto* bar = qstyleoption_cast<const QStyleOptionSlider*>(option);
    if (control != CC_ScrollBar || bar == nullptr)
        return QProxyStyle::subControlRect(control, option, part, widget);
    const QRect slider = sliderOf(bar);
    QRect before = bar->rect;
    QRect after = bar->rect;
    if (bar->orientation == Qt::Vertical) {
        before.setBottom(slider.top() - 1);
        after.setTop(slider.bottom() + 1);
    } else {
        before.setRight(slider.left() - 1);
        after.setLeft(slider.right() + 1);
    }
    switch (part) {
    case SC_ScrollBarSlider: return slider;
    case SC_ScrollBarGroove: return bar->rect;
    case SC_ScrollBarSubPage: return before;
    case SC_ScrollBarAddPage: return after;
    default: return {}; // no arrows
    }
}

int FlatStyle::pixelMetric(PixelMetric metric, const QStyleOption* option,
                           const QWidget* widget) const {
    switch (metric) {
    case PM_ScrollBarExtent: return barWidth;
    case PM_ScrollBarSliderMin: return shortestSlider;
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical: return 0;
    // The margin of a table's text, one less; as that of its head.
    case PM_FocusFrameHMargin: return 7;
    default: return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

QSize FlatStyle::sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                                  const QWidget* widget) const {
    const QSize wanted = QProxyStyle::sizeFromContents(type, option, size, widget);
    switch (type) {
    case CT_PushButton: return {std::max(wanted.width(), size.width() + 26), ControlHeight};
    case CT_LineEdit:
    case CT_ComboBox:
    case CT_SpinBox: return {wanted.width(), std::max(wanted.height(), ControlHeight)};
    case CT_ItemViewItem: return {wanted.width(), std::max(wanted.height(), rowHeight)};
    default: return wanted;
    }
}

int FlatStyle::styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                         QStyleHintReturn* result) const {
    switch (hint) {
    // A list below its field, as everywhere; Fusion lays it over the field like a menu.
    case SH_ComboBox_Popup: return 0;
    case SH_ScrollBar_LeftClickAbsolutePosition: return 0;
    default: return QProxyStyle::styleHint(hint, option, widget, result);
    }
}

} // namespace concertina
