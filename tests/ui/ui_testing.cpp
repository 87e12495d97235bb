// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/ui_testing.h"

#include "core/model/network_design.h"
#include "tests/model/adapted_catalogue.h"
#include "widgets/theme/theme.h"

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/VariadicBind.h>

#include <QApplication>

#include <cmath>
#include <fstream>

namespace concertina::testing {

namespace {

constexpr std::int64_t plannedSteps = 600;

RunPosition positionAt(std::int64_t step) {
    return {step, static_cast<double>(step) / 80, static_cast<double>(step) * 0.15};
}

/// A main metric of the test catalogue on its way: `done` from 0 to 1.
double metricAt(const std::string& name, double level, double done) {
    const double learned = 1 - std::exp(-4 * done);
    if (name == "miou")
        return 0.05 + (level - 0.05) * learned;
    if (name == "mean_angle")
        return 60 - 60 * level * learned;
    return 1.5 - 1.5 * level * learned;
}

MetricRows rowsOf(const MadeUpRun& run) {
    const std::pair<const char*, const char*> metrics[] = {
        {"segmentation", "miou"}, {"depth", "abs_err"}, {"normal", "mean_angle"}};
    MetricRows rows;
    const auto add = [&](const char* task, const char* name, const char* split, std::int64_t step,
                         double value) {
        const RunPosition at = positionAt(step);
        rows.push_back({task, name, split, step, at.epoch, at.seconds, value});
    };
    for (std::int64_t step = 10; step <= run.step; step += 10) {
        const double share = static_cast<double>(step) / plannedSteps;
        for (const auto& [task, name] : metrics) {
            const double wobble = 0.02 * std::sin(static_cast<double>(step) * 0.7);
            add(task, "loss", "train", step, 2 * std::exp(-2 * share) + wobble);
            add(task, name, "train", step, metricAt(name, run.level + 0.05, share) * (1 + wobble));
            if (step % 40 == 0)
                add(task, name, "val", step, metricAt(name, run.level, share));
        }
        add("", "loss", "train", step, 6 * std::exp(-2 * share));
    }
    return rows;
}

CheckpointEvent checkpointOf(const Store& store, const RunId& id, std::int64_t step) {
    CheckpointEvent event;
    event.position = positionAt(step);
    const auto file = store.checkpointFolder(id) / (std::to_string(step) + ".safetensors");
    std::ofstream(file, std::ios::binary) << std::string(1000, 'x');
    event.file = file.string();
    event.bytes = 1000;
    event.sha256 = "made up";
    event.reason = "end";
    return event;
}

} // namespace

RunId makeRun(Store& store, MadeUpRun run) {
    ExperimentSpec spec = run.spec == ExperimentSpec{} ? testSpec() : run.spec;
    spec.name = run.name;
    spec.seed = run.seed;
    const RunId id = valueOf(store.createRun({spec, run.group, {{"threads", 2}}, plannedSteps}));
    if (run.state == RunState::Queued)
        return id;
    const std::vector<int> outputs(spec.tasks.size(), 1);
    done(store.recordStart(
        id, {.spec = spec,
             .plan = toJson(designNetwork(spec, adaptedCatalogue(), outputs).design.plan),
             .dataset = {{"name", "rooms"}},
             .environment = {{"threads", 2}},
             .steps = plannedSteps,
             .stepsPerEpoch = 80,
             .trainedParameters = 1.84e6,
             .collapsedParameters = 0.31e6}));
    {
        auto writer = valueOf(StoreWriter::open(store.folder(), id));
        done(writer->append(rowsOf(run)));
        done(writer->progress(positionAt(run.step)));
        if (run.checkpoint && run.step > 0)
            done(writer->checkpoint(checkpointOf(store, id, run.step)));
        done(writer->close());
    }
    if (run.state == RunState::Running)
        done(store.setState(id, run.state, run.stateText));
    else
        done(store.release(id, run.state, run.stateText));
    return id;
}

void fillStore(const std::filesystem::path& folder, int runs, int points) {
    { const Store made = valueOf(Store::open(folder, StoreMode::ReadWrite)); }
    SQLite::Database database(folder / "experiments.db", SQLite::OPEN_READWRITE, 5000);
    SQLite::Transaction transaction(database);
    const std::string spec = jsonText(toJson(testSpec()));
    SQLite::Statement run(database,
                          "INSERT INTO run (id, name, notes, run_group, seed, state, created,"
                          " started, ended, steps, step, epoch, seconds, trained_parameters,"
                          " collapsed_parameters) VALUES (?, ?, '', ?, ?, 'finished', ?, ?, ?,"
                          " 600, 600, 7.5, 90, 1840000, 310000)");
    SQLite::Statement document(database, "INSERT INTO document (run, spec, plan, dataset,"
                                         " environment) VALUES (?, ?, '{}', '{}', '{}')");
    SQLite::Statement series(database,
                             "INSERT INTO series (run, task, name, split, row_count, last_step,"
                             " last_value, lowest_step, lowest, highest_step, highest)"
                             " VALUES (?, ?, ?, 'val', ?, 600, ?, 600, ?, 600, ?)");
    SQLite::Statement point(database, "INSERT INTO metric (series, step, epoch, seconds, value)"
                                      " VALUES (?, ?, 1, 1, ?)");
    const auto put = [](SQLite::Statement& statement, auto... values) {
        statement.reset();
        SQLite::bind(statement, values...);
        statement.exec();
    };
    const std::int64_t began = 1700000000000;
    for (int i = 0; i < runs; ++i) {
        std::string id = std::to_string(i);
        id = "r" + std::string(7 - std::min<std::size_t>(7, id.size()), 'a') + id;
        const bool grouped = i % 10 < 3;
        const std::string name =
            grouped ? "seeds " + std::to_string(i / 10) : "made-up run " + std::to_string(i);
        const std::int64_t created = began + std::int64_t{i} * 60000;
        run.reset();
        SQLite::bind(run, id, name, name, i % 10, created, created, created + 90000);
        if (!grouped)
            run.bind(3);
        run.exec();
        const std::int64_t number = database.getLastInsertRowid();
        put(document, number, spec);
        for (const auto& [task, metric] :
             {std::pair("segmentation", "miou"), std::pair("depth", "abs_err"),
              std::pair("normal", "mean_angle")}) {
            const double level = 0.3 + 0.3 * std::sin(i * 12.9898) * std::sin(i * 78.233);
            const double value = metricAt(metric, level, 1);
            put(series, number, task, metric, points, value, value, value);
            const std::int64_t made = database.getLastInsertRowid();
            for (int p = 1; p <= points; ++p)
                put(point, made, 600 * p / points,
                    metricAt(metric, level, static_cast<double>(p) / points));
        }
    }
    transaction.commit();
}

void makeNewer(const std::filesystem::path& folder) {
    { const Store made = valueOf(Store::open(folder, StoreMode::ReadWrite)); }
    SQLite::Database database(folder / "experiments.db", SQLite::OPEN_READWRITE, 5000);
    database.exec("UPDATE meta SET value = '99'; PRAGMA user_version = 99");
}

StoreLock::StoreLock(const std::filesystem::path& folder)
    : m_database(std::make_unique<SQLite::Database>(folder / "experiments.db",
                                                    SQLite::OPEN_READWRITE, 5000)) {
    m_database->exec("BEGIN IMMEDIATE");
}

StoreLock::~StoreLock() = default;

Desk::Desk()
    : catalogue(testCatalogue()),
      settings(temporary.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat) {
    reopen();
}

Desk::~Desk() = default;

std::filesystem::path Desk::folder() const {
    return temporary.path().toStdString() + "/store";
}

void Desk::reopen(StoreMode mode) {
    draft.reset();
    store.reset();
    store = std::make_unique<StoreAccess>(folder(), mode);
}

PageContext Desk::context() {
    if (!draft)
        draft = std::make_unique<ExperimentDraft>(catalogue, jobs, settings);
    return {catalogue, *draft, *store, runs, jobs, dialogs, navigator, settings};
}

void useTheme(bool dark) {
    applyTheme(*static_cast<QApplication*>(QApplication::instance()),
               dark ? ThemeChoice::Dark : ThemeChoice::Light);
}

} // namespace concertina::testing
