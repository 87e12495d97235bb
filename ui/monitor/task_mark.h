// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QString>
#include <QWidget>

namespace concertina {

/// A task's colour with its letter in it, so that grey print distinguishes tasks as well.
class TaskMark : public QWidget {
    Q_OBJECT

public:
    TaskMark(int task, const QString& letter, QWidget* parent = nullptr);

    QSize sizeHint() const override;

    static QPixmap pixmap(int task, const QString& letter, const QPalette& palette, qreal scale);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    int m_task;
    QString m_letter;
};

} // namespace concertina
