// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/saved_picture.h"

#include "widgets/pictures/scale_legend.h"
#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QFontMetrics>
#include <QPainter>

#include <algorithm>

namespace concertina {

namespace {

constexpr int Gap = 12;
constexpr int CaptionHeight = 22;
constexpr int LeastWidth = 320; ///< of a pane: smaller ones are drawn at a larger whole zoom
constexpr int Swatch = 12;

/// Draws names with their colours in lines as wide as `width`; returns the height, also without a
/// painter.
int drawClasses(QPainter* painter, QPoint at, int width, const ComparisonPictures& pictures) {
    const QFontMetrics metrics(smallFont());
    const auto counts = pictures.classCounts();
    int x = 0;
    int y = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        if (counts[i] == 0)
            continue;
        const ClassInfo& info = pictures.classes()[i];
        const QString name = toQt(info.name);
        const int room = Swatch + 6 + metrics.horizontalAdvance(name) + 16;
        if (x > 0 && x + room > width) {
            x = 0;
            y += metrics.height() + 4;
        }
        if (painter != nullptr) {
            const int top = at.y() + y + (metrics.height() - Swatch) / 2;
            drawSwatch(*painter, QRect(at.x() + x, top, Swatch, Swatch), toQColor(info.color),
                       themePalette(false));
            painter->setPen(color(ColorRole::Text, false));
            painter->drawText(at.x() + x + Swatch + 6, at.y() + y + metrics.ascent(), name);
        }
        x += room;
    }
    return y + metrics.height();
}

/// A scale as the window draws it, in the light theme.
void drawScale(QPainter& painter, QPoint at, int width, const ColorScale& scale) {
    ScaleLegend legend;
    legend.setPalette(themePalette(false));
    legend.setScale(scale);
    legend.resize(width, legend.sizeHint().height());
    legend.render(&painter, at, {}, QWidget::DrawChildren);
}

int scaleHeight(const ColorScale& scale) {
    ScaleLegend legend;
    legend.setScale(scale);
    return legend.sizeHint().height();
}

/// The panes in a grid of cells, each below its caption.
void drawPanes(QPainter& painter, const std::vector<const PaneContent*>& panes, int columns,
               const QSize& cell) {
    painter.setFont(smallFont());
    const QFontMetrics metrics(smallFont());
    for (int i = 0; i < static_cast<int>(panes.size()); ++i) {
        const PaneContent& pane = *panes[static_cast<std::size_t>(i)];
        const QPoint at(Gap + i % columns * (cell.width() + Gap),
                        Gap + i / columns * (CaptionHeight + cell.height() + Gap));
        painter.setPen(color(ColorRole::Text, false));
        painter.drawText(QRect(at, QSize(cell.width(), CaptionHeight)),
                         Qt::AlignLeft | Qt::AlignVCenter,
                         metrics.elidedText(pane.caption, Qt::ElideRight, cell.width()));
        painter.drawImage(QRect(at + QPoint(0, CaptionHeight), cell), pane.picture.image());
    }
}

} // namespace

QImage pictureForFile(const std::vector<PaneContent>& panes, int columns,
                      const ComparisonPictures& pictures, double differenceLimit) {
    std::vector<const PaneContent*> drawn;
    for (const PaneContent& pane : panes)
        if (!pane.picture.isNull())
            drawn.push_back(&pane);
    if (drawn.empty())
        return {};
    const QSize size = drawn.front()->picture.size();
    const int zoom = std::max(1, (LeastWidth + size.width() - 1) / size.width());
    const QSize cell = size * zoom;
    const int count = static_cast<int>(drawn.size());
    columns = std::clamp(columns, 1, count);
    const int rows = (count + columns - 1) / columns;
    const int width = columns * (cell.width() + Gap) + Gap;
    const int gridHeight = rows * (CaptionHeight + cell.height() + Gap) + Gap;

    const TargetKind& kind = *pictures.kind();
    const bool classes = kind.isOfClasses();
    const bool scale = kind.form() == ValueForm::Scale;
    const bool list = kind.form() == ValueForm::List;
    const ValueRange range = pictures.range();
    const ColorScale valueScale{
        viridis, range.low, range.high, QString::fromUtf8(kind.errorUnit()), {}};
    const ColorScale errorScale{
        inferno, 0, differenceLimit, QString::fromUtf8(kind.errorUnit()), {}};
    const int legendWidth = std::min(width - 2 * Gap, 360);
    int legendHeight = 0;
    if (classes)
        legendHeight = drawClasses(nullptr, {}, width - 2 * Gap, pictures) + Gap;
    else if (!list)
        legendHeight = (scale ? 2 : 1) * (scaleHeight(errorScale) + CaptionHeight) + Gap;

    QImage result(width, gridHeight + legendHeight, QImage::Format_RGB32);
    if (result.isNull())
        return {};
    result.fill(Qt::white);
    QPainter painter(&result);
    drawPanes(painter, drawn, columns, cell);
    QPoint at(Gap, gridHeight);
    if (classes) {
        drawClasses(&painter, at, width - 2 * Gap, pictures);
        return result;
    }
    const auto titled = [&](const QString& title, const ColorScale& colors) {
        painter.setPen(color(ColorRole::Text, false));
        painter.drawText(QRect(at, QSize(legendWidth, CaptionHeight)),
                         Qt::AlignLeft | Qt::AlignVCenter, title);
        drawScale(painter, at + QPoint(0, CaptionHeight), legendWidth, colors);
        at.ry() += CaptionHeight + scaleHeight(colors);
    };
    if (scale)
        titled(toQt(kind.label()), valueScale);
    if (!list)
        titled(QObject::tr("Error, difference"), errorScale);
    return result;
}

} // namespace concertina
