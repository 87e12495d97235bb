// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/forms/task_chips.h"

#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QAbstractButton>
#include <QPainter>

#include <algorithm>

namespace concertina {

namespace {

constexpr int ChipHeight = 24;
constexpr int LetterWidth = 18;
constexpr int Margin = 10;

class Chip : public QAbstractButton {
public:
    Chip(const TaskInfo& task, QWidget* parent)
        : QAbstractButton(parent), m_letter(toQt(task.letter)) {
        setText(toQt(task.label));
        setCheckable(true);
        setFocusPolicy(Qt::StrongFocus);
        setAccessibleName(text());
        setToolTip(QStringLiteral("<p>%1</p>").arg(toQt(task.help).toHtmlEscaped()));
    }

    /// −1 where the task is not in the spec.
    void setIndex(int index) {
        m_index = index;
        setChecked(index >= 0);
        update();
    }

    QSize sizeHint() const override {
        return {2 * Margin + LetterWidth + fontMetrics().horizontalAdvance(text()), ChipHeight};
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        const QColor tone = m_index >= 0 ? taskColor(m_index, palette())
                                         : color(ColorRole::FaintText, palette());
        const QRectF frame = QRectF(rect()).adjusted(1, 1, -1, -1);
        painter.setPen(QPen(hasFocus() ? color(ColorRole::Accent, palette()) : tone,
                            hasFocus() ? 2.0 : isChecked() ? 1.4 : 1.0,
                            isChecked() ? Qt::SolidLine : Qt::DashLine));
        painter.setBrush(color(underMouse() ? ColorRole::Hover
                               : isChecked() ? ColorRole::Field
                                             : ColorRole::Card,
                               palette()));
        painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2);
        painter.setPen(tone);
        QFont bold = font();
        bold.setWeight(QFont::DemiBold);
        painter.setFont(bold);
        painter.drawText(QRect(Margin, 0, LetterWidth, height()), Qt::AlignVCenter, m_letter);
        painter.setFont(font());
        painter.drawText(rect().adjusted(Margin + LetterWidth, 0, 0, 0), Qt::AlignVCenter, text());
    }

    void enterEvent(QEnterEvent*) override { update(); }
    void leaveEvent(QEvent*) override { update(); }

private:
    QString m_letter;
    int m_index = -1;
};

} // namespace

TaskChips::TaskChips(const Catalogue& catalogue, QWidget* parent)
    : QWidget(parent), m_catalogue(catalogue) {
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    for (const TaskInfo& task : catalogue.tasks) {
        auto* chip = new Chip(task, this);
        m_chips.push_back(chip);
        connect(chip, &QAbstractButton::clicked, this,
                [this, id = task.id](bool on) { Q_EMIT toggled(id, on); });
    }
}

std::vector<QRect> TaskChips::places(int width) const {
    std::vector<QRect> places;
    QPoint at;
    for (const QAbstractButton* chip : m_chips) {
        const QSize size = chip->sizeHint();
        if (at.x() > 0 && at.x() + size.width() > width)
            at = {0, at.y() + size.height() + GridUnit};
        places.emplace_back(at, size);
        at.rx() += size.width() + GridUnit;
    }
    return places;
}

int TaskChips::heightForWidth(int width) const {
    return m_chips.empty() ? 0 : places(width).back().bottom() + 1;
}

QSize TaskChips::sizeHint() const {
    constexpr int usual = 400; // of a form's line
    return {usual, heightForWidth(usual)};
}

QSize TaskChips::minimumSizeHint() const {
    int widest = 0;
    for (const QAbstractButton* chip : m_chips)
        widest = std::max(widest, chip->sizeHint().width());
    return {widest, ChipHeight};
}

void TaskChips::resizeEvent(QResizeEvent*) {
    const auto all = places(width());
    for (std::size_t i = 0; i < all.size(); ++i)
        m_chips[i]->setGeometry(all[i]);
}

void TaskChips::setTasks(const std::vector<std::string>& tasks) {
    for (std::size_t i = 0; i < m_chips.size(); ++i) {
        const auto at = std::ranges::find(tasks, m_catalogue.tasks[i].id);
        static_cast<Chip*>(m_chips[i])
            ->setIndex(at == tasks.end() ? -1 : static_cast<int>(at - tasks.begin()));
    }
}

QAbstractButton* TaskChips::chip(const std::string& task) const {
    for (std::size_t i = 0; i < m_chips.size(); ++i)
        if (m_catalogue.tasks[i].id == task)
            return m_chips[i];
    return nullptr;
}

} // namespace concertina
