// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"

#include <QTimer>
#include <QWidget>

class QAbstractButton;
class QProgressBar;

namespace concertina {

class TonedLabel;

/// What a panel says of the job that fills it: how far it is, with a way to end it; or why it
/// failed, as text that can be selected and copied, with a way to try again. Else it is not there.
class JobNotice : public QWidget {
    Q_OBJECT

public:
    explicit JobNotice(QWidget* parent = nullptr);

    /// Shown only if it lasts, so that quick jobs do not flicker. `share` from 0 to 1; less where
    /// it is not known.
    void showBusy(const QString& what, double share = -1);
    void showFailure(const QString& what, const Problem& problem);
    void clear();

    bool isBusy() const { return m_state == State::Busy; }
    bool isFailure() const { return m_state == State::Failed; }
    QString text() const;

    /// Lies over the lower edge of what it stands in, above `margin` pixels, instead of in a
    /// layout.
    void floatAtBottom(int margin);

    /// Whether to offer ending the job, and trying again after a failure.
    void setOffers(bool cancel, bool again);

Q_SIGNALS:
    void cancelled();
    void againAsked();

protected:
    void paintEvent(QPaintEvent* event) override;
    bool event(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    enum class State { None, Busy, Failed };

    void showParts();
    void place();

    State m_state = State::None;
    TonedLabel* m_text;
    QProgressBar* m_bar;
    QAbstractButton* m_cancel;
    QAbstractButton* m_again;
    QAbstractButton* m_copy;
    QTimer m_delay;
    bool m_offersCancel = true;
    bool m_offersAgain = true;
    int m_margin = -1; ///< below it where it floats
};

} // namespace concertina
