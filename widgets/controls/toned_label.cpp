// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/toned_label.h"

#include <QEvent>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

namespace concertina {

TonedLabel::TonedLabel(ColorRole role, const QString& text, QWidget* parent)
    : QLabel(text, parent), m_role(role) {
    setTextFormat(Qt::PlainText);
    adoptPalette();
}

void TonedLabel::setRole(ColorRole role) {
    m_role = role;
    adoptPalette();
}

void TonedLabel::setElided(bool elided) {
    m_elided = elided;
    updateGeometry();
    update();
}

QSize TonedLabel::minimumSizeHint() const {
    const QSize hint = QLabel::minimumSizeHint();
    return m_elided ? QSize(std::min(hint.width(), 24), hint.height()) : hint;
}

void TonedLabel::adoptPalette() {
    const QColor wanted = color(m_role, palette());
    if (palette().color(QPalette::WindowText) == wanted)
        return;
    QPalette own; // the other colours are inherited
    own.setColor(QPalette::WindowText, wanted);
    setPalette(own);
}

void TonedLabel::changeEvent(QEvent* event) {
    QLabel::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        adoptPalette();
}

void TonedLabel::setShortText(const QString& text) {
    m_short = text;
    update();
}

bool TonedLabel::fits(const QString& text) const {
    return fontMetrics().horizontalAdvance(text) <= contentsRect().width();
}

bool TonedLabel::isCut() const {
    return m_elided && !fits(text()) && (m_short.isEmpty() || !fits(m_short));
}

void TonedLabel::paintEvent(QPaintEvent* event) {
    if (!m_elided || fits(text())) {
        QLabel::paintEvent(event);
        return;
    }
    QPainter painter(this);
    painter.setPen(
        palette().color(isEnabled() ? QPalette::Active : QPalette::Disabled, QPalette::WindowText));
    painter.drawText(contentsRect(), static_cast<int>(alignment()) | Qt::TextSingleLine,
                     fontMetrics().elidedText(m_short.isEmpty() ? text() : m_short, Qt::ElideRight,
                                              contentsRect().width()));
}

bool TonedLabel::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip && toolTip().isEmpty() && m_elided
        && !fits(text())) {
        QToolTip::showText(static_cast<QHelpEvent*>(event)->globalPos(), text().toHtmlEscaped(),
                           this);
        return true;
    }
    return QLabel::event(event);
}

} // namespace concertina
