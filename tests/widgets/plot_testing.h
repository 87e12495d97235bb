// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/plots/curve_plot.h"
#include "widgets/theme/theme.h"

#include <QApplication>
#include <QImage>
#include <QTest>
#include <QWheelEvent>

#include <memory>
#include <vector>

namespace concertina::testing {

inline const MetricInfo metres{"abs_err", "absolute error", "m", false, 3};

inline std::shared_ptr<Series> line(int count, double from, double to, int every = 1) {
    auto series = std::make_shared<Series>();
    for (int step = every; step <= count; step += every)
        series->append({step, step / 100.0, step * 0.5,
                        from + (to - from) * step / static_cast<double>(count)});
    return series;
}

inline int pixelsOf(const QImage& image, const QColor& color, const QRectF& area) {
    int count = 0;
    for (int y = static_cast<int>(area.top()); y < area.bottom(); ++y)
        for (int x = static_cast<int>(area.left()); x < area.right(); ++x)
            count += image.pixelColor(x, y) == color ? 1 : 0;
    return count;
}

/// One plot on the screen, worked by mouse and wheel.
class PlotFixture {
protected:
    void beginPlotTest() {
        m_plot.reset();
        m_group = std::make_unique<PlotGroup>();
        m_plot = std::make_unique<CurvePlot>(QStringLiteral("Depth · absolute error"), *m_group);
        m_plot->resize(500, 260);
        m_plot->show();
        QVERIFY(QTest::qWaitForWindowExposed(m_plot.get()));
    }
    void show(std::vector<PlotCurve> curves) {
        m_plot->setCurves(std::move(curves));
        m_plot->replotNow();
    }
    QPoint at(double shareX, double shareY) const {
        const QRectF area = m_plot->plotArea();
        return QPointF(area.left() + shareX * area.width(), area.top() + shareY * area.height())
            .toPoint();
    }
    void wheel(QPoint where, int notches, Qt::KeyboardModifiers modifiers = {}) {
        QWheelEvent event(where, m_plot->mapToGlobal(where), {}, {0, 120 * notches}, Qt::NoButton,
                          modifiers, Qt::NoScrollPhase, false);
        QApplication::sendEvent(m_plot.get(), &event);
        m_plot->replotNow();
    }
    void drag(QPoint from, QPoint to, Qt::KeyboardModifiers modifiers = {}) {
        QTest::mousePress(m_plot.get(), Qt::LeftButton, modifiers, from);
        QTest::mouseMove(m_plot.get(), (from + to) / 2);
        QTest::mouseMove(m_plot.get(), to);
        QTest::mouseRelease(m_plot.get(), Qt::LeftButton, modifiers, to);
        m_plot->replotNow();
    }

    std::unique_ptr<PlotGroup> m_group;
    std::unique_ptr<CurvePlot> m_plot;
};

} // namespace concertina::testing
