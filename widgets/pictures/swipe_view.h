// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/pictures/picture_view.h"

namespace concertina {

/// Two pictures in one place with a divider between them, which the mouse drags and the arrow keys
/// move (with Shift in large steps; Home and End to the edges). Everything else is a PictureView's.
class SwipeView : public PictureView {
    Q_OBJECT

public:
    using PictureView::PictureView;

    void setPictures(PaneContent left, PaneContent right);
    const PaneContent& left() const { return PictureView::content(0); }
    const PaneContent& right() const { return PictureView::content(1); }

    /// A share of the visible picture's width, from 0 (only the right one) to 1.
    double divider() const { return m_divider; }
    void setDivider(double divider);

    /// As `valueText`, of both.
    QString leftValue() const { return valueOf(left()); }
    QString rightValue() const { return valueOf(right()); }

Q_SIGNALS:
    void dividerChanged(double divider);

protected:
    std::size_t contentAt(QPointF position) const override;
    void drawPictures(QPainter& painter, const QRect& clip) override;
    void drawHeading(QPainter& painter, const QRect& room) override;
    void drawAbove(QPainter& painter) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    QRectF visibleRect() const;
    double dividerX() const; ///< in the widget's own pixels
    bool isOnDivider(QPointF position) const;
    void dragTo(double x);

    double m_divider = 0.5;
    bool m_dragging = false;
};

} // namespace concertina
