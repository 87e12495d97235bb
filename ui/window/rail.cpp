// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/rail.h"

#include "widgets/controls/action_button.h"
#include "widgets/controls/icon.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QMenu>
#include <QPainter>
#include <QToolButton>
#include <QVBoxLayout>

namespace concertina {

namespace {

constexpr int pageHeight = 60;
constexpr int toolHeight = 40;
constexpr int pictureSize = 20;

/// An icon over its name; the chosen page has an edge in the accent colour.
class RailButton : public QToolButton {
public:
    RailButton(QAction* action, bool named, QWidget* parent) : QToolButton(parent), m_named(named) {
        setDefaultAction(action);
        setFixedSize(sizeHint());
        setAttribute(Qt::WA_Hover);
        setFocusPolicy(Qt::TabFocus);
        setFont(smallFont());
        setToolTip(withShortcut(action->toolTip(), *action));
        setAccessibleName(action->text());
    }

    QSize sizeHint() const override { return {RailWidth - 1, m_named ? pageHeight : toolHeight}; }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        const bool chosen = isChecked();
        if (chosen || underMouse() || isDown())
            painter.fillRect(rect(),
                             color(chosen ? ColorRole::Field : ColorRole::Hover, palette()));
        if (chosen)
            painter.fillRect(QRect(0, 0, 3, height()), color(ColorRole::Accent, palette()));
        const QColor ink = color(chosen ? ColorRole::Text : ColorRole::MutedText, palette());
        const int top = m_named ? 11 : (height() - pictureSize) / 2;
        drawIcon(painter, QRectF((width() - pictureSize) / 2.0, top, pictureSize, pictureSize),
                 defaultAction()->objectName(), ink);
        if (m_named) {
            painter.setPen(ink);
            painter.setFont(font());
            painter.drawText(rect().adjusted(0, 34, 0, 0), Qt::AlignHCenter | Qt::AlignTop, text());
        }
        // For who goes by the keyboard; a click says itself where it went.
        if (hasFocus() && window()->testAttribute(Qt::WA_KeyboardFocusChange)) {
            painter.setRenderHint(QPainter::Antialiasing);
            painter.setPen(color(ColorRole::Accent, palette()));
            painter.drawRoundedRect(QRectF(rect()).adjusted(5.5, 3.5, -4.5, -3.5), 4, 4);
        }
    }

private:
    bool m_named;
};

QVBoxLayout* column() {
    auto* layout = new QVBoxLayout;
    layout->setSpacing(0);
    return layout;
}

} // namespace

Rail::Rail(QWidget* parent) : QFrame(parent), m_pages(column()), m_tools(column()) {
    setFixedWidth(RailWidth);
    setAccessibleName(tr("Pages"));
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, GridUnit, 1, GridUnit);
    layout->addLayout(m_pages);
    layout->addStretch(1);
    layout->addLayout(m_tools);
}

void Rail::addPage(QAction* action) {
    m_pages->addWidget(new RailButton(action, true, this));
}

void Rail::addTool(QAction* action, QMenu* menu) {
    auto* button = new RailButton(action, false, this);
    if (menu != nullptr) {
        button->setMenu(menu);
        button->setPopupMode(QToolButton::InstantPopup);
    }
    m_tools->addWidget(button);
}

void Rail::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), color(ColorRole::Card, palette()));
    painter.fillRect(QRect(width() - 1, 0, 1, height()), color(ColorRole::Border, palette()));
}

} // namespace concertina
