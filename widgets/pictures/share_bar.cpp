// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/pictures/share_bar.h"

#include "widgets/theme/colors.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>

namespace concertina {

namespace {

constexpr int ShareHeight = 12;
constexpr int ShareMargin = 3; ///< around it, for the mark of the focus

} // namespace

ShareBar::ShareBar(QWidget* parent) : QWidget(parent) {
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void ShareBar::setParts(std::vector<Part> parts) {
    double all = 0;
    QStringList texts;
    for (const Part& part : parts) {
        all += part.share;
        texts << part.text;
    }
    for (Part& part : parts)
        part.share /= std::max(all, 1.0);
    m_parts = std::move(parts);
    if (m_current && *m_current >= m_parts.size())
        m_current.reset();
    setAccessibleDescription(texts.join(QStringLiteral("; ")));
    update();
}

QSize ShareBar::sizeHint() const {
    return {160, ShareHeight + 2 * ShareMargin};
}

QSize ShareBar::minimumSizeHint() const {
    return {60, ShareHeight + 2 * ShareMargin};
}

QRectF ShareBar::place(std::size_t part) const {
    const double whole = width() - 2.0 * ShareMargin;
    double from = 0;
    for (std::size_t i = 0; i < part; ++i)
        from += m_parts[i].share;
    return {ShareMargin + from * whole, static_cast<double>(ShareMargin),
            m_parts[part].share * whole, static_cast<double>(ShareHeight)};
}

void ShareBar::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    const QRectF whole =
        QRectF(rect()).adjusted(ShareMargin, ShareMargin, -ShareMargin, -ShareMargin);
    painter.setRenderHint(QPainter::Antialiasing);
    QPainterPath outline;
    outline.addRoundedRect(whole, 3, 3);
    painter.save();
    painter.setClipPath(outline);
    painter.fillRect(whole, color(ColorRole::Field, palette()));
    for (std::size_t i = 0; i < m_parts.size(); ++i)
        painter.fillRect(place(i), m_parts[i].color);
    painter.restore();
    painter.setPen(color(ColorRole::Border, palette()));
    painter.drawPath(outline);
    if (!hasFocus())
        return;
    painter.setPen(QPen(color(ColorRole::Accent, palette()), 2));
    const QRectF marked = m_current ? place(*m_current) : whole;
    painter.drawRoundedRect(marked.adjusted(-1.5, -1.5, 1.5, 1.5), 3, 3);
}

bool ShareBar::event(QEvent* event) {
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    for (std::size_t i = 0; i < m_parts.size(); ++i)
        if (const QRectF part = place(i); part.left() <= help->x() && help->x() < part.right()) {
            QToolTip::showText(help->globalPos(), m_parts[i].text, this, part.toAlignedRect());
            return true;
        }
    QToolTip::hideText();
    return true;
}

void ShareBar::keyPressEvent(QKeyEvent* event) {
    const bool on = event->key() == Qt::Key_Right;
    if (m_parts.empty() || (!on && event->key() != Qt::Key_Left))
        return QWidget::keyPressEvent(event);
    if (!m_current)
        m_current = on ? 0 : m_parts.size() - 1;
    else if (on)
        m_current = std::min(*m_current + 1, m_parts.size() - 1);
    else
        m_current = *m_current - std::min<std::size_t>(*m_current, 1);
    const QPointF below = place(*m_current).bottomLeft();
    QToolTip::showText(mapToGlobal(below.toPoint()), m_parts[*m_current].text, this);
    update();
}

void ShareBar::focusOutEvent(QFocusEvent* event) {
    m_current.reset();
    QWidget::focusOutEvent(event);
    update();
}

} // namespace concertina
