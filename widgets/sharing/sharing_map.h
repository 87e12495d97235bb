// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/sharing/map_painter.h"
#include "widgets/sharing/picture_cache.h"

#include <QAbstractScrollArea>
#include <QVariantAnimation>

#include <memory>
#include <set>

namespace concertina {

/// What runs together, from the image to the heads, as a map: one line a task. It shows the network
/// that it is given and asks for changes; the owner of the plan makes them.
///
/// A click on a station of several layers opens it, a double-click on one of them folds them again;
/// both also by a click on the label. A station's line dragged away from the others asks for a
/// split there, onto another station for a join; with Shift it takes along the lines on that side.
/// The diamond behind the trunk moves where the tasks part. By keys: arrows walk along a line and
/// from line to line, Return opens and folds, Space selects, Shift with arrows selects further, Alt
/// with Up or Down splits a line off or joins it with its neighbour, Ctrl with Left or Right moves
/// the diamond; +, − and 0, or Ctrl and the wheel, zoom.
class SharingMap : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit SharingMap(QWidget* parent = nullptr);

    void setNetwork(const NetworkDesign& network, std::vector<SharingTask> tasks);
    void setNetwork(SharedDesign network, std::vector<SharingTask> tasks);
    void clear();

    /// What was measured, around the stations; an empty one: nothing.
    void setOverlay(PlanOverlay overlay);

    const MapLayout& map() const { return m_map; }
    const MapGeometry& shownGeometry() const { return m_shown; }
    const MapMarks& marks() const { return m_marks; }
    const std::optional<MapGhost>& ghost() const { return m_ghost; }
    const std::vector<std::size_t>& selectedLayers() const { return m_selected; }
    bool isMoving() const { return m_animation.state() == QAbstractAnimation::Running; }

    /// Where something of the map is in the viewport.
    QPointF toViewport(const QPointF& position) const { return position - scrolled(); }
    QRectF trunkHandle() const; ///< on the map; empty where tasks can't part

    /// Shows the layers of a stage one by one, or like ones in one station again.
    void setUnfolded(const std::string& stage, bool unfolded);

    /// 1: all of it is seen where there is room enough.
    void setZoom(double zoom);
    double zoom() const { return m_zoom; }

    /// What the keyboard is at, or else what is pointed at, in words.
    QString reading() const;

    QSize sizeHint() const override { return {720, 360}; }
    QSize minimumSizeHint() const override { return {240, 160}; }

public Q_SLOTS:
    void showPointed(std::optional<std::size_t> layer, concertina::TaskSet tasks);
    void showSelected(const std::vector<std::size_t>& layers);

Q_SIGNALS:
    void pointedAt(std::optional<std::size_t> layer, concertina::TaskSet tasks);
    void selectionChanged(const std::vector<std::size_t>& layers);
    void foldingChanged(const std::string& stage, bool unfolded); ///< by hand
    void splitWanted(std::size_t layer, concertina::TaskSet away);
    void joinWanted(std::size_t layer, concertina::TaskSet line, concertina::TaskSet with);
    void trunkWanted(std::size_t layers); ///< tied, from the image on; the others separate

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    /// Where the keyboard is: a task's line, and a station of it or its end.
    struct Place {
        int task = 0;
        std::size_t step = 0;
    };

    void showMap(MapLayout map, bool animated);
    void fit();
    void place(double share);
    QPointF scrolled() const;
    void point(std::optional<std::size_t> layer, TaskSet tasks);
    void pointTo(const MapHit& hit);
    void select(std::vector<std::size_t> layers);
    void markSelected();
    void toggle(std::size_t column);
    void click(const MapHit& hit, Qt::KeyboardModifiers modifiers);
    void selectColumn(std::size_t column, Qt::KeyboardModifiers modifiers);
    void dragLine(const QPointF& at);
    void dropLine(Qt::KeyboardModifiers modifiers);
    TaskSet taken(const MapStation& from, int task, bool upward, bool more) const;
    std::optional<std::size_t> stationOn(int task, std::size_t column) const;
    std::size_t trunkAt(double x) const;
    std::optional<std::size_t> focusedStation() const;
    bool walk(QKeyEvent* event);
    bool moveLine(int by, bool more);
    void goTo(Place place);
    void showFocus();
    void paintTrunk(QPainter& painter) const;

    SharedDesign m_network; ///< none: cleared
    std::vector<SharingTask> m_tasks;
    std::set<std::string> m_unfolded;
    MapLayout m_map, m_before;
    MapGeometry m_target, m_start, m_shown;
    QVariantAnimation m_animation;
    double m_zoom = 1, m_legend = 0; ///< the legend's height, below the map
    PlanOverlay m_overlay;

    PictureCache m_pictures; ///< of signs
    MapMarks m_marks;
    std::vector<std::size_t> m_selected;
    std::optional<std::size_t> m_anchor; ///< the layer that a selection is extended from
    Place m_place;

    std::optional<MapHit> m_pressed;
    QPointF m_pressedAt;
    bool m_hasToggled = false; ///< by the last click
    std::optional<MapGhost> m_ghost;
    std::optional<std::size_t> m_draggedTrunk; ///< columns
};

} // namespace concertina
