// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/compare/comparison_pictures.h"

#include <QList>
#include <QWidget>

#include <vector>

class QCheckBox;
class QGridLayout;
class QLabel;
class QSlider;
class QStackedWidget;
class QToolButton;

namespace concertina {

class BlinkView;
class JobNotice;
class SwipeView;

enum class CompareMode { All, SideBySide, Swipe, Blink, Difference };

/// The large pictures of Compare, in one of the modes, with what each mode needs below them: zoom,
/// the blink's pause and pace, the difference's range.
class PictureStage : public QWidget {
    Q_OBJECT

public:
    /// Both outlive the stage.
    PictureStage(ComparisonPictures& pictures, PictureCursor& cursor, QWidget* parent = nullptr);

    CompareMode mode() const { return m_mode; }
    void setMode(CompareMode mode);
    void setSides(SourceOfRun left, SourceOfRun right);
    SourceOfRun left() const { return m_left; }
    SourceOfRun right() const { return m_right; }

    void setReducedMotion(bool reduced);

    /// Shows the pictures as they are now; what is seen of them stays. `message` is said where
    /// there is none.
    void refresh(const QString& message = {});

    PictureViewState& view() { return m_view; }
    JobNotice* notice() const { return m_notice; }

    /// The pane that has the keyboard's place in this mode.
    PictureView* mainView() const;

    /// What is shown, for saving: panes in rows of `columns`.
    std::vector<PaneContent> shown() const;
    int columns() const;

Q_SIGNALS:
    void regionHovered(int region);
    void rangeChanged(); ///< of differences

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void buildFoot();
    void adopt(PictureView* view);
    std::vector<PaneContent> gridContents() const;
    void showGrid(std::vector<PaneContent> contents);
    void arrange();
    int bestColumns(int panes) const;
    void showZoom();
    void stepZoom(int direction);
    void showBlink();

    ComparisonPictures& m_pictures;
    PictureCursor& m_cursor;
    PictureViewState m_view;
    CompareMode m_mode = CompareMode::Swipe;
    SourceOfRun m_left{Source::Expanded, 0};
    SourceOfRun m_right{Source::Collapsed, 0};

    QStackedWidget* m_stack;
    QWidget* m_gridPage;
    QGridLayout* m_grid;
    QList<PictureView*> m_panes;
    int m_shownPanes = 0;
    int m_arrangedPanes = 0;
    int m_columns = 0;
    SwipeView* m_swipe;
    BlinkView* m_blink;
    PictureView* m_difference;
    JobNotice* m_notice;

    QToolButton* m_fit;
    QLabel* m_zoom;
    QWidget* m_blinkControls;
    QToolButton* m_pause;
    QSlider* m_pace;
    QLabel* m_paceText;
    QCheckBox* m_stretch;
};

} // namespace concertina
