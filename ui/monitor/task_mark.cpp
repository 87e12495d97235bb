// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/task_mark.h"

#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QPainter>

namespace concertina {

namespace {

constexpr int side = 16;

void paintMark(QPainter& painter, int task, const QString& letter, const QPalette& palette) {
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    painter.setBrush(taskColor(task, palette));
    painter.drawEllipse(QRectF(0.5, 0.5, side - 1, side - 1));
    QFont font = smallFont();
    font.setPixelSize(10);
    font.setWeight(QFont::Bold);
    painter.setFont(font);
    painter.setPen(color(ColorRole::Card, palette));
    painter.drawText(QRectF(0, 0, side, side), Qt::AlignCenter, letter);
}

} // namespace

TaskMark::TaskMark(int task, const QString& letter, QWidget* parent)
    : QWidget(parent), m_task(task), m_letter(letter) {
    setFixedSize(side, side);
}

QSize TaskMark::sizeHint() const {
    return {side, side};
}

QPixmap TaskMark::pixmap(int task, const QString& letter, const QPalette& palette, qreal scale) {
    QPixmap pixmap(QSize(side, side) * scale);
    pixmap.setDevicePixelRatio(scale);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paintMark(painter, task, letter, palette);
    return pixmap;
}

void TaskMark::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    paintMark(painter, m_task, m_letter, palette());
}

} // namespace concertina
