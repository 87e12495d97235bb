// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/curve.h"
#include "widgets/plots/pixel_layer.h"
#include "widgets/plots/plot_group.h"
#include "widgets/plots/plot_painting.h"

#include <qcustomplot.h>

#include <QImage>

#include <map>
#include <utility>
#include <vector>

namespace concertina {

/// What a CurvePlot shows.
struct PlotContents {
    std::vector<PlotCurve> curves;
    std::vector<PlotMark> marks; ///< by step
    bool logY = false;
    bool ignoresOutliers = true;
    QString emptyText;
};

/// The inside of a CurvePlot: QCustomPlot has the axes and the grid; curves, marks,
/// labels and the crosshair are painted from the series themselves, at each replot only what the
/// columns of pixels can show.
class CurveCanvas : public QCustomPlot {
public:
    CurveCanvas(const PlotContents& contents, const PlotGroup& group, const CurvePlot* plot,
                QWidget* parent);

    void adoptColors(); ///< of the palette
    void adoptAxes();   ///< which x, logarithmic or not
    void adoptCurves() { m_bulks.clear(); } ///< others than before

    const PixelMap& map() const { return m_map; }
    const std::vector<PlotLabel>& labels() const { return m_labels; }
    bool hasPoints() const;

    /// What the crosshair at `x` says of each curve, from top to bottom; a heading first on the
    /// plot that is pointed at.
    std::vector<ReadoutLine> readout(double x) const;

    void setRubberBand(const QRectF& band); ///< empty: none
    void setFocusShown(bool shown); ///< a frame for who came by the keyboard

    void replotSoon(); ///< with what is painted next
    void replotNow();

    /// A PNG at double size, or an SVG, with a title and the name of x.
    QByteArray picture(bool vector, const QString& title);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    /// Where most of a stretch's values lie, as it was found last.
    struct Bulk {
        std::size_t revision = 0;
        std::size_t from = 0;
        std::size_t to = 0;
        Extent extent;
    };

    void prepare();
    void render();
    PlotSpan fittingX() const;
    PlotSpan fittingY(const PlotSpan& x);
    Extent bulk(const Series& series, CurveValues values, std::size_t from, std::size_t to);
    void placeLabels();
    void drawCurves(QPainter& painter);
    void drawDecoration(QPainter& painter) const;
    void drawOverlay(QPainter& painter) const;
    QRectF area() const;

    const PlotContents& m_contents;
    const PlotGroup& m_group;
    const CurvePlot* m_plot;
    PixelMap m_map;
    PixelLayer m_layer;
    QImage m_picture; ///< all but crosshair, rubber band and focus
    bool m_isStale = true;
    std::map<std::pair<const Series*, CurveValues>, Bulk> m_bulks;
    std::vector<PlotLabel> m_labels;
    int m_labelRoom = 60;
    QRectF m_band;
    bool m_showsFocus = false;
    QString m_title; ///< while it is saved
};

} // namespace concertina
