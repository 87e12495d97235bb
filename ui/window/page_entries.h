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

struct SetupPageEntry {
    Page* page = nullptr;
    std::function<void(const ExperimentSpec& spec, const QString& origin)> load;
    std::function<void(const QString& file)> openFile;    ///< a spec; the page says what is wrong
    std::function<bool(const QString& folder)> useFolder; ///< false where nothing takes one
};

struct MonitorPageEntry {
    Page* page = nullptr;
    std::function<void(const RunId& run)> showRun;
    std::function<RunId()> run; ///< that is shown; empty: none
};

struct ComparePageEntry {
    Page* page = nullptr;
    std::function<void(const RunId& run, const std::optional<RunId>& other)> showRuns;
    std::function<void(const QStringList& files)> openPictures;
    std::function<void(const RunId& run)> prefer; ///< where one is to be chosen
};

/// Called once each, when the page is first needed or the program has nothing else to do.
struct PageEntries {
    std::function<SetupPageEntry(const PageContext&)> setup;
    std::function<MonitorPageEntry(const PageContext&)> monitor;
    std::function<ComparePageEntry(const PageContext&)> compare;
    std::function<Page*(const PageContext&)> runs;
};

} // namespace concertina
