// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>
#include <QWidget>

class QAction;

namespace concertina {

/// What stands in the bar above a page.
struct PageHeader {
    enum class Tone { Neutral, Busy, Good, Warning, Bad };

    QString title;
    QString note; ///< a pill beside the title; none where it is empty
    Tone tone = Tone::Neutral;
};

/// One page of the window. Its constructor is given a `PageContext`; pages never know each other.
/// Its `QWidget::actions()` are found by the search of actions.
class Page : public QWidget {
    Q_OBJECT

public:
    using QWidget::QWidget;

    virtual PageHeader header() const = 0;

    /// Buttons of the bar, left to right; the last is the primary one where `hasPrimary()`.
    virtual QList<QAction*> barActions() const { return {}; }
    virtual bool hasPrimary() const { return true; }

Q_SIGNALS:
    void headerChanged(); ///< header, buttons
};

} // namespace concertina
