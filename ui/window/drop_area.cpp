// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/drop_area.h"

#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QDropEvent>
#include <QMimeData>
#include <QPainter>
#include <QUrl>

namespace concertina {

namespace {

QStringList filesOf(const QDropEvent& event) {
    QStringList files;
    for (const QUrl& url : event.mimeData()->urls())
        if (url.isLocalFile())
            files << url.toLocalFile();
    return files;
}

} // namespace

DropArea::DropArea(QWidget* window) : QWidget(window) {
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
    window->setAcceptDrops(true);
    window->installEventFilter(this);
}

bool DropArea::eventFilter(QObject* watched, QEvent* event) {
    if (watched != parentWidget())
        return false;
    switch (event->type()) {
    case QEvent::DragEnter: {
        auto* drag = static_cast<QDropEvent*>(event);
        if (filesOf(*drag).isEmpty())
            return false;
        drag->acceptProposedAction();
        setGeometry(parentWidget()->rect());
        show();
        raise();
        return true;
    }
    case QEvent::DragMove: static_cast<QDropEvent*>(event)->acceptProposedAction(); return true;
    case QEvent::DragLeave: hide(); return true;
    case QEvent::Drop: {
        auto* drop = static_cast<QDropEvent*>(event);
        hide();
        drop->acceptProposedAction();
        Q_EMIT dropped(filesOf(*drop));
        return true;
    }
    default: return false;
    }
}

void DropArea::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor veil = color(ColorRole::Window, palette());
    veil.setAlphaF(0.88f);
    painter.fillRect(rect(), veil);
    painter.setPen(QPen(color(ColorRole::Accent, palette()), 2, Qt::DashLine));
    painter.drawRoundedRect(QRectF(rect()).adjusted(12, 12, -12, -12), CardRadius, CardRadius);
    painter.setPen(color(ColorRole::Text, palette()));
    painter.setFont(titleFont());
    painter.drawText(rect().adjusted(0, 0, 0, -32), Qt::AlignCenter, tr("Drop to open"));
    painter.setFont(textFont());
    painter.setPen(color(ColorRole::MutedText, palette()));
    painter.drawText(
        rect().adjusted(0, 32, 0, 0), Qt::AlignCenter,
        tr("An experiment or data, a folder or a file, opens in Set-up, pictures in Compare."));
}

} // namespace concertina
