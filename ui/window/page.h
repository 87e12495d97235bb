// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/window/page_request.h"

#include <QKeySequence>
#include <QList>
#include <QString>
#include <QWidget>

#include <functional>

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

    /// Does what is asked, and is shown after that; false where it is for another page.
    virtual bool open(const PageRequest& /*request*/) { return false; }

    /// The run that is looked at here; empty: none.
    virtual RunId shownRun() const { return {}; }

    /// Before it is shown: the run that was looked at last on another page, for where one is still
    /// to be chosen here.
    virtual void prefer(const RunId& /*run*/) {}

Q_SIGNALS:
    void headerChanged(); ///< header, buttons

protected:
    /// An action of this page, in reach of its keys while the page has the focus.
    QAction* addPageAction(const QString& text, const QString& tip, const QKeySequence& keys,
                           const std::function<void()>& done);
};

} // namespace concertina
