// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QTimer>

namespace concertina {

class Activity;
class TonedLabel;

/// The line at the window's foot: what is being done, how fast, with how much memory, in which
/// store. A message takes the first place for some seconds.
class StatusLine : public QFrame {
    Q_OBJECT

public:
    StatusLine(const Activity& activity, const QString& store, QWidget* parent = nullptr);

    void showMessage(const QString& text);
    QString text() const; ///< of the first place

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void follow();

    const Activity& m_activity;
    TonedLabel* m_doing;
    TonedLabel* m_speed;
    TonedLabel* m_memory;
    QTimer m_message;
};

} // namespace concertina
