// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/overlay.h"

#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QApplication>
#include <QEvent>
#include <QKeyEvent>
#include <QLayout>
#include <QMouseEvent>
#include <QPainter>

namespace concertina {

namespace {

constexpr int top = 56; // below the window's bar

} // namespace

Overlay::Overlay(QWidget* host) : QFrame(host) {
    setAutoFillBackground(false);
    setFocusPolicy(Qt::StrongFocus);
    hide();
    host->installEventFilter(this);
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
        if (isVisible() && now != nullptr && now != this && !isAncestorOf(now)
            && now->window() == window()) {
            m_focusBefore = nullptr; // it has gone where the person wanted it
            hide();
        }
    });
}

void Overlay::open() {
    m_focusBefore = QApplication::focusWidget();
    place();
    show();
    raise();
    setFocus(Qt::PopupFocusReason);
    if (QWidget* first = focusProxy())
        first->setFocus(Qt::PopupFocusReason);
}

void Overlay::dismiss() {
    if (!isVisible())
        return;
    const QPointer<QWidget> back = m_focusBefore;
    m_focusBefore = nullptr;
    if (back)
        back->setFocus(Qt::PopupFocusReason);
    hide();
}

void Overlay::place() {
    const QSize host = parentWidget()->size();
    const QSize size = wantedSize().boundedTo(host - QSize(2 * GridUnit, top + 4 * GridUnit));
    setGeometry((host.width() - size.width()) / 2, top, size.width(), size.height());
}

int Overlay::heightFor(int width) const {
    const QLayout* inside = layout();
    return inside != nullptr && inside->hasHeightForWidth() ? inside->totalHeightForWidth(width)
                                                            : sizeHint().height();
}

bool Overlay::event(QEvent* event) {
    const bool handled = QFrame::event(event);
    if (event->type() == QEvent::LayoutRequest && isVisible())
        place();
    return handled;
}

bool Overlay::eventFilter(QObject* watched, QEvent* event) {
    if (isVisible() && watched == parentWidget()) {
        if (event->type() == QEvent::Resize)
            place();
        else if (event->type() == QEvent::MouseButtonPress)
            dismiss();
    }
    return QFrame::eventFilter(watched, event);
}

void Overlay::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        dismiss();
    else
        QFrame::keyPressEvent(event);
}

/// Between its fields, too, it is no click beside it.
void Overlay::mousePressEvent(QMouseEvent* event) {
    event->accept();
}

void Overlay::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(color(ColorRole::Accent, palette()), 1));
    painter.setBrush(color(ColorRole::Card, palette()));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), CardRadius + 2,
                            CardRadius + 2);
}

} // namespace concertina
