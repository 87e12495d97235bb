// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/segmented_control.h"

#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QPainterPath>
#include <QPushButton>

namespace concertina {

namespace {

constexpr int segmentPadding = 11;
constexpr int segmentDot = 8; ///< in a task's colour, before the label of one that is not chosen
constexpr int segmentDotGap = 6;
constexpr qreal radius = 4;

/// Paints itself as a part of the whole: round where the whole ends.
class Segment : public QPushButton {
public:
    Segment(const QString& text, bool first, bool last, QWidget* parent)
        : QPushButton(text, parent), m_first(first), m_last(last) {
        setCheckable(true);
        setAutoExclusive(true);
        setAutoDefault(false);
        setAttribute(Qt::WA_Hover);
        setSizePolicy(QSizePolicy::Minimum, QSizePolicy::Fixed);
    }

    QSize sizeHint() const override {
        QFont bold = font();
        bold.setWeight(QFont::DemiBold); // the room of the chosen one, so that nothing moves
        const int mark = m_task < 0 ? 0 : segmentDot + segmentDotGap;
        return {QFontMetrics(bold).horizontalAdvance(text()) + mark + 2 * segmentPadding,
                ControlHeight - 2};
    }
    QSize minimumSizeHint() const override { return sizeHint(); }

    void setTask(int task) {
        m_task = task;
        updateGeometry();
        update();
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(fill());
        painter.drawPath(shape(rect()));
        if (!m_first && !isChecked())
            painter.fillRect(QRectF(0, 5, 1, height() - 10), color(ColorRole::Border, palette()));
        // For who goes by the keyboard; a click says itself where it went.
        if (hasFocus() && window()->testAttribute(Qt::WA_KeyboardFocusChange)) {
            const bool chosen = isChecked();
            painter.setPen(
                QPen(color(chosen ? ColorRole::OnAccent : ColorRole::Accent, palette()), 1));
            painter.setBrush(Qt::NoBrush);
            painter.drawPath(shape(QRectF(rect()).adjusted(2.5, 2.5, -2.5, -2.5)));
        }
        QFont label = font();
        if (isChecked())
            label.setWeight(QFont::DemiBold);
        painter.setFont(label);
        QRect room = rect();
        if (m_task >= 0) {
            const int width =
                QFontMetrics(label).horizontalAdvance(text()) + segmentDot + segmentDotGap;
            const double left = (room.width() - width) / 2.0;
            painter.setPen(Qt::NoPen);
            painter.setBrush(isChecked() ? ink() : taskColor(m_task, palette()));
            painter.drawEllipse(
                QRectF(left, room.center().y() + 1 - segmentDot / 2.0, segmentDot, segmentDot));
            room.setLeft(room.left() + segmentDot + segmentDotGap);
        }
        painter.setPen(ink());
        painter.drawText(room, Qt::AlignCenter | Qt::TextShowMnemonic, text());
    }

private:
    QColor fill() const {
        if (isChecked() && isEnabled() && m_task >= 0)
            return taskColor(m_task, palette());
        if (isChecked())
            return color(isEnabled() ? ColorRole::Accent : ColorRole::Hover, palette());
        if (isEnabled() && (isDown() || underMouse()))
            return color(ColorRole::Hover, palette());
        return Qt::transparent;
    }

    QColor ink() const {
        if (!isEnabled())
            return color(ColorRole::FaintText, palette());
        return color(isChecked() ? ColorRole::OnAccent : ColorRole::Text, palette());
    }

    QPainterPath shape(const QRectF& area) const {
        QPainterPath path;
        path.setFillRule(Qt::WindingFill);
        path.addRoundedRect(area, radius, radius);
        if (!m_first)
            path.addRect(QRectF(area.left(), area.top(), radius, area.height()));
        if (!m_last)
            path.addRect(QRectF(area.right() - radius, area.top(), radius, area.height()));
        return path.simplified();
    }

    bool m_first;
    bool m_last;
    int m_task = -1; ///< the one whose colour it has
};

} // namespace

SegmentedControl::SegmentedControl(const QStringList& labels, QWidget* parent) : QWidget(parent) {
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(1, 1, 1, 1);
    row->setSpacing(0);
    for (int i = 0; i < labels.size(); ++i) {
        auto* segment = new Segment(labels[i], i == 0, i + 1 == labels.size(), this);
        row->addWidget(segment);
        m_segments.append(segment);
        connect(segment, &QAbstractButton::toggled, this, [this, i](bool on) {
            if (!on || m_current == i)
                return;
            m_current = i;
            Q_EMIT currentIndexChanged(i);
        });
    }
    if (!m_segments.isEmpty())
        m_segments.first()->setChecked(true);
    setFont(smallFont());
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void SegmentedControl::showTaskColors() {
    for (int i = 0; i < count(); ++i)
        static_cast<Segment*>(m_segments[i])->setTask(i);
}

void SegmentedControl::setCurrentIndex(int index) {
    if (index >= 0 && index < m_segments.size())
        m_segments[index]->setChecked(true);
}

void SegmentedControl::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(color(ColorRole::Border, palette()));
    painter.setBrush(color(ColorRole::Card, palette()));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), radius + 1, radius + 1);
}

} // namespace concertina
