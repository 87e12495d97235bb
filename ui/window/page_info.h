// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QKeySequence>
#include <QList>
#include <QString>

#include <functional>

namespace concertina {

class Page;
struct PageContext;

/// All that the window knows of a page before it is made. It owns the pages, and makes each once:
/// when it is first needed, or when the program has nothing else to do.
struct PageInfo {
    QString id; ///< stands in the settings
    QString title;
    QString icon; ///< a file of resources/icons, without its ending
    std::function<Page*(const PageContext&)> make;
    QList<QKeySequence> keys = {};
};

} // namespace concertina
