// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/pictures/picture.h"
#include "widgets/pictures/view_state.h"

#include <QPointer>
#include <QWidget>

#include <array>
#include <functional>
#include <optional>

namespace concertina {

/// What a pane shows.
struct PaneContent {
    QString caption;
    Picture picture;
    QString message; ///< instead of a picture that is not there
    /// The value at a pixel of the picture for people; may be empty.
    std::function<QString(QPoint pixel)> valueAt = {};
    /// The region (class) at a pixel, −1 for none; may be empty.
    std::function<int(QPoint pixel)> regionAt = {};
};

/// A picture that is zoomed (wheel, +, −) and dragged together with all that share its view, on a
/// dark surround, with its caption and the value under the shared cursor above it. True pixels
/// from a zoom of 1 on, smooth where it is shrunk. 0 shows the whole, 1 the true pixels; arrows
/// move the picture, with Ctrl the cursor.
class PictureView : public QWidget {
    Q_OBJECT

public:
    /// Both outlive the view.
    PictureView(PictureViewState& view, PictureCursor& cursor, QWidget* parent = nullptr);

    void setContent(PaneContent content);
    const PaneContent& content() const { return m_contents[0]; }

    /// A view that always shows the whole picture and leaves the wheel to what it stands in.
    void setStill(bool still);

    /// To the next step, around a point of the widget or the middle.
    void zoomBy(int direction, std::optional<QPointF> around);
    double zoom() const; ///< in use, in device pixels a picture pixel

    /// The line above the picture: the caption, and the value under the cursor.
    QString valueText() const;

    /// Where the picture lies, in device pixels of this widget.
    QRect pictureRect() const;

    QSize minimumSizeHint() const override;
    QSize sizeHint() const override;

Q_SIGNALS:
    void regionHovered(int region); ///< −1 for none
    void activated();               ///< clicked without dragging
    void resized();                 ///< where the whole picture is shown, `zoom` is another now

protected:
    void paintEvent(QPaintEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    bool event(QEvent* event) override;

    // For views of two pictures in one place.

    void setContents(PaneContent first, PaneContent second);
    const PaneContent& content(std::size_t index) const { return m_contents[index]; }

    /// Which of the contents lies at a point of the widget.
    virtual std::size_t contentAt(QPointF position) const;
    /// Draws the pictures where `clip`, in device pixels, asks for it.
    virtual void drawPictures(QPainter& painter, const QRect& clip);
    virtual void drawHeading(QPainter& painter, const QRect& heading);
    /// Over the pictures, in the widget's own pixels.
    virtual void drawAbove(QPainter&) {}

    void drawPicture(QPainter& painter, const Picture& picture, const QRect& clip);
    void drawCaption(QPainter& painter, const QRect& room, const PaneContent& content,
                     Qt::Alignment side) const;
    QString valueOf(const PaneContent& content) const;

    QRect heading() const;  ///< in the widget's own pixels
    QRect area() const;     ///< below it, in the widget's own pixels
    QRectF shownRect() const; ///< of the picture, in the widget's own pixels

private:
    /// The whole picture at the size that it is shrunk to.
    struct Shrunk {
        Picture of;
        QSize size;
        QImage image;
    };

    static QPoint pixelAt(QPointF share, QSize size);
    QRect deviceArea() const;
    QRect deviceRect() const;
    QPointF shownCenter() const; ///< of the reference, with the view's edges kept
    std::optional<QPointF> shareAt(QPointF position) const;
    const QImage& shrunk(const Picture& picture, QSize size);
    void moveBy(QPointF devicePixels);
    void moveCursor(QPoint pixels);
    void point(QPointF position);
    void cursorMoved();
    QRect crossRect(const QPointF& share) const;

    PictureViewState& m_view;
    PictureCursor& m_cursor;
    std::array<PaneContent, 2> m_contents;
    std::array<Shrunk, 2> m_shrunk;
    std::size_t m_oldestShrunk = 0;
    std::optional<QPointF> m_cross; ///< the cursor as it is drawn
    std::optional<QPointF> m_grabbed; ///< where the mouse was last
    bool m_dragged = false;
    bool m_still = false;
    int m_wheel = 0; ///< angle that is not a step yet
    int m_region = -1;
};

} // namespace concertina
