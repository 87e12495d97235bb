// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

class QAction;
class QMenu;
class QVBoxLayout;

namespace concertina {

inline constexpr int RailWidth = 72;

/// The strip at the window's left: pages above, what concerns the whole window below.
class Rail : public QFrame {
    Q_OBJECT

public:
    explicit Rail(QWidget* parent = nullptr);

    /// Checkable actions of one group, from the top. An action's object name is its icon's.
    void addPage(QAction* action);

    /// From the bottom's upper end; with a menu, the button opens it.
    void addTool(QAction* action, QMenu* menu = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QVBoxLayout* m_pages;
    QVBoxLayout* m_tools;
};

} // namespace concertina
