// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/blink_view.h"

#include "widgets/theme/colors.h"

#include <QKeyEvent>
#include <QPainter>

#include <algorithm>
#include <utility>

namespace concertina {

BlinkView::BlinkView(PictureViewState& view, PictureCursor& cursor, QWidget* parent)
    : PictureView(view, cursor, parent) {
    m_timer.setInterval(std::chrono::milliseconds(800));
    connect(&m_timer, &QTimer::timeout, this, [this] { showRight(!isRightShown()); });
}

void BlinkView::setPictures(PaneContent left, PaneContent right) {
    setContents(std::move(left), std::move(right));
}

void BlinkView::setInterval(std::chrono::milliseconds interval) {
    m_timer.setInterval(std::max(interval, ShortestInterval));
}

void BlinkView::setPaused(bool paused) {
    if (std::exchange(m_paused, paused) == paused)
        return;
    runOrRest();
    Q_EMIT pausedChanged(paused);
}

void BlinkView::setReducedMotion(bool reduced) {
    m_reducedMotion = reduced;
    runOrRest();
}

void BlinkView::runOrRest() {
    const bool run = isVisible() && !m_paused && !m_reducedMotion;
    if (run && !m_timer.isActive())
        m_timer.start();
    else if (!run)
        m_timer.stop();
}

void BlinkView::showRight(bool right) {
    const std::size_t shown = right ? 1 : 0;
    if (std::exchange(m_shown, shown) == shown)
        return;
    update();
    Q_EMIT shownChanged(right);
}

void BlinkView::drawPictures(QPainter& painter, const QRect& clip) {
    const PaneContent& shown = content(m_shown);
    if (shown.picture.isNull())
        painter.fillRect(clip, color(ColorRole::Surround, palette()));
    else
        drawPicture(painter, shown.picture, clip);
}

void BlinkView::drawHeading(QPainter& painter, const QRect& room) {
    // Captions keep their places, so that the eye finds which one is on.
    constexpr int gap = 24;
    const int half = (room.width() - gap) / 2;
    const std::array<QRect, 2> rooms{QRect(room.left(), room.top(), half, room.height()),
                                     QRect(room.right() + 1 - half, room.top(), half, room.height())};
    for (std::size_t i = 0; i < 2; ++i) {
        painter.setOpacity(i == m_shown ? 1 : 0.45);
        drawCaption(painter, rooms[i], content(i), i == 0 ? Qt::AlignLeft : Qt::AlignRight);
    }
    painter.setOpacity(1);
}

void BlinkView::drawAbove(QPainter& painter) {
    if (!content(m_shown).picture.isNull())
        return;
    painter.setPen(color(ColorRole::OnSurround, palette()));
    painter.drawText(area(), Qt::AlignCenter | Qt::TextWordWrap, content(m_shown).message);
}

void BlinkView::keyPressEvent(QKeyEvent* event) {
    if (event->modifiers() == Qt::NoModifier) {
        switch (event->key()) {
        case Qt::Key_Space:
            if (m_reducedMotion)
                return showRight(!isRightShown());
            return setPaused(!m_paused);
        case Qt::Key_Left: setPaused(true); return showRight(false);
        case Qt::Key_Right: setPaused(true); return showRight(true);
        default: break;
        }
    }
    PictureView::keyPressEvent(event);
}

void BlinkView::showEvent(QShowEvent* event) {
    PictureView::showEvent(event);
    runOrRest();
}

void BlinkView::hideEvent(QHideEvent* event) {
    PictureView::hideEvent(event);
    runOrRest();
}

} // namespace concertina
