// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"
#include "widgets/plots/curve.h"
#include "widgets/plots/plot_group.h"

#include <QPoint>
#include <QStringList>
#include <QWidget>

#include <memory>
#include <string>
#include <vector>

namespace concertina {

class CurveCanvas;
struct PlotContents;

/// Curves over one x, for the group that the plot is in.
///
/// The wheel zooms x around the pointer, with Shift y; dragging draws a frame to zoom into (a flat
/// or narrow one along x or y alone); dragging with Shift or the middle button moves; a double
/// click or F shows everything, Backspace goes back one step. Left and Right move the crosshair
/// from point to point, with Ctrl the view; + and − zoom.
class CurvePlot : public QWidget {
    Q_OBJECT

public:
    /// `title` names it to a screen reader and in what is saved. The group outlives it.
    CurvePlot(const QString& title, PlotGroup& group, QWidget* parent = nullptr);
    ~CurvePlot() override;

    const QString& title() const { return m_title; }
    void setCurves(std::vector<PlotCurve> curves);
    const std::vector<PlotCurve>& curves() const;
    void setMarks(std::vector<PlotMark> marks);
    const std::vector<PlotMark>& marks() const;
    void setLogY(bool on);
    void setOutliersIgnored(bool ignored);
    void setEmptyText(const QString& text); ///< while there is no point

    /// The series have more points, or are smoothed anew: painted with what comes next.
    void dataChanged();
    void replotNow();

    PlotSpan shownX() const; ///< as of the last replot
    PlotSpan shownY() const;
    QStringList endLabels() const;
    QStringList readout() const; ///< of the crosshair; empty without one
    QRectF plotArea() const;     ///< within the axes

    /// Every point of every curve, a line each, with a heading.
    std::string csv() const;

    /// As PNG, or as SVG where the name ends so. Problem "picture.write".
    Expected<void> savePicture(const QString& file);

    QSize sizeHint() const override { return {420, 220}; }
    QSize minimumSizeHint() const override { return {200, 120}; }

Q_SIGNALS:
    void savePictureWanted(); ///< by the context menu: a file is to be asked for
    void saveDataWanted();

protected:
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override;
    void changeEvent(QEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void leaveEvent(QEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    void contextMenuEvent(QContextMenuEvent* event) override;

private:
    enum class Drag { None, Frame, Pan };

    void pointAt(double pixel);
    void stepCrosshair(int by);
    void zoom(double factor, QPointF around, bool alongY);
    void pan(QPointF by, PlotGroup::Move move);
    void zoomInto(const QRectF& frame);

    QString m_title;
    PlotGroup& m_group;
    std::unique_ptr<PlotContents> m_contents;
    CurveCanvas* m_canvas;
    CurveAxis m_axis;
    bool m_isStale = true; ///< hidden while something changed
    Drag m_drag = Drag::None;
    QPointF m_dragFrom;
    bool m_panBegun = false;
};

} // namespace concertina
