// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/page.h"

#include <QAction>

namespace concertina {

QAction* Page::addPageAction(const QString& text, const QString& tip, const QKeySequence& keys,
                             const std::function<void()>& done) {
    auto* action = new QAction(text, this);
    action->setToolTip(tip);
    action->setShortcut(keys);
    action->setShortcutContext(Qt::WidgetWithChildrenShortcut);
    connect(action, &QAction::triggered, this, done);
    addAction(action);
    return action;
}

} // namespace concertina
