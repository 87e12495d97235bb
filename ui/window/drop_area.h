// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <QWidget>

namespace concertina {

/// Takes files that are dropped anywhere on its window, and says meanwhile what can be dropped.
class DropArea : public QWidget {
    Q_OBJECT

public:
    explicit DropArea(QWidget* window);

Q_SIGNALS:
    void dropped(const QStringList& paths);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
};

} // namespace concertina
