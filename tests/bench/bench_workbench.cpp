// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/pages.h"
#include "app/gui/session_job_service.h"
#include "app/gui/session_run_service.h"
#include "core/catalogue.h"
#include "core/data/image_files.h"
#include "core/prediction/frames.h"
#include "db/store_writer.h"
#include "tests/bench/bench.h"
#include "tests/bench/timed_application.h"
#include "ui/runs/runs_model.h"
#include "ui/services/file_dialogs.h"
#include "ui/store/store_access.h"
#include "ui/window/main_window.h"

#include <QElapsedTimer>
#include <QEventLoop>
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

namespace concertina::bench {

namespace {

constexpr int manyRuns = 1000;
constexpr int phase = 12000; // ms
constexpr int rounds = 3;

void spin(int milliseconds) {
    QEventLoop loop;
    QTimer::singleShot(milliseconds, &loop, &QEventLoop::quit);
    loop.exec();
}

template <class T>
T valueOf(Expected<T> expected) {
    if (!expected)
        throw std::runtime_error(toText(expected.error()));
    return std::move(*expected);
}

/// The demo, without an end and with validations far apart.
ExperimentSpec demo() {
    ExperimentSpec spec = presetNamed("rooms-demo");
    spec.train.steps = 1'000'000;
    spec.train.validateEvery = 1000;
    return spec;
}

/// The program's window on a store, without its process.
class Workbench {
public:
    explicit Workbench(const QTemporaryDir& folder)
        : store(folder.path().toStdString()), runs(folder.path().toStdString(), std::nullopt),
          jobs(folder.path().toStdString(), std::nullopt),
          settings(folder.filePath(QStringLiteral("settings.ini")), QSettings::IniFormat),
          dialogs(settings) {}

    void open() {
        window = std::make_unique<MainWindow>(
            WindowServices{catalogue(), store, runs, jobs, dialogs, settings}, pages());
        window->show();
    }

    StoreAccess store;
    SessionRunService runs;
    SessionJobService jobs;
    QSettings settings;
    FileDialogs dialogs;
    std::unique_ptr<MainWindow> window;
};

/// Steps a second of training over one phase.
double pace(const std::filesystem::path& folder, const RunId& run) {
    const Store store = valueOf(Store::open(folder, StoreMode::ReadOnly));
    const RunPosition before = valueOf(store.run(run)).summary.position;
    spin(phase);
    const RunPosition after = valueOf(store.run(run)).summary.position;
    return static_cast<double>(after.step - before.step) / (after.seconds - before.seconds);
}

std::vector<Figure> training() {
    TimedApplication& application = TimedApplication::instance();
    const QTemporaryDir folder;
    const auto place = std::filesystem::path(folder.path().toStdString());
    Workbench bench(folder);
    RunId run;
    bench.runs.start({demo()}, std::nullopt, &bench.runs, [&](const StartedRuns& started) {
        if (!started.runs.empty())
            run = started.runs.front();
    });
    spin(8000); // the first epoch renders its samples
    if (run.empty())
        throw std::runtime_error("the demo did not start");
    std::vector<double> visible, minimized, events;
    for (int round = 0; round < rounds; ++round) {
        const double alone = pace(place, run);
        bench.open();
        bench.window->resize(1366, 768);
        bench.window->open(ShowRun{run});
        spin(1500);
        application.record(true);
        visible.push_back(pace(place, run) / alone);
        application.record(false);
        bench.window->showMinimized();
        spin(500);
        minimized.push_back(pace(place, run) / alone);
        bench.window.reset();
        const auto& times = application.times();
        events.insert(events.end(), times.begin(), times.end());
    }
    QEventLoop loop;
    QObject::connect(&bench.runs, &RunService::suspended, &loop, &QEventLoop::quit);
    bench.runs.suspendAll();
    loop.exec();
    std::ranges::sort(events);
    const auto share = [&](double part) {
        return events[static_cast<std::size_t>(part * static_cast<double>(events.size() - 1))];
    };
    return {{"window: training with it visible ÷ without", median(visible), "", ">=0.95"},
            {"window: training with it minimized ÷ without", median(minimized), "", ">=0.99"},
            {"window: one event while the demo trains, 99.9th percentile", share(0.999), "ms",
             "<=50"},
            {"window: one event while the demo trains, longest", events.back(), "ms", ""},
            {"window: events", static_cast<double>(events.size()), "", ""}};
}

std::vector<Figure> opening() {
    TimedApplication::instance();
    const QTemporaryDir folder;
    const auto place = std::filesystem::path(folder.path().toStdString());
    {
        Store store = valueOf(Store::open(place, StoreMode::ReadWrite));
        ExperimentSpec spec = demo();
        for (int i = 0; i < manyRuns; ++i) {
            spec.name = "run " + std::to_string(i);
            const RunId run = valueOf(store.createRun({.spec = spec}));
            auto writer = valueOf(StoreWriter::open(place, run));
            MetricRows rows;
            for (int step = 1; step <= 12; ++step)
                for (const auto& [task, name] :
                     {std::pair("segmentation", "miou"), std::pair("depth", "abs_err"),
                      std::pair("normal", "mean_angle")})
                    rows.push_back({task, name, "val", step * 150, 1.0 * step, 20.0 * step,
                                    1.0 / (step + i % 7)});
            if (auto done = writer->append(std::move(rows)); !done)
                throw std::runtime_error(toText(done.error()));
            if (auto done = writer->close(); !done)
                throw std::runtime_error(toText(done.error()));
        }
    }
    std::vector<double> times;
    for (int round = 0; round < rounds; ++round) {
        Workbench bench(folder);
        bench.settings.setValue(QStringLiteral("window/page"), QStringLiteral("runs"));
        QElapsedTimer timer;
        timer.start();
        bench.open();
        const auto* model = bench.window->findChild<RunsModel*>();
        while (model->runCount() < manyRuns && timer.elapsed() < 60000)
            QApplication::processEvents(QEventLoop::WaitForMoreEvents);
        bench.window->grab();
        times.push_back(static_cast<double>(timer.nsecsElapsed()) / 1e9);
    }
    return {{"window: open with 1,000 runs listed", median(times), "s", "<=1.5"}};
}

/// One prediction, as Compare asks for it: the time until it is there, in ms, beyond the networks'.
double waitFor(JobService& jobs, const FrameChoice& choice) {
    QEventLoop loop;
    double wait = 0;
    QElapsedTimer timer;
    timer.start();
    jobs.frame(choice, {&loop, [&](const Expected<Frame>& frame) {
                   wait = static_cast<double>(timer.nsecsElapsed()) / 1e6
                          - valueOf(frame).milliseconds;
                   loop.quit();
               }});
    loop.exec();
    return wait;
}

std::vector<Figure> droppedPicture() {
    TimedApplication::instance();
    const QTemporaryDir folder;
    Workbench bench(folder);
    ExperimentSpec spec = demo();
    spec.train.steps = 5;
    RunId run;
    QEventLoop loop;
    QObject::connect(&bench.runs, &RunService::changed, &loop, [&] {
        if (bench.runs.runs().empty() && !run.empty())
            loop.quit();
    });
    bench.runs.start({spec}, std::nullopt, &loop,
                     [&](const StartedRuns& started) { run = started.runs.at(0); });
    loop.exec();
    const std::string file = folder.filePath(QStringLiteral("room.png")).toStdString();
    const Image room = valueOf(trainingSamples(spec, 0, 1, {})).at(0).image;
    if (auto written = writePng(file, resized(room, 768, 1024)); !written)
        throw std::runtime_error(toText(written.error()));
    std::vector<double> first, next;
    for (int round = 0; round < 2 * rounds + 1; ++round) {
        SessionJobService jobs(folder.path().toStdString(), std::nullopt);
        first.push_back(waitFor(jobs, {.run = run, .file = file}));
        next.push_back(waitFor(jobs, {.run = run, .file = file}));
    }
    return {{"window: first prediction of a dropped picture, beyond the networks' time",
             median(first), "ms", "<=100"},
            {"window: the next one", median(next), "ms", ""}};
}

} // namespace

std::span<const Bench> workbenchBenches() {
    static const std::array all{
        Bench{"window-training", "training beside the window, and the window beside training",
              training},
        Bench{"dropped-picture", "from a picture's drop to its predictions", droppedPicture},
        Bench{"window-opening", "until a store with 1,000 runs is shown, wall time", opening}};
    return all;
}

} // namespace concertina::bench
