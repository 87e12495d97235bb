// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"
#include "ui/window/page_request.h"

#include <QString>

class QSettings;

namespace concertina {

class Dialogs;
class ExperimentDraft;
class JobService;
class RunService;
class StoreAccess;
struct Catalogue;

/// How a page leads to another, and says what is to be read in any case.
class Navigator {
public:
    virtual ~Navigator() = default;

    /// Shows the page that understands the request, which does what is asked; false where none
    /// does.
    virtual bool open(const PageRequest& request) = 0;

    /// A line at the window's foot that goes away by itself.
    virtual void showMessage(const QString& text) = 0;

    /// A message that stays until it is dismissed; its text can be copied.
    virtual void showProblem(const QString& what, const Problem& problem) = 0;
};

/// What pages work with; everything outlives them.
struct PageContext {
    const Catalogue& catalogue;
    ExperimentDraft& draft;
    StoreAccess& store;
    RunService& runs;
    JobService& jobs;
    Dialogs& dialogs;
    Navigator& navigator;
    QSettings& settings;
};

} // namespace concertina
