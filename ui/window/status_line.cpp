// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/status_line.h"

#include "ui/window/activity.h"
#include "widgets/controls/toned_label.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QPainter>

#include <chrono>

namespace concertina {

namespace {

constexpr int lineHeight = 24;
constexpr int dot = 7;
constexpr int left = 12;
constexpr std::chrono::seconds messageTime{6};

TonedLabel* place(QWidget* parent) {
    auto* label = new TonedLabel(ColorRole::MutedText, {}, parent);
    label->setFont(smallFont());
    return label;
}

} // namespace

StatusLine::StatusLine(const Activity& activity, const QString& store, QWidget* parent)
    : QFrame(parent),
      m_activity(activity),
      m_doing(place(this)),
      m_speed(place(this)),
      m_memory(place(this)) {
    setFixedHeight(lineHeight);
    m_doing->setElided(true);
    m_doing->setAccessibleName(tr("What is being done"));
    m_speed->setToolTip(tr("Images trained a second, over the last second or so"));
    m_memory->setToolTip(tr("Memory that this program occupies, training included"));
    TonedLabel* storePlace = place(this);
    storePlace->setText(tr("Store: %1").arg(store));
    storePlace->setElided(true);
    storePlace->setTextInteractionFlags(Qt::TextSelectableByMouse);
    TonedLabel* hint = place(this);
    hint->setText(tr("Ctrl+K: search actions"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(left + dot + 6, 1, 12, 0);
    row->setSpacing(3 * GridUnit);
    row->addWidget(m_doing);
    row->addWidget(m_speed);
    row->addWidget(m_memory);
    row->addStretch(1);
    row->addWidget(storePlace);
    row->addWidget(hint);
    m_message.setSingleShot(true);
    m_message.setInterval(messageTime);
    connect(&m_message, &QTimer::timeout, this, &StatusLine::follow);
    connect(&activity, &Activity::changed, this, &StatusLine::follow);
    follow();
}

void StatusLine::showMessage(const QString& text) {
    m_doing->setText(text);
    m_doing->setRole(ColorRole::Text);
    m_message.start();
}

QString StatusLine::text() const {
    return m_doing->text();
}

void StatusLine::follow() {
    if (!m_message.isActive()) {
        m_doing->setText(m_activity.doing());
        m_doing->setRole(ColorRole::MutedText);
    }
    m_speed->setText(m_activity.speed());
    m_speed->setVisible(!m_activity.speed().isEmpty());
    m_memory->setText(m_activity.memory());
    m_memory->setVisible(!m_activity.memory().isEmpty());
    update();
}

void StatusLine::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.fillRect(rect(), color(ColorRole::Card, palette()));
    painter.fillRect(QRect(0, 0, width(), 1), color(ColorRole::Border, palette()));
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor ink =
        color(m_activity.isBusy() ? ColorRole::Good : ColorRole::FaintText, palette());
    painter.setPen(QPen(ink, 1.2));
    painter.setBrush(m_activity.isBusy() ? QBrush(ink) : QBrush(Qt::NoBrush));
    painter.drawEllipse(QRectF(left, (height() - dot) / 2.0 + 0.5, dot, dot));
}

} // namespace concertina
