// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"

#include <QWidget>

#include <string>
#include <vector>

class QAbstractButton;

namespace concertina {

/// A button a task of the catalogue, down for those of the spec, in the colour that the task has
/// everywhere.
class TaskChips : public QWidget {
    Q_OBJECT

public:
    explicit TaskChips(const Catalogue& catalogue, QWidget* parent = nullptr);

    /// The ids of the spec's tasks, in its order.
    void setTasks(const std::vector<std::string>& tasks);

    QAbstractButton* chip(const std::string& task) const;

Q_SIGNALS:
    void toggled(const std::string& task, bool on);

private:
    const Catalogue& m_catalogue;
    std::vector<QAbstractButton*> m_chips; ///< one a task of the catalogue
};

} // namespace concertina
