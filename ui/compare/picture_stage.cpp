// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/compare/picture_stage.h"

#include "core/values/text.h"
#include "ui/services/job_notice.h"
#include "widgets/controls/toned_label.h"
#include "widgets/pictures/blink_view.h"
#include "widgets/pictures/swipe_view.h"
#include "widgets/qt_text.h"
#include "widgets/theme/theme.h"

#include <QCheckBox>
#include <QGridLayout>
#include <QKeyEvent>
#include <QSlider>
#include <QStackedWidget>
#include <QToolButton>

#include <algorithm>
#include <utility>

namespace concertina {

namespace {

constexpr int FootHeight = 36;
constexpr int HeadingHeight = 32; ///< of a pane and its margins

QToolButton* footButton(const QString& text, const QString& tip, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setText(text);
    button->setToolTip(tip);
    button->setAccessibleName(tip);
    button->setAutoRaise(true);
    button->setFocusPolicy(Qt::StrongFocus);
    button->setMinimumSize(ControlHeight, ControlHeight - 4);
    return button;
}

} // namespace

PictureStage::PictureStage(ComparisonPictures& pictures, PictureCursor& cursor, QWidget* parent)
    : QWidget(parent), m_pictures(pictures), m_cursor(cursor), m_stack(new QStackedWidget(this)),
      m_gridPage(new QWidget), m_grid(new QGridLayout(m_gridPage)),
      m_swipe(new SwipeView(m_view, cursor)), m_blink(new BlinkView(m_view, cursor)),
      m_difference(new PictureView(m_view, cursor)), m_notice(new JobNotice(this)) {
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setSpacing(1);
    for (QWidget* page : std::initializer_list<QWidget*>{m_gridPage, m_swipe, m_blink, m_difference})
        m_stack->addWidget(page);
    for (PictureView* view : {static_cast<PictureView*>(m_swipe), static_cast<PictureView*>(m_blink),
                              m_difference})
        adopt(view);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(1, 1, 1, 1);
    column->setSpacing(0);
    column->addWidget(m_stack, 1);
    buildFoot();
    m_notice->floatAtBottom(FootHeight + 8);
    connect(&m_view, &PictureViewState::changed, this, &PictureStage::showZoom);
    setMode(m_mode);
}

void PictureStage::buildFoot() {
    auto* foot = new QWidget(this);
    foot->setFixedHeight(FootHeight);
    foot->setFont(smallFont());
    auto* row = new QHBoxLayout(foot);
    row->setContentsMargins(8, 0, 8, 0);
    row->setSpacing(4);
    m_fit = footButton(tr("Fit"), tr("Show the whole picture (0)"), foot);
    auto* smaller = footButton(QStringLiteral("−"), tr("Smaller (−, wheel)"), foot);
    auto* larger = footButton(QStringLiteral("+"), tr("Larger (+, wheel)"), foot);
    m_zoom = new TonedLabel(ColorRole::MutedText, {}, foot);
    m_zoom->setAlignment(Qt::AlignCenter);
    m_zoom->setFixedWidth(48);
    m_zoom->setToolTip(tr("Screen pixels a picture pixel"));
    row->addWidget(m_fit);
    row->addWidget(smaller);
    row->addWidget(m_zoom);
    row->addWidget(larger);
    row->addStretch(1);
    connect(m_fit, &QToolButton::clicked, this, [this] { m_view.fit(); });
    connect(smaller, &QToolButton::clicked, this, [this] { stepZoom(-1); });
    connect(larger, &QToolButton::clicked, this, [this] { stepZoom(1); });

    m_blinkControls = new QWidget(foot);
    auto* blink = new QHBoxLayout(m_blinkControls);
    blink->setContentsMargins(0, 0, 0, 0);
    m_pause = footButton({}, tr("Stop and go on (Space)"), m_blinkControls);
    m_pace = new QSlider(Qt::Horizontal, m_blinkControls);
    m_pace->setRange(static_cast<int>(BlinkView::ShortestInterval.count()), 3000);
    m_pace->setSingleStep(50);
    m_pace->setFixedWidth(120);
    m_pace->setAccessibleName(tr("Seconds that each picture is shown"));
    m_pace->setToolTip(m_pace->accessibleName());
    m_pace->setValue(static_cast<int>(m_blink->interval().count()));
    m_paceText = new TonedLabel(ColorRole::MutedText, {}, m_blinkControls);
    m_paceText->setFixedWidth(44);
    blink->addWidget(m_pause);
    blink->addWidget(m_pace);
    blink->addWidget(m_paceText);
    row->addWidget(m_blinkControls);
    connect(m_pause, &QToolButton::clicked, this, [this] { m_blink->setPaused(!m_blink->isPaused()); });
    connect(m_blink, &BlinkView::pausedChanged, this, &PictureStage::showBlink);
    connect(m_pace, &QSlider::valueChanged, this, [this](int milliseconds) {
        m_blink->setInterval(std::chrono::milliseconds(milliseconds));
        showBlink();
    });
    showBlink();

    m_stretch = new QCheckBox(tr("Stretch to the largest"), foot);
    m_stretch->setToolTip(tr("Draw differences up to the largest one instead of over the range of "
                             "errors, so that small ones are seen"));
    row->addWidget(m_stretch);
    connect(m_stretch, &QCheckBox::toggled, this, [this](bool on) {
        m_pictures.setStretched(on);
        refresh();
        Q_EMIT rangeChanged();
    });
    layout()->addWidget(foot);
}

void PictureStage::adopt(PictureView* view) {
    connect(view, &PictureView::regionHovered, this, &PictureStage::regionHovered);
    connect(view, &PictureView::resized, this, &PictureStage::showZoom);
}

void PictureStage::setMode(CompareMode mode) {
    m_mode = mode;
    QWidget* page = m_gridPage;
    if (mode == CompareMode::Swipe)
        page = m_swipe;
    else if (mode == CompareMode::Blink)
        page = m_blink;
    else if (mode == CompareMode::Difference)
        page = m_difference;
    m_stack->setCurrentWidget(page);
    m_blinkControls->setVisible(mode == CompareMode::Blink);
    refresh();
}

void PictureStage::setSides(SourceOfRun left, SourceOfRun right) {
    m_left = left;
    m_right = right;
    refresh();
}

void PictureStage::setReducedMotion(bool reduced) {
    m_blink->setReducedMotion(reduced);
    m_pace->setEnabled(!reduced);
    m_pace->setToolTip(reduced ? tr("Nothing moves by itself: Space shows the other picture")
                               : m_pace->accessibleName());
}

std::vector<PaneContent> PictureStage::gridContents() const {
    if (m_mode == CompareMode::SideBySide)
        return {m_pictures.pane(m_left), m_pictures.pane(m_right)};
    std::vector<PaneContent> contents{m_pictures.pane({Source::Image, 0}),
                                      m_pictures.pane({Source::Truth, 0})};
    for (std::size_t run = 0; run < m_pictures.runs(); ++run)
        for (const Source source : {Source::Expanded, Source::Collapsed})
            contents.push_back(m_pictures.pane({source, run}));
    contents.push_back(m_pictures.difference(m_left, m_right));
    if (m_pictures.hasTruth())
        contents.push_back(m_pictures.error({Source::Collapsed, 0}));
    return contents;
}

void PictureStage::refresh(const QString& message) {
    const bool any = !m_pictures.empty();
    if (any)
        m_view.setReference(m_pictures.size());
    m_stretch->setVisible(m_mode == CompareMode::Difference && any
                          && m_pictures.kind()->form() != ValueForm::Areas
                          && m_pictures.kind()->isPlane());
    const PaneContent none{.message = message};
    switch (m_mode) {
    case CompareMode::All:
    case CompareMode::SideBySide:
        showGrid(any ? gridContents() : std::vector<PaneContent>{none});
        break;
    case CompareMode::Swipe:
        m_swipe->setPictures(any ? m_pictures.pane(m_left) : none,
                             any ? m_pictures.pane(m_right) : PaneContent{});
        break;
    case CompareMode::Blink:
        m_blink->setPictures(any ? m_pictures.pane(m_left) : none,
                             any ? m_pictures.pane(m_right) : PaneContent{});
        break;
    case CompareMode::Difference:
        m_difference->setContent(any ? m_pictures.difference(m_left, m_right) : none);
        break;
    }
    showZoom();
}

void PictureStage::showGrid(std::vector<PaneContent> contents) {
    m_shownPanes = static_cast<int>(contents.size());
    while (m_panes.size() < m_shownPanes) {
        m_panes.append(new PictureView(m_view, m_cursor, m_gridPage));
        adopt(m_panes.last());
    }
    for (int i = 0; i < m_panes.size(); ++i)
        m_panes[i]->setContent(i < m_shownPanes ? std::move(contents[static_cast<std::size_t>(i)])
                                                : PaneContent{});
    arrange();
}

int PictureStage::bestColumns(int panes) const {
    const QSize picture = m_view.reference().isEmpty() ? QSize(4, 3) : m_view.reference();
    int best = 1;
    double largest = 0;
    for (int columns = 1; columns <= panes; ++columns) {
        const int rows = (panes + columns - 1) / columns;
        const double zoom =
            std::min(static_cast<double>(m_stack->width() / columns - 16) / picture.width(),
                     static_cast<double>(m_stack->height() / rows - HeadingHeight) / picture.height());
        if (zoom > largest) {
            largest = zoom;
            best = columns;
        }
    }
    return best;
}

void PictureStage::arrange() {
    const int columns = bestColumns(std::max(1, m_shownPanes));
    if (m_shownPanes == m_arrangedPanes && columns == m_columns)
        return;
    m_arrangedPanes = m_shownPanes;
    m_columns = columns;
    for (PictureView* pane : m_panes)
        m_grid->removeWidget(pane);
    for (int i = 0; i < m_panes.size(); ++i) {
        if (i < m_shownPanes)
            m_grid->addWidget(m_panes[i], i / columns, i % columns);
        m_panes[i]->setVisible(i < m_shownPanes);
    }
    for (int i = 0; i < m_panes.size(); ++i) {
        m_grid->setColumnStretch(i, i < columns ? 1 : 0);
        m_grid->setRowStretch(i, i * columns < m_shownPanes ? 1 : 0);
    }
}

void PictureStage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (m_stack->currentWidget() == m_gridPage)
        arrange();
}

PictureView* PictureStage::mainView() const {
    if (m_stack->currentWidget() == m_gridPage)
        return m_panes.isEmpty() ? nullptr : m_panes.first();
    return static_cast<PictureView*>(m_stack->currentWidget());
}

std::vector<PaneContent> PictureStage::shown() const {
    if (m_pictures.empty())
        return {};
    switch (m_mode) {
    case CompareMode::All:
    case CompareMode::SideBySide: return gridContents();
    case CompareMode::Swipe: return {m_pictures.pane(m_left), m_pictures.pane(m_right)};
    case CompareMode::Blink: return {m_blink->isRightShown() ? m_blink->right() : m_blink->left()};
    case CompareMode::Difference: return {m_pictures.difference(m_left, m_right)};
    }
    return {};
}

int PictureStage::columns() const {
    return m_stack->currentWidget() == m_gridPage ? std::max(1, m_columns) : 2;
}

void PictureStage::showZoom() {
    const PictureView* view = mainView();
    if (view == nullptr || m_pictures.empty()) {
        m_zoom->clear();
        return;
    }
    const double zoom = view->zoom();
    const QString number = zoom >= 1 ? toQt(digitsText(zoom, 2)) + QStringLiteral("×")
                                     : QStringLiteral("%1 %").arg(qRound(100 * zoom));
    m_zoom->setText(number);
    m_fit->setEnabled(!m_view.isFit());
}

void PictureStage::stepZoom(int direction) {
    if (PictureView* view = mainView())
        view->zoomBy(direction, std::nullopt);
}

void PictureStage::showBlink() {
    m_pause->setText(m_blink->isPaused() ? tr("Go on") : tr("Pause"));
    m_paceText->setText(toQt(fixedText(static_cast<double>(m_blink->interval().count()) / 1000, 2))
                        + QStringLiteral(" s"));
}

} // namespace concertina
