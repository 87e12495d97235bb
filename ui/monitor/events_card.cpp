// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/events_card.h"

#include "ui/monitor/run_pace.h"
#include "widgets/controls/toned_label.h"
#include "widgets/qt_text.h"
#include "widgets/theme/colors.h"
#include "widgets/theme/theme.h"

#include <QDateTime>
#include <QEvent>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QStackedWidget>

#include <algorithm>

namespace concertina {

namespace {

constexpr int mostLines = 2000;

ColorRole roleOf(NoticeLevel level) {
    switch (level) {
    case NoticeLevel::Info: return ColorRole::MutedText;
    case NoticeLevel::Warning: return ColorRole::Warning;
    case NoticeLevel::Error: return ColorRole::Bad;
    }
    return ColorRole::Text;
}

QString levelWords(NoticeLevel level) {
    switch (level) {
    case NoticeLevel::Info: return EventsCard::tr("note");
    case NoticeLevel::Warning: return EventsCard::tr("warning");
    case NoticeLevel::Error: return EventsCard::tr("error");
    }
    return {};
}

} // namespace

EventsCard::EventsCard(QWidget* parent)
    : Card(tr("Events"), parent), m_stack(new QStackedWidget), m_text(new QPlainTextEdit) {
    // The placeholder of an editor would touch the card's border.
    auto* empty = new TonedLabel(
        ColorRole::FaintText,
        tr("Nothing so far. Warnings, failures and resumes of the run will stand here."));
    empty->setWordWrap(true);
    empty->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    empty->setMargin(10);
    empty->setFont(smallFont());
    m_stack->addWidget(empty);
    m_stack->addWidget(m_text);
    m_text->setReadOnly(true);
    // Both, so that the keyboard selects and copies too.
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    m_text->setFrameShape(QFrame::NoFrame);
    m_text->viewport()->setAutoFillBackground(false); // or it covers the card's round corners
    m_text->setMaximumBlockCount(mostLines);
    m_text->setTabChangesFocus(true);
    m_text->setFont(smallFont());
    m_text->document()->setDocumentMargin(10);
    m_text->setAccessibleName(tr("Events of the run"));
    adoptPalette();
    setBody(m_stack);
}

void EventsCard::show(const std::vector<EventRecord>& events) {
    const auto sameBeginning = std::ranges::mismatch(m_events, events);
    if (sameBeginning.in1 != m_events.end()) {
        m_events = events;
        writeAll();
    } else {
        for (auto event = sameBeginning.in2; event != events.end(); ++event)
            append(*event);
        m_events = events;
    }
    m_stack->setCurrentIndex(m_events.empty() ? 0 : 1);
    const auto troubles = std::ranges::count_if(m_events, [](const EventRecord& event) {
        return event.segment == 0 && event.level != NoticeLevel::Info;
    });
    setNote(troubles == 0   ? QString()
            : troubles == 1 ? tr("1 warning or error")
                            : tr("%1 warnings and errors").arg(troubles));
}

void EventsCard::append(const EventRecord& event) {
    const QString time = QDateTime::fromMSecsSinceEpoch(event.time.time_since_epoch().count())
                             .toString(QStringLiteral("hh:mm:ss"));
    const auto span = [](const QColor& color, const QString& text) {
        return QStringLiteral("<span style=\"color:%1\">%2</span>")
            .arg(color.name(), text.toHtmlEscaped());
    };
    // What came after a change that was taken back is not the run's any more.
    const bool isUndone = event.segment > 0;
    const QColor faint = color(ColorRole::MutedText, palette());
    const bool atEnd =
        m_text->verticalScrollBar()->value() >= m_text->verticalScrollBar()->maximum() - 4;
    const QString line = isUndone ? tr(", undone line %1").arg(event.segment) : QString();
    m_text->appendHtml(
        span(faint, tr("%1 step %2%3 ").arg(time, groupedNumber(event.step), line))
        + span(isUndone ? faint : color(roleOf(event.level), palette()),
               levelWords(event.level) + QLatin1String(": "))
        + span(isUndone ? faint : color(ColorRole::Text, palette()), toQt(event.text)));
    if (atEnd)
        m_text->verticalScrollBar()->setValue(m_text->verticalScrollBar()->maximum());
}

void EventsCard::writeAll() {
    m_text->clear();
    for (const EventRecord& event : m_events)
        append(event);
}

void EventsCard::changeEvent(QEvent* event) {
    Card::changeEvent(event);
    if (event->type() != QEvent::PaletteChange)
        return;
    adoptPalette();
    writeAll();
}

/// The card shows through.
void EventsCard::adoptPalette() {
    QPalette onCard = palette();
    onCard.setColor(QPalette::Base, color(ColorRole::Card, onCard));
    m_text->setPalette(onCard);
}

} // namespace concertina
