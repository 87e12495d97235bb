// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/controls/overlay.h"

#include <QList>
#include <QPointer>

class QAction;
class QLineEdit;
class QListWidget;

namespace concertina {

class TonedLabel;

/// An action that can be searched for, and where it belongs: "Monitor".
struct Command {
    QPointer<QAction> action;
    QString place;
};

/// Finds any action by a few letters of its name and triggers it. Those that are off come last,
/// and cannot be chosen.
class CommandPalette : public Overlay {
    Q_OBJECT

public:
    explicit CommandPalette(QWidget* host);

    /// Opens with these actions.
    void openWith(const QList<Command>& commands);

protected:
    QSize wantedSize() const override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    void search();
    void triggerCurrent();

    QList<Command> m_commands;
    QLineEdit* m_field;
    QListWidget* m_list;
    TonedLabel* m_nothing; ///< in the list's place
};

} // namespace concertina
