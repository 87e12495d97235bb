// SPDX-License-Identifier: GPL-3.0-or-later
// The page Sharing on a large network: from an edit to both views redrawn, and what undo keeps.
#include "core/catalogue.h"
#include "core/model/heads.h"
#include "core/model/network_design.h"
#include "core/model/plan_cells.h"
#include "core/model/plan_rules.h"
#include "tests/bench/bench.h"
#include "tests/bench/timed_application.h"
#include "tests/bench/window/thread_time.h"
#include "ui/experiment/spec_document.h"
#include "ui/sharing/costs_strip.h"
#include "widgets/sharing/plan_matrix.h"
#include "widgets/sharing/sharing_map.h"

#include <QPixmap>
#include <QScrollBar>
#include <QSettings>
#include <QTemporaryDir>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <unistd.h>

namespace concertina::bench {

namespace {

constexpr int layerCount = 200;
constexpr int taskCount = 10;
constexpr int edits = 300;
constexpr int steps = 1000;

double percentile(std::vector<double> values, double share) {
    std::ranges::sort(values);
    return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))];
}

/// Stages of five layers, enc and dec by halves, all tied.
NetworkDesign largeNetwork() {
    GraphBuilder builder(3, 64, 96);
    int at = 0;
    for (int i = 0; i < layerCount; ++i)
        at = builder.convNormRelu((i < layerCount / 2 ? "enc" : "dec")
                                      + std::to_string(i % (layerCount / 2) / 5 + 1) + "."
                                      + std::to_string(i % 5 + 1),
                                  at, 8, 3);
    std::vector<std::string> tasks;
    for (int task = 0; task < taskCount; ++task) {
        tasks.push_back("task" + std::to_string(task));
        builder.startHead(task);
        const Feature out{.name = "out", .node = at};
        builder.output(
            plainHead(builder, {.task = tasks.back(), .features = {&out, 1}, .outputs = 2}));
    }
    NetworkSpec network;
    network.kernels = {{"*", withCompleteOptions(catalogue(), Family::Parametrization,
                                                 {"factored", Json::object()})}};
    network.sharing = {"*: tied"};
    return designLayers(builder.take(), tasks, network, catalogue()).design;
}

/// What the page shows of a plan, and the way of an edit through it.
class SharingViews {
public:
    explicit SharingViews(NetworkDesign network)
        : m_design(std::make_shared<const NetworkDesign>(std::move(network))),
          m_layers(m_design->sharedFactors()) {
        for (int task = 0; task < taskCount; ++task)
            m_tasks.push_back({QString(QChar(u'A' + task)), QStringLiteral("Task %1").arg(task)});
        m_matrix.resize(620, 900);
        m_map.resize(1200, 520);
        m_costs.resize(1200, 120);
        show(m_design);
    }

    /// CPU milliseconds until all of it is drawn; none where the edit is refused.
    std::optional<double> edit(const PlanEdit& edit) {
        const double start = threadMilliseconds();
        const auto edited = editedPlan(m_design->plan, m_layers, edit);
        if (!edited || edited->plan == m_design->plan)
            return std::nullopt;
        m_rules = rulesAfter(m_rules, m_layers, edited->plan);
        const double written = threadMilliseconds();
        auto changed = withPlan(*m_design, edited->plan);
        if (!changed)
            return std::nullopt;
        const SharedDesign before =
            std::exchange(m_design, std::make_shared<const NetworkDesign>(std::move(*changed)));
        const double designed = threadMilliseconds();
        show(before);
        const double end = threadMilliseconds();
        planning.push_back(written - start);
        designing.push_back(designed - written);
        showing.push_back(end - designed);
        return end - start;
    }

    // Of each edit: its plan and rules, the network, both views and the costs.
    std::vector<double> planning, designing, showing;

    const std::vector<std::string>& rules() const { return m_rules; }

private:
    void show(const SharedDesign& before) {
        m_matrix.setNetwork(m_design, m_tasks);
        m_map.setNetwork(m_design, m_tasks);
        m_costs.setDesigns(before, m_design, {});
        draw(m_matrix, m_drawn[0]);
        draw(m_map, m_drawn[1]);
        draw(m_costs, m_drawn[2]);
    }

    /// Onto what it was drawn onto before, as a window does; scroll bars stay as they are.
    static void draw(QWidget& widget, QPixmap& onto) {
        if (onto.size() != widget.size())
            onto = QPixmap(widget.size());
        QRegion region(widget.rect());
        for (const QScrollBar* bar : widget.findChildren<QScrollBar*>())
            region -= QRect(bar->mapTo(&widget, QPoint()), bar->size());
        widget.render(&onto, QPoint(), region);
    }

    SharedDesign m_design;
    std::vector<LayerFactors> m_layers;
    std::vector<SharingTask> m_tasks;
    std::vector<std::string> m_rules{"*: tied"};
    PlanMatrix m_matrix;
    SharingMap m_map;
    CostsStrip m_costs;
    std::array<QPixmap, 3> m_drawn;
};

/// Any edit of neighbouring rows; a tenth of them over all rows.
PlanEdit anyEdit(std::mt19937& random, bool everywhere) {
    PlanEdit edit{.kind = static_cast<PlanEditKind>(
                      random() % (static_cast<unsigned>(PlanEditKind::Next) + 1))};
    const std::size_t first = everywhere ? 0 : random() % layerCount;
    const std::size_t last =
        everywhere ? layerCount - 1 : std::min<std::size_t>(layerCount - 1, first + random() % 8);
    const TaskSet tasks = random() % 2 == 0
                              ? allTasks(taskCount)
                              : static_cast<TaskSet>(1 + random() % allTasks(taskCount));
    for (std::size_t layer = first; layer <= last; ++layer)
        for (const int task : tasksOf(tasks))
            edit.cells.push_back({layer, task});
    return edit;
}

std::vector<Figure> editing() {
    TimedApplication::instance();
    const NetworkDesign network = largeNetwork();
    std::vector<double> opening, single, whole;
    for (int i = 0; i < 5; ++i) {
        const double start = threadMilliseconds();
        const SharingViews views(network);
        opening.push_back(threadMilliseconds() - start);
    }
    SharingViews views(network);
    std::mt19937 random(1);
    for (int i = 0; i < edits; ++i)
        if (const auto took = views.edit(anyEdit(random, i % 10 == 0)))
            (i % 10 == 0 ? whole : single).push_back(*took);
    const std::string what = "sharing, 200 layers x 10 tasks: ";
    return {{what + "opened, median", median(opening), "ms", "<=200"},
            {what + "an edit until drawn, median", median(single), "ms", "<=16"},
            {what + "an edit until drawn, 99th percentile", percentile(single, 0.99), "ms", "<=33"},
            {what + "painting over all rows until drawn, median", median(whole), "ms", "<=16"},
            {what + "the same, 99th percentile", percentile(whole, 0.99), "ms", "<=33"},
            {what + "of these plan and rules, median", median(views.planning), "ms", ""},
            {what + "the network, median", median(views.designing), "ms", ""},
            {what + "views and costs, median", median(views.showing), "ms", ""}};
}

/// Of the process, which holds little else.
double residentMegabytes() {
    std::ifstream statm("/proc/self/statm");
    long pages = 0, resident = 0;
    statm >> pages >> resident;
    return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)) / 1e6;
}

std::vector<Figure> undo() {
    TimedApplication::instance();
    const NetworkDesign network = largeNetwork();
    const auto layers = network.sharedFactors();
    QTemporaryDir folder;
    QSettings settings(folder.filePath(QStringLiteral("s.ini")), QSettings::IniFormat);
    SpecDocument document(catalogue(), settings);
    std::mt19937 random(1);
    SharingPlan plan = network.plan;
    const double before = residentMegabytes();
    int done = 0;
    while (done < steps) {
        const auto edited = editedPlan(plan, layers, anyEdit(random, done % 10 == 0));
        if (!edited || edited->plan == plan)
            continue;
        plan = edited->plan;
        SetupValue value = document.value();
        value.spec.network.sharing = rulesAfter(value.spec.network.sharing, layers, plan);
        document.apply(QStringLiteral("an edit"), std::move(value));
        ++done;
    }
    return {{"sharing, 200 layers x 10 tasks: 1,000 steps of undo", residentMegabytes() - before,
             "MB", "<=20"}};
}

std::vector<Figure> sharing() {
    std::vector<Figure> figures = editing();
    for (Figure& figure : undo())
        figures.push_back(std::move(figure));
    return figures;
}

} // namespace

std::span<const Bench> sharingBenches() {
    static const std::array all{
        Bench{"sharing", "an edit of a large plan until both views are drawn, CPU time", sharing}};
    return all;
}

} // namespace concertina::bench
