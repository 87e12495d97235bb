// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/pages.h"

#include "ui/compare/compare_page.h"
#include "ui/monitor/monitor_page.h"
#include "ui/runs/runs_page.h"
#include "ui/setup/setup_page.h"

namespace concertina {

PageEntries pageEntries() {
    PageEntries entries;
    entries.setup = [](const PageContext& context) {
        auto* page = new SetupPage(context);
        return SetupPageEntry{
            page,
            [page](const ExperimentSpec& spec, const QString& origin) { page->load(spec, origin); },
            [page](const QString& file) { page->openFile(file); },
            [page](const QString& folder) { return page->useFolder(folder); }};
    };
    entries.monitor = [](const PageContext& context) {
        auto* page = new MonitorPage(context);
        return MonitorPageEntry{page, [page](const RunId& run) { page->showRun(run); },
                                [page] { return page->run(); }};
    };
    entries.compare = [](const PageContext& context) {
        auto* page = new ComparePage(context);
        return ComparePageEntry{page,
                                [page](const RunId& run, const std::optional<RunId>& other) {
                                    page->showRuns(run, other);
                                },
                                [page](const QStringList& files) { page->openImages(files); },
                                [page](const RunId& run) { page->prefer(run); }};
    };
    entries.runs = [](const PageContext& context) { return new RunsPage(context); };
    return entries;
}

} // namespace concertina
