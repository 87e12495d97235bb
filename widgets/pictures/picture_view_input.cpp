// SPDX-License-Identifier: GPL-3.0-or-later
// Mouse, keys and the shared cursor of PictureView.
#include "widgets/pictures/picture_view.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace concertina {

namespace {

constexpr int DragDistance = 4;
constexpr double KeyStep = 48; ///< device pixels that an arrow moves

} // namespace

// ---- The shared cursor

void PictureView::cursorMoved() {
    const std::optional<QPointF> before = std::exchange(m_cross, m_cursor.point());
    for (const auto& share : {before, m_cross})
        if (share)
            update(crossRect(*share));
    update(heading());
}

void PictureView::point(QPointF position) {
    const std::optional<QPointF> share = shareAt(position);
    m_cursor.setPoint(share);
    const PaneContent& content = m_contents[contentAt(position)];
    int region = -1;
    if (share && content.regionAt && !content.picture.isNull())
        region = content.regionAt(pixelAt(*share, content.picture.size()));
    if (std::exchange(m_region, region) != region)
        Q_EMIT regionHovered(region);
}

void PictureView::moveCursor(QPoint pixels) {
    const QSize size = m_view.reference();
    if (size.isEmpty())
        return;
    const QPointF share = m_cursor.point().value_or(QPointF(0.5, 0.5));
    const auto moved = [](double at, int by, int length) {
        const int pixel = std::clamp(static_cast<int>(at * length) + by, 0, length - 1);
        return (pixel + 0.5) / length;
    };
    m_cursor.setPoint(QPointF(moved(share.x(), pixels.x(), size.width()),
                              moved(share.y(), pixels.y(), size.height())));
}

// ---- Mouse and keys

void PictureView::zoomBy(int direction, std::optional<QPointF> around) {
    if (m_still || m_view.reference().isEmpty())
        return;
    const double before = zoom();
    QPointF at = shownCenter();
    const QPointF middle = at;
    if (around)
        at = (*around * devicePixelRatioF() - QPointF(deviceRect().topLeft())) / before;
    m_view.zoomAround(before, PictureViewState::nextZoom(before, direction), at, middle);
}

void PictureView::moveBy(QPointF devicePixels) {
    m_view.setCenter(shownCenter() - devicePixels / zoom());
}

void PictureView::wheelEvent(QWheelEvent* event) {
    if (m_still) {
        event->ignore();
        return;
    }
    m_wheel += event->angleDelta().y();
    constexpr int step = QWheelEvent::DefaultDeltasPerStep;
    while (std::abs(m_wheel) >= step) {
        const int direction = m_wheel > 0 ? 1 : -1;
        m_wheel -= direction * step;
        zoomBy(direction, event->position());
    }
    event->accept();
}

void PictureView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton)
        return;
    m_grabbed = event->position();
    m_dragged = false;
}

void PictureView::mouseMoveEvent(QMouseEvent* event) {
    if (m_grabbed && !m_still) {
        const QPointF moved = event->position() - *m_grabbed;
        if (m_dragged || moved.manhattanLength() >= DragDistance) {
            m_dragged = true;
            m_grabbed = event->position();
            moveBy(moved * devicePixelRatioF());
        }
    }
    point(event->position());
}

void PictureView::mouseReleaseEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton || !m_grabbed)
        return;
    m_grabbed.reset();
    if (!m_dragged && rect().contains(event->position().toPoint()))
        Q_EMIT activated();
}

void PictureView::mouseDoubleClickEvent(QMouseEvent* event) {
    if (m_still || event->button() != Qt::LeftButton)
        return;
    if (m_view.isFit())
        zoomBy(1, event->position());
    else
        m_view.fit();
}

void PictureView::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    Q_EMIT resized();
}

void PictureView::leaveEvent(QEvent* event) {
    m_cursor.setPoint(std::nullopt);
    if (std::exchange(m_region, -1) != -1)
        Q_EMIT regionHovered(-1);
    QWidget::leaveEvent(event);
}

void PictureView::keyPressEvent(QKeyEvent* event) {
    QPoint arrow;
    switch (event->key()) {
    case Qt::Key_Left: arrow = {-1, 0}; break;
    case Qt::Key_Right: arrow = {1, 0}; break;
    case Qt::Key_Up: arrow = {0, -1}; break;
    case Qt::Key_Down: arrow = {0, 1}; break;
    case Qt::Key_Escape:
        if (m_cursor.point())
            return m_cursor.setPoint(std::nullopt);
        break;
    default: break;
    }
    if (!arrow.isNull() && event->modifiers().testFlag(Qt::ControlModifier))
        return moveCursor(arrow);
    if (m_still)
        return QWidget::keyPressEvent(event);
    if (!arrow.isNull())
        return moveBy(QPointF(-arrow) * KeyStep);
    switch (event->key()) {
    case Qt::Key_Plus:
    case Qt::Key_Equal: return zoomBy(1, std::nullopt);
    case Qt::Key_Minus: return zoomBy(-1, std::nullopt);
    case Qt::Key_0: return m_view.fit();
    case Qt::Key_1: return m_view.setZoom(1, shownCenter());
    default: QWidget::keyPressEvent(event);
    }
}

bool PictureView::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        if (heading().contains(help->pos()))
            QToolTip::showText(help->globalPos(), accessibleName(), this);
        else
            QToolTip::hideText();
        return true;
    }
    if (event->type() == QEvent::FocusIn || event->type() == QEvent::FocusOut)
        update();
    return QWidget::event(event);
}

} // namespace concertina
