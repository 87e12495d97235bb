// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/progress_strip.h"

#include "core/values/text.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QPainter>
#include <QProgressBar>
#include <QVBoxLayout>

#include <cmath>

namespace concertina {

namespace {

constexpr int barSteps = 10000;

/// A thin line of the accent's colour; what it shows stands below in words.
class ThinBar : public QProgressBar {
public:
    ThinBar() {
        setRange(0, barSteps);
        setTextVisible(false);
        setFixedHeight(6);
    }

protected:
    void paintEvent(QPaintEvent*) override {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(color(ColorRole::Hover, palette()));
        painter.drawRoundedRect(rect(), 3, 3);
        QRectF done = rect();
        done.setWidth(done.width() * value() / maximum());
        if (done.width() >= 1) {
            painter.setBrush(color(ColorRole::Accent, palette()));
            painter.drawRoundedRect(done, 3, 3);
        }
    }
};

} // namespace

ProgressStrip::ProgressStrip(QWidget* parent)
    : QWidget(parent),
      m_bar(new ThinBar),
      m_text(new TonedLabel(ColorRole::MutedText)),
      m_owner(new TonedLabel(ColorRole::MutedText)) {
    m_bar->setAccessibleName(tr("Progress of the run"));
    m_text->setElided(true);
    m_owner->setElided(true);
    m_text->setFont(smallFont());
    m_owner->setFont(smallFont());
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 2, 0, 0);
    column->setSpacing(3);
    column->addWidget(m_bar);
    column->addWidget(m_text);
    column->addWidget(m_owner);
    m_owner->hide();
}

void ProgressStrip::clear() {
    m_run.clear();
    m_pace.clear();
    m_speed.reset();
    m_bar->setValue(0);
    m_text->setText({});
    m_owner->hide();
}

QString ProgressStrip::text() const {
    return m_owner->isHidden() ? m_text->text()
                               : m_text->text() + QLatin1Char('\n') + m_owner->text();
}

void ProgressStrip::show(const RunSummary& run, const std::vector<SeriesInfo>& series, int batch,
                         bool own, const QString& waitsFor) {
    if (m_run != run.id)
        clear();
    m_run = run.id;
    m_bar->setValue(static_cast<int>(std::lround(progressShare(run).value_or(0) * barSteps)));
    m_pace.add(run.position);
    std::optional<double> steps;
    if (run.state == RunState::Running)
        steps = m_pace.stepsPerSecond();
    if (!steps && run.position.step > 0 && run.position.seconds > 0)
        steps = static_cast<double>(run.position.step) / run.position.seconds;
    m_speed = steps ? std::optional(*steps * batch) : std::nullopt;
    QString text = progressText(run, series);
    if (m_speed)
        text += tr(" · %1 images/s").arg(toQt(digitsText(*m_speed, 3)));
    m_text->setText(text);
    sayOwner(run, own, waitsFor);
}

void ProgressStrip::sayOwner(const RunSummary& run, bool own, const QString& waitsFor) {
    const bool other = !own && run.owner
                       && (run.state == RunState::Running || run.state == RunState::Paused
                           || run.state == RunState::Queued);
    m_owner->setVisible(other || !waitsFor.isEmpty());
    m_owner->setRole(waitsFor.isEmpty() ? ColorRole::MutedText : ColorRole::Bad);
    m_owner->setToolTip(waitsFor);
    if (!waitsFor.isEmpty())
        m_owner->setText(tr("Training waits: %1").arg(waitsFor));
    else if (other)
        m_owner->setText(tr("%1 by %2; it is paused and stopped there")
                             .arg(run.state == RunState::Running ? tr("trained") : tr("held"),
                                  toQt(toText(run.owner->process))));
}

} // namespace concertina
