// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/pages.h"

#include "ui/compare/compare_page.h"
#include "ui/monitor/monitor_page.h"
#include "ui/runs/runs_page.h"
#include "ui/setup/setup_page.h"
#include "ui/sharing/sharing_page.h"

namespace concertina {

namespace {

template <class MadePage>
Page* make(const PageContext& context) {
    return new MadePage(context);
}

} // namespace

std::vector<PageInfo> pages() {
    // Ids are frozen: they stand in settings.
    std::vector<PageInfo> all{
        {"setup", SetupPage::tr("Set-up"), "setup", make<SetupPage>},
        {"sharing", SharingPage::tr("Sharing"), "sharing", make<SharingPage>},
        {"monitor", MonitorPage::tr("Monitor"), "monitor", make<MonitorPage>},
        {"compare", ComparePage::tr("Compare"), "compare", make<ComparePage>},
        {"runs", RunsPage::tr("Runs"), "runs", make<RunsPage>},
    };
    int key = Qt::Key_1;
    for (PageInfo& page : all)
        page.keys = {Qt::CTRL | static_cast<Qt::Key>(key++)};
    return all;
}

} // namespace concertina
