// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "widgets/controls/pill.h"

#include <QFrame>
#include <QList>

class QLabel;
class QToolButton;

namespace concertina {

/// A strip for what a person should know: it takes its own room, stays until it is dismissed, and
/// its text can be selected and copied. The newest is shown; those before it follow.
class NoticeBar : public QFrame {
    Q_OBJECT

public:
    explicit NoticeBar(QWidget* parent = nullptr);

    /// The same text again is not added a second time.
    void add(Pill::Tone tone, const QString& text);
    void dismiss();
    void clear();

    QString text() const; ///< what is shown; empty where nothing is
    int count() const { return static_cast<int>(m_notices.size()); }

    /// A control of the strip's owner at its right end, as "Undo".
    void addControl(QWidget* control);

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    struct Notice {
        Pill::Tone tone;
        QString text;
    };
    void showNewest();
    void copy();

    QList<Notice> m_notices;
    QLabel* m_text;
    QLabel* m_more;
    QToolButton* m_copy;
    QToolButton* m_dismiss;
};

} // namespace concertina
