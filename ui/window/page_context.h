// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"
#include "core/values/spec.h"
#include "db/records.h"

#include <QString>

#include <optional>

class QSettings;

namespace concertina {

class Dialogs;
class JobService;
class RunService;
class StoreAccess;
struct Catalogue;

/// How a page leads to another.
class Navigator {
public:
    virtual ~Navigator() = default;

    /// `origin` says where the spec is from: "copy of rooms-demo".
    virtual void showSetup(const ExperimentSpec& spec, const QString& origin) = 0;
    virtual void showMonitor(const RunId& run) = 0;
    virtual void showCompare(const RunId& run, const std::optional<RunId>& other) = 0;
    virtual void showRuns() = 0;

    /// A line at the window's foot that goes away by itself.
    virtual void showMessage(const QString& text) = 0;

    /// A message that stays until it is dismissed; its text can be copied.
    virtual void showProblem(const QString& what, const Problem& problem) = 0;
};

/// What pages work with; everything outlives them.
struct PageContext {
    const Catalogue& catalogue;
    StoreAccess& store;
    RunService& runs;
    JobService& jobs;
    Dialogs& dialogs;
    Navigator& navigator;
    QSettings& settings;
};

} // namespace concertina
