// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/notice_bar.h"

#include "widgets/controls/icon.h"
#include "widgets/controls/toned_label.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QToolButton>

namespace concertina {

namespace {

constexpr int iconSize = 18;
constexpr int longestText = 4000; // letters; the strip must not push the page away

ColorRole inkOf(Pill::Tone tone) {
    const bool plain = tone == Pill::Tone::Neutral || tone == Pill::Tone::Busy;
    return plain ? ColorRole::Accent : roleOf(tone);
}

QString iconOf(Pill::Tone tone) {
    return tone == Pill::Tone::Warning || tone == Pill::Tone::Bad ? QStringLiteral("warning")
                                                                  : QStringLiteral("info");
}

QToolButton* button(const QString& icon, const QString& name, QWidget* parent) {
    auto* made = new QToolButton(parent);
    made->setIcon(themedIcon(icon));
    made->setToolTip(name);
    made->setAccessibleName(name);
    made->setAutoRaise(true);
    return made;
}

} // namespace

NoticeBar::NoticeBar(QWidget* parent)
    : QFrame(parent),
      m_text(new QLabel(this)),
      m_more(new TonedLabel(ColorRole::MutedText, {}, this)),
      m_copy(button(QStringLiteral("copy"), tr("Copy this message"), this)),
      m_dismiss(button(QStringLiteral("close"), tr("Dismiss this message"), this)) {
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setAccessibleName(tr("Message"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12 + iconSize + GridUnit, 6, GridUnit, 6);
    row->setSpacing(GridUnit);
    row->addWidget(m_text, 1);
    row->addWidget(m_more);
    row->addWidget(m_copy);
    row->addWidget(m_dismiss);
    connect(m_copy, &QToolButton::clicked, this, &NoticeBar::copy);
    connect(m_dismiss, &QToolButton::clicked, this, &NoticeBar::dismiss);
    hide();
}

void NoticeBar::add(Pill::Tone tone, const QString& text) {
    const QString shown =
        text.size() > longestText ? text.left(longestText) + QStringLiteral("…") : text;
    m_notices.removeIf([&](const Notice& notice) { return notice.text == shown; });
    m_notices.append({tone, shown});
    showNewest();
}

void NoticeBar::dismiss() {
    if (!m_notices.isEmpty())
        m_notices.removeLast();
    showNewest();
}

void NoticeBar::clear() {
    m_notices.clear();
    showNewest();
}

QString NoticeBar::text() const {
    return m_notices.isEmpty() ? QString() : m_notices.last().text;
}

void NoticeBar::addControl(QWidget* control) {
    auto* row = static_cast<QHBoxLayout*>(layout());
    row->insertWidget(row->indexOf(m_more), control);
}

void NoticeBar::showNewest() {
    setVisible(!m_notices.isEmpty());
    if (m_notices.isEmpty())
        return;
    m_text->setText(m_notices.last().text);
    m_more->setVisible(m_notices.size() > 1);
    m_more->setText(tr("and %n more", nullptr, static_cast<int>(m_notices.size()) - 1));
    update();
}

void NoticeBar::copy() {
    QGuiApplication::clipboard()->setText(text());
}

void NoticeBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        update();
}

void NoticeBar::keyPressEvent(QKeyEvent* event) {
    if (event->key() == Qt::Key_Escape)
        dismiss();
    else if (event->matches(QKeySequence::Copy) && m_text->selectedText().isEmpty())
        copy();
    else
        QFrame::keyPressEvent(event);
}

void NoticeBar::paintEvent(QPaintEvent*) {
    if (m_notices.isEmpty())
        return;
    const Pill::Tone tone = m_notices.last().tone;
    const QColor ink = color(inkOf(tone), palette());
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    QColor wash = ink;
    wash.setAlphaF(isDark(palette()) ? 0.16f : 0.08f);
    painter.setPen(QPen(ink, 1));
    painter.setBrush(color(ColorRole::Card, palette()));
    const QRectF area = QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5);
    painter.drawRoundedRect(area, CardRadius, CardRadius);
    painter.setBrush(wash);
    painter.drawRoundedRect(area, CardRadius, CardRadius);
    drawIcon(painter, QRectF(12, (height() - iconSize) / 2.0, iconSize, iconSize), iconOf(tone),
             ink);
}

} // namespace concertina
