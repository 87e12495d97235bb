// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forms/value_edit.h"

#include "core/values/text.h"
#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QDropEvent>
#include <QKeyEvent>
#include <QMimeData>
#include <QPainter>
#include <QUrl>

#include <algorithm>
#include <cmath>

namespace concertina {

namespace {

constexpr int UnitMargin = 8;
constexpr int TextMargin = 4;

/// The neighbour of a positive number in 1, 2, 5, 10, 20, …
double roundStep(double value, int direction) {
    const double decade = std::pow(10.0, std::floor(std::log10(value) + 1e-9));
    const double share = value / decade;
    constexpr double close = 1e-6;
    if (direction > 0)
        return decade * (share < 2 - close ? 2 : share < 5 - close ? 5 : 10);
    return decade * (share > 5 + close   ? 5
                     : share > 2 + close ? 2
                     : share > 1 + close ? 1
                                         : 0.5);
}

double steppedReal(double value, int direction) {
    constexpr double smallest = 1e-6;
    if (value == 0)
        return direction > 0 ? smallest : -smallest;
    const double size = roundStep(std::abs(value), value > 0 ? direction : -direction);
    if (size < smallest)
        return 0;
    return value > 0 ? size : -size;
}

} // namespace

ValueEdit::ValueEdit(const FieldInfo& field, QWidget* parent)
    : QLineEdit(parent), m_field(field) {
    setFixedHeight(ControlHeight);
    const QString unit = toQt(m_field.unit);
    setTextMargins(TextMargin, 0,
                   unit.isEmpty() ? 0
                                  : QFontMetrics(smallFont()).horizontalAdvance(unit) + UnitMargin,
                   0);
}

bool ValueEdit::isNumber() const {
    return m_field.type == FieldType::Integer || m_field.type == FieldType::Real;
}

void ValueEdit::setWrong(bool wrong) {
    if (m_wrong == wrong)
        return;
    m_wrong = wrong;
    update();
}

std::optional<QString> ValueEdit::stepped(const FieldInfo& field, const QString& text,
                                          int direction, bool far) {
    const auto number = numberFromText(trimmed(text.toStdString()));
    if (!number || !std::isfinite(*number))
        return std::nullopt;
    double next = *number;
    for (int i = 0; i < (far ? (field.type == FieldType::Integer ? 10 : 3) : 1); ++i)
        next = field.type == FieldType::Integer ? std::round(next) + direction
                                                : steppedReal(next, direction);
    next = std::clamp(next, field.minimum, field.maximum);
    // Steps leave binary dust behind the digits that a person means.
    return toQt(
        numberText(field.type == FieldType::Integer ? next : std::stod(digitsText(next, 12))));
}

QSize ValueEdit::sizeHint() const {
    return {120, ControlHeight};
}

QSize ValueEdit::minimumSizeHint() const {
    return {48, ControlHeight};
}

bool ValueEdit::event(QEvent* event) {
    // One history for the whole form: the page's undo shortcut, not the line's own.
    if (event->type() == QEvent::ShortcutOverride) {
        auto* key = static_cast<QKeyEvent*>(event);
        if (key->matches(QKeySequence::Undo) || key->matches(QKeySequence::Redo)) {
            event->ignore();
            return false;
        }
    }
    return QLineEdit::event(event);
}

void ValueEdit::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Undo) || event->matches(QKeySequence::Redo)) {
        event->ignore();
        return;
    }
    const bool up = event->key() == Qt::Key_Up;
    if (isNumber() && (up || event->key() == Qt::Key_Down)) {
        if (const auto next = stepped(m_field, text(), up ? 1 : -1,
                                      event->modifiers().testFlag(Qt::ShiftModifier));
            next && *next != text()) {
            setText(*next);
            Q_EMIT textEdited(*next);
        }
        return;
    }
    QLineEdit::keyPressEvent(event);
}

void ValueEdit::dropEvent(QDropEvent* event) {
    const QList<QUrl> urls = event->mimeData()->urls();
    if (urls.isEmpty() || !urls.front().isLocalFile()) {
        QLineEdit::dropEvent(event);
        return;
    }
    event->acceptProposedAction();
    setText(urls.front().toLocalFile());
    Q_EMIT textEdited(text());
}

void ValueEdit::paintEvent(QPaintEvent* event) {
    QLineEdit::paintEvent(event);
    QPainter painter(this);
    if (!m_field.unit.empty()) {
        painter.setFont(smallFont());
        painter.setPen(color(ColorRole::FaintText, palette()));
        painter.drawText(rect().adjusted(0, 0, -UnitMargin, 0), Qt::AlignRight | Qt::AlignVCenter,
                         toQt(m_field.unit));
    }
    if (m_wrong) {
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(color(ColorRole::Bad, palette()), 1.4));
        painter.drawRoundedRect(QRectF(rect()).adjusted(0.7, 0.7, -0.7, -0.7), 3, 3);
    }
}

} // namespace concertina
