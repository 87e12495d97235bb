// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/swipe_view.h"

#include "widgets/theme/colors.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>
#include <utility>

namespace concertina {

namespace {

constexpr double KnobRadius = 13;
constexpr double Reach = 6; ///< how near to the divider the mouse takes it
constexpr double SmallStep = 0.01;
constexpr double LargeStep = 0.1;

} // namespace

void SwipeView::setPictures(PaneContent left, PaneContent right) {
    setContents(std::move(left), std::move(right));
}

void SwipeView::setDivider(double divider) {
    divider = std::clamp(divider, 0.0, 1.0);
    if (divider == m_divider)
        return;
    const double before = dividerX();
    m_divider = divider;
    const double after = dividerX();
    // The knob is wider than the line.
    const int left = static_cast<int>(std::floor(std::min(before, after) - KnobRadius - 2));
    const int right = static_cast<int>(std::ceil(std::max(before, after) + KnobRadius + 2));
    update(QRect(left, area().top(), right - left, area().height()));
    Q_EMIT dividerChanged(m_divider);
}

QRectF SwipeView::visibleRect() const {
    return shownRect() & QRectF(area());
}

double SwipeView::dividerX() const {
    const QRectF visible = visibleRect();
    return visible.x() + std::round(m_divider * visible.width());
}

std::size_t SwipeView::contentAt(QPointF position) const {
    return position.x() < dividerX() ? 0 : 1;
}

void SwipeView::drawPictures(QPainter& painter, const QRect& clip) {
    const int x = qRound(dividerX() * devicePixelRatioF());
    QRect before = clip;
    before.setRight(std::min(clip.right(), x - 1));
    QRect after = clip;
    after.setLeft(std::max(clip.left(), x));
    for (const auto& [content, part] : {std::pair(&left(), before), std::pair(&right(), after)}) {
        if (content->picture.isNull())
            painter.fillRect(part, color(ColorRole::Surround, palette()));
        else
            drawPicture(painter, content->picture, part);
    }
}

void SwipeView::drawHeading(QPainter& painter, const QRect& room) {
    constexpr int gap = 24;
    const int half = (room.width() - gap) / 2;
    drawCaption(painter, QRect(room.left(), room.top(), half, room.height()), left(),
                Qt::AlignLeft);
    drawCaption(painter, QRect(room.right() + 1 - half, room.top(), half, room.height()), right(),
                Qt::AlignRight);
}

void SwipeView::drawAbove(QPainter& painter) {
    const QRectF visible = visibleRect();
    const double x = dividerX();
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(QRectF(x - 2, visible.top(), 4, visible.height()), QColor(0, 0, 0, 90));
    painter.fillRect(QRectF(x - 1, visible.top(), 2, visible.height()), Qt::white);
    const QPointF middle(x, visible.center().y());
    painter.setPen(QPen(QColor(0, 0, 0, 110), 1));
    painter.setBrush(Qt::white);
    painter.drawEllipse(middle, KnobRadius, KnobRadius);
    QPainterPath arrows;
    for (const int side : {-1, 1}) {
        arrows.moveTo(middle + QPointF(side * 4, -4));
        arrows.lineTo(middle + QPointF(side * 8, 0));
        arrows.lineTo(middle + QPointF(side * 4, 4));
    }
    painter.setPen(QPen(color(ColorRole::Surround, false), 1.8, Qt::SolidLine, Qt::RoundCap,
                        Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(arrows);
    for (const auto& [content, side] : {std::pair(&left(), Qt::AlignLeft),
                                        std::pair(&right(), Qt::AlignRight)}) {
        if (!content->picture.isNull())
            continue;
        const QRectF part = side == Qt::AlignLeft
                                ? QRectF(visible.topLeft(), QPointF(x - 16, visible.bottom()))
                                : QRectF(QPointF(x + 16, visible.top()), visible.bottomRight());
        painter.setPen(color(ColorRole::OnSurround, palette()));
        painter.drawText(part, Qt::AlignCenter | Qt::TextWordWrap, content->message);
    }
    painter.restore();
}

bool SwipeView::isOnDivider(QPointF position) const {
    const QRectF visible = visibleRect();
    if (!visible.adjusted(-Reach, 0, Reach, 0).contains(position))
        return false;
    const double away = std::abs(position.x() - dividerX());
    const bool onKnob = std::abs(position.y() - visible.center().y()) <= KnobRadius;
    return away <= (onKnob ? KnobRadius : Reach);
}

void SwipeView::dragTo(double x) {
    const QRectF visible = visibleRect();
    if (visible.width() > 0)
        setDivider((x - visible.x()) / visible.width());
}

void SwipeView::mousePressEvent(QMouseEvent* event) {
    m_dragging = event->button() == Qt::LeftButton && isOnDivider(event->position());
    if (!m_dragging)
        PictureView::mousePressEvent(event);
}

void SwipeView::mouseMoveEvent(QMouseEvent* event) {
    if (m_dragging)
        dragTo(event->position().x());
    setCursor(m_dragging || isOnDivider(event->position()) ? Qt::SplitHCursor : Qt::CrossCursor);
    PictureView::mouseMoveEvent(event);
}

void SwipeView::mouseReleaseEvent(QMouseEvent* event) {
    if (std::exchange(m_dragging, false))
        return;
    PictureView::mouseReleaseEvent(event);
}

void SwipeView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (isOnDivider(event->position()))
        setDivider(0.5);
    else
        PictureView::mouseDoubleClickEvent(event);
}

void SwipeView::keyPressEvent(QKeyEvent* event) {
    if (!event->modifiers().testFlag(Qt::ControlModifier)) {
        const double step =
            event->modifiers().testFlag(Qt::ShiftModifier) ? LargeStep : SmallStep;
        switch (event->key()) {
        case Qt::Key_Left: return setDivider(m_divider - step);
        case Qt::Key_Right: return setDivider(m_divider + step);
        case Qt::Key_Home: return setDivider(0);
        case Qt::Key_End: return setDivider(1);
        default: break;
        }
    }
    PictureView::keyPressEvent(event);
}

} // namespace concertina
