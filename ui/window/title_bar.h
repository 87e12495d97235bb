// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/window/page.h"

#include <QFrame>

class QHBoxLayout;

namespace concertina {

class Pill;
class TonedLabel;

/// The bar above a page: its title, a pill, and its buttons at the right.
class TitleBar : public QFrame {
    Q_OBJECT

public:
    explicit TitleBar(QWidget* parent = nullptr);

    /// Shows what the page says now. Buttons are made anew only where the actions are others.
    void follow(const Page& page);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void setButtons(const QList<QAction*>& actions, bool hasPrimary);

    TonedLabel* m_title;
    Pill* m_pill;
    QHBoxLayout* m_buttons;
    QList<QAction*> m_actions;
    bool m_hasPrimary = false;
};

} // namespace concertina
