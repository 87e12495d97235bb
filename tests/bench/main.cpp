// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/process.h"
#include "core/tensor/torch_version.h"
#include "core/training/environment.h"
#include "core/values/json.h"
#include "tests/bench/bench.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>

using namespace concertina;
using namespace concertina::bench;

namespace {

std::vector<Bench> quickBenches() {
    std::vector<Bench> all;
    for (const auto& group :
         {productBenches(), stepBenches(), replanBenches(), collapseBenches(), runnerBenches(),
          memoryBenches(), storeBenches(), roomsBenches(), dataBenches(), cocoBenches()})
        all.insert(all.end(), group.begin(), group.end());
#ifdef CONCERTINA_GUI
    for (const auto& group : {windowBenches(), sharingBenches(), workbenchBenches()})
        all.insert(all.end(), group.begin(), group.end());
#endif
    return all;
}

void print(const Figure& figure, bool json) {
    if (json) {
        const Json line = {{"event", "bench"},       {"name", figure.name}, {"value", figure.value},
                           {"unit", figure.unit},    {"goal", figure.goal},
                           {"reached", reached(figure)}};
        std::printf("%s\n", jsonText(line).c_str());
    } else {
        std::printf("%-60s %12.4g %-16s %-10s %s\n", figure.name.c_str(), figure.value,
                    figure.unit.c_str(), figure.goal.c_str(),
                    figure.goal.empty() ? "" : (reached(figure) ? "reached" : "MISSED"));
    }
    std::fflush(stdout);
}

} // namespace

int main(int argc, char** argv) {
    beginProcess(argv);
    setComputeThreads(0);
    for (const NoticeEvent& notice : environmentNotices())
        std::fprintf(stderr, "%s\n", notice.text.c_str());
    const auto quick = quickBenches();
    std::string help = "Measurements (\"all\": those of seconds):\n";
    for (const Bench& bench : quick)
        help += std::string("  ") + bench.name + ": " + bench.help + "\n";
    help += "Of minutes:\n";
    for (const Bench& bench : presetBenches())
        help += std::string("  ") + bench.name + ": " + bench.help + "\n";

    CLI::App app{"Measures what Concertina promises; ratios are taken side by side in one run"};
    app.footer(help);
    std::vector<std::string> names;
    std::string child;
    bool json = false;
    app.add_option("names", names, "Which; all by default");
    app.add_flag("--json", json, "One JSON object a line");
    app.add_option("--child", child)->group(""); // of benches of memory, for themselves
    CLI11_PARSE(app, argc, argv);
    if (child.starts_with("/")) // a checkpoint
        return runCollapseChild(child);
    constexpr std::string_view indexChild = "coco:"; // and a file
    if (child.starts_with(indexChild))
        return runIndexChild(child.substr(indexChild.size()));
    if (!child.empty())
        return runMemoryChild(child);

    std::vector<Bench> chosen;
    const auto take = [&](const std::string& name, std::span<const Bench> from) {
        const auto found = std::ranges::find(from, name, &Bench::name);
        if (found != from.end())
            chosen.push_back(*found);
        return found != from.end();
    };
    for (const std::string& name : names)
        if (name != "all" && !take(name, quick) && !take(name, presetBenches())) {
            std::fprintf(stderr, "concertina-bench: no measurement \"%s\"; see --help\n",
                         name.c_str());
            return 2;
        }
    if (names.empty() || std::ranges::find(names, "all") != names.end())
        chosen.insert(chosen.end(), quick.begin(), quick.end());
    int missed = 0;
    for (const Bench& bench : chosen) {
        try {
            for (const Figure& figure : bench.run()) {
                print(figure, json);
                missed += reached(figure) ? 0 : 1;
            }
        } catch (const std::exception& error) {
            std::fprintf(stderr, "concertina-bench: %s: %s\n", bench.name, error.what());
            ++missed;
        }
    }
    return missed > 0 ? 1 : 0;
}
