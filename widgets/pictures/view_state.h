// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointF>
#include <QSize>

#include <optional>

namespace concertina {

/// Which part of a picture is seen and how large; panes that share one move together.
///
/// A zoom is device pixels a picture pixel. Pictures of other sizes than the reference are drawn
/// at the reference's size, so that the same things lie over each other. GUI thread.
class PictureViewState : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    /// The size that zoom and centre are given in. A new size of the same shape keeps what is seen,
    /// another shape shows the whole picture.
    void setReference(QSize size);
    QSize reference() const { return m_reference; }

    bool isFit() const { return m_fit; } ///< the whole picture, as large as each pane allows
    double zoom() const { return m_zoom; }
    QPointF center() const { return m_center; } ///< in pixels of the reference

    void fit();
    void setZoom(double zoom, QPointF center);

    /// The zoom changes and the point stays where it is.
    void zoomAround(double from, double to, QPointF point, QPointF center);

    /// What lies at the pane's middle, in pixels of the reference.
    void setCenter(QPointF center);

    /// The next step: whole numbers above 1, halves below.
    static double nextZoom(double zoom, int direction);

    /// For a picture in a room of that many device pixels: a whole step where that uses most of
    /// the room, else what fills it.
    static double fitZoom(QSize picture, QSize room);

Q_SIGNALS:
    void changed();

private:
    QPointF clamped(QPointF center) const;

    QSize m_reference;
    bool m_fit = true;
    double m_zoom = 1;
    QPointF m_center;
};

/// The point under the mouse, in shares of the picture's width and height, for all panes that
/// share it: each shows its value there. GUI thread.
class PictureCursor : public QObject {
    Q_OBJECT

public:
    using QObject::QObject;

    const std::optional<QPointF>& point() const { return m_point; }
    void setPoint(const std::optional<QPointF>& point);

Q_SIGNALS:
    void changed();

private:
    std::optional<QPointF> m_point;
};

} // namespace concertina
