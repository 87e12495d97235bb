// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QSpinBox;

namespace concertina {

/// How dear suggested splits may be.
class BudgetLine : public QWidget {
    Q_OBJECT

public:
    explicit BudgetLine(QWidget* parent = nullptr);

    /// Of the network's multiply–adds; 0.2: a fifth more.
    double share() const;

Q_SIGNALS:
    void changed();

private:
    QSpinBox* m_budget;
};

} // namespace concertina
