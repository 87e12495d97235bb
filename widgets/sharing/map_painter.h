// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/sharing/map_geometry.h"
#include "widgets/sharing/plan_overlay.h"

#include <QPainterPath>
#include <QPalette>

#include <optional>
#include <vector>

class QPainter;

namespace concertina {

class PictureCache;

/// What is lit on a map beside what it shows.
struct MapMarks {
    std::optional<std::size_t> column;  ///< pointed at; none with tasks: their lines
    TaskSet tasks = 0;                  ///< pointed at; 0: all
    std::vector<std::size_t> selected;  ///< columns
    std::optional<std::size_t> focused; ///< the station that the keyboard is at
    int focusedHead = -1;               ///< or the head of a task

    bool isPointing() const { return column || tasks != 0; }
};

/// A change that is being dragged: a line to a place, or to a station that it would join.
struct MapGhost {
    int task = 0;
    std::size_t column = 0;
    QPointF at;
    std::optional<std::size_t> station; ///< which it would join
};

/// Draws a map, as vectors on any device, without a background. `exposed`: what of it is seen;
/// empty: all. `pictures`: of signs, for a screen; null: all are vectors.
void paintMap(QPainter& painter, const MapLayout& map, const MapGeometry& geometry,
              const std::vector<SharingTask>& tasks, const MapMarks& marks, const QPalette& palette,
              const QRectF& exposed = {}, PictureCache* pictures = nullptr);

void paintMapGhost(QPainter& painter, const MapLayout& map, const MapGeometry& geometry,
                   const MapGhost& ghost, const QPalette& palette);

/// What was measured, as a ring around each station: of the task that pulls most against the
/// others, else of the largest value; wider where there is more, broken below 0.
void paintMapOverlay(QPainter& painter, const MapLayout& map, const MapGeometry& geometry,
                     const PlanOverlay& overlay, const QPalette& palette,
                     const QRectF& exposed = {});

/// What the signs on this map mean, those alone that are on it, in lines of `width`. Gives the
/// height; draws where there is a painter.
double paintMapLegend(QPainter* painter, const MapLayout& map, const QPointF& corner, double width,
                      const QPalette& palette);

/// Equal where the legends of two maps are.
QByteArray mapLegendLook(const MapLayout& map, const QPalette& palette);

/// A whole picture: background, map, and the legend below it, for files and paper.
void renderMap(QPainter& painter, const QRectF& area, const MapLayout& map,
               const std::vector<SharingTask>& tasks, const QPalette& palette, bool legend = true,
               const PlanOverlay& overlay = {});

/// The pen of a task's line: its colour, and the pattern of light that is drawn into it, by which
/// lines can be told apart in grey. No pattern: a solid line.
QPen mapLinePen(int task, double width, const QPalette& palette);
std::optional<QPen> mapPatternPen(int task, double width, const QPalette& palette);

/// A station: one capsule; what it is stands in its outline.
void paintMapStation(QPainter& painter, const MapColumn& column, const QRectF& capsule,
                     const std::vector<std::pair<int, double>>& lines, MapFrozen frozen,
                     const QPalette& palette);

/// Equal where that draws alike, wherever it stands.
QByteArray mapStationLook(const MapColumn& column, const QRectF& capsule,
                          const std::vector<std::pair<int, double>>& lines, MapFrozen frozen);

/// Features that take another way, below the lines, with an arrow to each station that gets them.
void paintMapSkip(QPainter& painter, const MapLayout& map, const MapGeometry& geometry,
                  std::size_t index, const MapMarks& marks, const QPalette& palette,
                  const QRectF& exposed);

void paintMapImage(QPainter& painter, const QRectF& frame, const QPalette& palette);

/// A share of the way from one colour to another: no translucency, so that vectors stay plain.
QColor mapBlend(const QColor& from, const QColor& to, double share);

/// "A" on a link of weights that are one.
void paintMapLetter(QPainter& painter, const QPointF& middle, const QString& letter,
                    const QPalette& palette);

} // namespace concertina
