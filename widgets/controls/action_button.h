// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QPushButton>

class QAction;

namespace concertina {

/// The text of a shortcut's keys behind what a tooltip says; the text alone where it has none.
QString withShortcut(const QString& text, const QAction& action);

/// A push button for an action: its text, icon, tooltip and state, at every change. An action with
/// a menu opens it below.
class ActionButton : public QPushButton {
    Q_OBJECT

public:
    explicit ActionButton(QAction* action, QWidget* parent = nullptr);

    /// The one that the page is for, on the accent colour.
    void setPrimary(bool primary);

    /// Is hidden, follows its action no more, and is deleted when it may be. (What an event before
    /// `exec` gives to `deleteLater` stays as long as the program, and its action would show it
    /// again.)
    void leave();

private:
    void follow();

    QAction* m_action;
    bool m_isPutAway = false; ///< as the action is not visible
};

} // namespace concertina
