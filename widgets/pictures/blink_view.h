// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/pictures/picture_view.h"

#include <QTimer>

#include <chrono>

namespace concertina {

/// Two pictures in one place that take turns, so that the eye catches what differs. Space stops
/// and goes on, Left and Right show one of them. With reduced motion, while paused and while it is
/// not to be seen nothing changes by itself.
class BlinkView : public PictureView {
    Q_OBJECT

public:
    /// No faster: flashes beyond three a second can harm.
    static constexpr std::chrono::milliseconds ShortestInterval{350};

    BlinkView(PictureViewState& view, PictureCursor& cursor, QWidget* parent = nullptr);

    void setPictures(PaneContent left, PaneContent right);
    const PaneContent& left() const { return PictureView::content(0); }
    const PaneContent& right() const { return PictureView::content(1); }

    std::chrono::milliseconds interval() const { return m_timer.intervalAsDuration(); }
    void setInterval(std::chrono::milliseconds interval);

    bool isPaused() const { return m_paused; }
    void setPaused(bool paused);

    void setReducedMotion(bool reduced);
    bool isBlinking() const { return m_timer.isActive(); }

    bool isRightShown() const { return m_shown == 1; }
    void showRight(bool right);

Q_SIGNALS:
    void pausedChanged(bool paused);
    void shownChanged(bool right);

protected:
    std::size_t contentAt(QPointF) const override { return m_shown; }
    void drawPictures(QPainter& painter, const QRect& clip) override;
    void drawHeading(QPainter& painter, const QRect& room) override;
    void drawAbove(QPainter& painter) override;
    void keyPressEvent(QKeyEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void hideEvent(QHideEvent* event) override;

private:
    void runOrRest();

    QTimer m_timer;
    std::size_t m_shown = 0;
    bool m_paused = false;
    bool m_reducedMotion = false;
};

} // namespace concertina
