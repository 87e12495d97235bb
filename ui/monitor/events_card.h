// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/records.h"
#include "widgets/controls/card.h"

#include <cstdint>
#include <vector>

class QPlainTextEdit;
class QStackedWidget;

namespace concertina {

/// What a run has reported: notices, warnings, failures, the newest last, as text that can be
/// selected and copied.
class EventsCard : public Card {
    Q_OBJECT

public:
    explicit EventsCard(QWidget* parent = nullptr);

    void show(const std::vector<EventRecord>& events);

protected:
    void changeEvent(QEvent* event) override;

private:
    void append(const EventRecord& event);
    void writeAll();
    void adoptPalette();

    std::vector<EventRecord> m_events;
    QStackedWidget* m_stack;
    QPlainTextEdit* m_text;
};

} // namespace concertina
