// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QWidget>

#include <vector>

class QToolButton;
class QVBoxLayout;

namespace concertina {

/// Rules that wait to be applied, one below the other, each with a button that asks for its
/// removal; Delete does so too, on the button that has the focus.
class RuleList : public QWidget {
    Q_OBJECT

public:
    struct Entry {
        QString rule;
        QString reason; ///< of one that was suggested; empty: none
    };

    explicit RuleList(QWidget* parent = nullptr);

    /// Keyboard focus on a rule's button stays at that place of the list.
    void show(const std::vector<Entry>& entries);

Q_SIGNALS:
    void removeWanted(std::size_t index);

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QToolButton* makeButton(const QString& rule);

    QVBoxLayout* m_column;
    QWidget* m_rows = nullptr;
    std::vector<QToolButton*> m_buttons;
};

} // namespace concertina
