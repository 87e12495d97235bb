// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"
#include "db/records.h"

#include <QString>
#include <QStringList>

#include <functional>
#include <optional>

namespace concertina {

class Page;
struct PageContext;

/// The pages in the order of the rail.
enum class PageId { Setup, Monitor, Compare, Runs };
inline constexpr int PageCount = 4;

// A page, and what the window asks of it: so the window needs to know none of them, and a test
// hands it whatever it likes. The window owns the pages.

struct SetupDoor {
    Page* page = nullptr;
    std::function<void(const ExperimentSpec& spec, const QString& origin)> load;
    std::function<void(const QString& folder)> useDataset;
};

struct MonitorDoor {
    Page* page = nullptr;
    std::function<void(const RunId& run)> showRun;
};

struct CompareDoor {
    Page* page = nullptr;
    std::function<void(const RunId& run, const std::optional<RunId>& other)> showRuns;
    std::function<void(const QStringList& files)> openPictures;
};

/// Called once each, when the page is first needed or the program has nothing else to do.
struct PageMakers {
    std::function<SetupDoor(const PageContext&)> setup;
    std::function<MonitorDoor(const PageContext&)> monitor;
    std::function<CompareDoor(const PageContext&)> compare;
    std::function<Page*(const PageContext&)> runs;
};

} // namespace concertina
