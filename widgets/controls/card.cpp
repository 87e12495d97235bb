// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/card.h"

#include "widgets/controls/toned_label.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QPainterPath>
#include <QVBoxLayout>

#include <algorithm>

namespace concertina {

namespace {

constexpr int cardHeaderHeight = 32;
constexpr int shortTitle = 120; // up to this width the note beside it gives up its room first

} // namespace

Card::Card(const QString& title, QWidget* parent)
    : QFrame(parent),
      m_header(new QWidget(this)),
      m_headerLayout(new QHBoxLayout(m_header)),
      m_title(new TonedLabel(ColorRole::Text, title, m_header)),
      m_note(new TonedLabel(ColorRole::MutedText, {}, m_header)),
      m_layout(new QVBoxLayout(this)) {
    QFont bold = textFont();
    bold.setWeight(QFont::DemiBold);
    m_title->setFont(bold);
    m_title->setElided(true);
    m_note->setFont(smallFont());
    m_note->setElided(true);
    m_headerLayout->setContentsMargins(12, 0, 8, 0);
    m_headerLayout->setSpacing(GridUnit);
    m_headerLayout->addWidget(m_title);
    m_headerLayout->addWidget(m_note);
    m_headerLayout->addStretch(1);
    m_header->setFixedHeight(cardHeaderHeight);
    m_layout->setContentsMargins(1, 1, 1, 1);
    m_layout->setSpacing(1);
    m_layout->addWidget(m_header);
    setAccessibleName(title);
    showHeader();
}

void Card::setTitle(const QString& title) {
    m_title->setText(title);
    setAccessibleName(title);
    showHeader();
}

QString Card::title() const {
    return m_title->text();
}

void Card::setNote(const QString& note, const QString& shortNote) {
    m_note->setText(note);
    m_note->setShortText(shortNote);
    showHeader();
}

void Card::setBody(QWidget* body) {
    delete m_body;
    m_body = body;
    if (m_body)
        m_layout->addWidget(m_body, 1);
    update();
}

QHBoxLayout* Card::headerLayout() {
    m_hasControls = true;
    showHeader();
    return m_headerLayout;
}

void Card::showHeader() {
    m_title->setMinimumWidth(std::min(m_title->sizeHint().width(), shortTitle));
    m_title->setVisible(!m_title->text().isEmpty());
    m_note->setVisible(!m_note->text().isEmpty());
    m_header->setVisible(m_hasControls || !m_title->text().isEmpty() || !m_note->text().isEmpty());
    update();
}

void Card::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(color(ColorRole::Border, palette()));
    painter.setBrush(color(ColorRole::Card, palette()));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), CardRadius, CardRadius);
    if (m_body && !m_header->isHidden())
        painter.fillRect(QRect(1, m_header->geometry().bottom() + 1, width() - 2, 1),
                         color(ColorRole::Border, palette()));
}

} // namespace concertina
