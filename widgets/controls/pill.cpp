// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/pill.h"

#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QEvent>
#include <QPainter>

#include <algorithm>

namespace concertina {

namespace {

constexpr int capsuleHeight = 20;
constexpr int pillPadding = 10;
constexpr int pillDot = 7;
constexpr int pillDotGap = 5;

} // namespace

ColorRole roleOf(Pill::Tone tone) {
    switch (tone) {
    case Pill::Tone::Neutral: return ColorRole::MutedText;
    case Pill::Tone::Busy:
    case Pill::Tone::Good: return ColorRole::Good;
    case Pill::Tone::Warning: return ColorRole::Warning;
    case Pill::Tone::Bad: return ColorRole::Bad;
    }
    return ColorRole::Text;
}

Pill::Pill(const QString& text, Tone tone, QWidget* parent)
    : QWidget(parent), m_text(text), m_tone(tone) {
    QFont font = smallFont();
    font.setWeight(QFont::Medium);
    setFont(font);
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setAccessibleName(text);
}

void Pill::setText(const QString& text) {
    if (text == m_text)
        return;
    m_text = text;
    setAccessibleName(text);
    updateGeometry();
    update();
}

void Pill::setTone(Tone tone) {
    m_tone = tone;
    updateGeometry();
    update();
}

int Pill::dotWidth() const {
    return m_tone == Tone::Busy ? pillDot + pillDotGap : 0;
}

QSize Pill::sizeHint() const {
    return {fontMetrics().horizontalAdvance(m_text) + 2 * pillPadding + dotWidth() + 1,
            capsuleHeight};
}

QSize Pill::minimumSizeHint() const {
    return {std::min(sizeHint().width(), 48), capsuleHeight};
}

void Pill::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange)
        updateGeometry();
}

void Pill::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const QRectF capsule(0.5, (height() - capsuleHeight) / 2.0 + 0.5, width() - 1.0,
                         capsuleHeight - 1.0);
    const QColor ink = color(roleOf(m_tone), palette());
    painter.setPen(color(ColorRole::Border, palette()));
    painter.setBrush(color(ColorRole::Field, palette()));
    painter.drawRoundedRect(capsule, capsule.height() / 2, capsule.height() / 2);
    QRectF text = capsule.adjusted(pillPadding, 0, -pillPadding + 1, 0);
    if (m_tone == Tone::Busy) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(ink);
        painter.drawEllipse(
            QRectF(text.left(), capsule.center().y() - pillDot / 2.0, pillDot, pillDot));
        text.setLeft(text.left() + dotWidth());
    }
    painter.setPen(ink);
    painter.drawText(
        text, Qt::AlignVCenter | Qt::AlignLeft | Qt::TextSingleLine,
        fontMetrics().elidedText(m_text, Qt::ElideRight, static_cast<int>(text.width()) + 1));
}

} // namespace concertina
