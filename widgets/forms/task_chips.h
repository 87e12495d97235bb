// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"

#include <QWidget>

#include <string>
#include <vector>

class QAbstractButton;

namespace concertina {

/// A button a task of the catalogue, down for those of the spec, in the colour that the task has
/// everywhere; in as many lines as the width asks for.
class TaskChips : public QWidget {
    Q_OBJECT

public:
    explicit TaskChips(const Catalogue& catalogue, QWidget* parent = nullptr);

    /// The ids of the spec's tasks, in its order.
    void setTasks(const std::vector<std::string>& tasks);

    QAbstractButton* chip(const std::string& task) const;

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void toggled(const std::string& task, bool on);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    /// Where the chips stand in so much width, one a chip.
    std::vector<QRect> places(int width) const;

    const Catalogue& m_catalogue;
    std::vector<QAbstractButton*> m_chips; ///< one a task of the catalogue
};

} // namespace concertina
