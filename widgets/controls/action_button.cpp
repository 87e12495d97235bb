// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/controls/action_button.h"

#include "widgets/controls/icon.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QKeySequence>
#include <QMenu>

namespace concertina {

QString withShortcut(const QString& text, const QAction& action) {
    const QString keys = action.shortcut().toString(QKeySequence::NativeText);
    return keys.isEmpty() ? text : QStringLiteral("%1 (%2)").arg(text, keys);
}

ActionButton::ActionButton(QAction* action, QWidget* parent)
    : QPushButton(parent), m_action(action) {
    setAutoDefault(false);
    setMinimumHeight(ControlHeight);
    connect(action, &QAction::changed, this, &ActionButton::follow);
    connect(action, &QObject::destroyed, this, &QObject::deleteLater);
    connect(this, &QPushButton::clicked, action, [this, action] {
        if (auto* menu = action->menu())
            menu->popup(mapToGlobal(QPoint(0, height())));
        else
            action->trigger();
    });
    follow();
}

void ActionButton::setPrimary(bool primary) {
    setDefault(primary);
    QFont bold = font();
    bold.setWeight(primary ? QFont::DemiBold : QFont::Normal);
    setFont(bold);
    follow();
}

void ActionButton::leave() {
    m_action->disconnect(this);
    hide();
    deleteLater();
}

void ActionButton::follow() {
    setText(m_action->text());
    setIcon(isDefault() ? themedIcon(m_action->icon().name(), true) : m_action->icon());
    setToolTip(withShortcut(m_action->toolTip(), *m_action));
    setAccessibleDescription(m_action->toolTip());
    setEnabled(m_action->isEnabled());
    // Shown with its parent: without one, being made visible would make it a window.
    if (m_action->isVisible() == m_isPutAway)
        setVisible(m_isPutAway);
    m_isPutAway = !m_action->isVisible();
    if (m_action->isCheckable()) {
        setCheckable(true);
        setChecked(m_action->isChecked());
    }
}

} // namespace concertina
