// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/pages.h"
#include "app/gui/session_job_service.h"
#include "app/gui/session_run_service.h"
#include "core/catalogue.h"
#include "core/model/validate.h"
#include "core/tensor/process.h"
#include "core/values/presets.h"
#include "core/values/version.h"
#include "ui/services/file_dialogs.h"
#include "ui/store/store_access.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QSettings>
#include <QTimer>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

using namespace concertina;

namespace {

bool hasDisplay() {
    return std::getenv("DISPLAY") != nullptr || std::getenv("WAYLAND_DISPLAY") != nullptr
           || std::getenv("QT_QPA_PLATFORM") != nullptr;
}

struct Arguments {
    std::filesystem::path store = defaultStoreFolder();
    std::optional<std::string> data;
    bool demo = false;
    QStringList open;
};

Arguments readArguments(const QApplication& application) {
    QCommandLineParser parser;
    parser.setApplicationDescription(QStringLiteral(
        "A workbench for overparameterised multitask learning."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(QStringLiteral("open"),
                                 QStringLiteral("A spec, a dataset folder, a picture, a run, or a "
                                                "preset."),
                                 QStringLiteral("[SPEC|FOLDER|PICTURE|RUN|PRESET…]"));
    const QCommandLineOption store(QStringLiteral("store"), QStringLiteral("Where runs live."),
                                   QStringLiteral("DIR"));
    const QCommandLineOption data(QStringLiteral("data"),
                                  QStringLiteral("The folder of the dataset, with dataset.json."),
                                  QStringLiteral("DIR"));
    const QCommandLineOption demo(QStringLiteral("demo"),
                                  QStringLiteral("Train the embedded demo at once."));
    parser.addOptions({store, data, demo});
    parser.process(application);
    Arguments arguments;
    if (parser.isSet(store))
        arguments.store = parser.value(store).toStdString();
    if (parser.isSet(data))
        arguments.data = parser.value(data).toStdString();
    arguments.demo = parser.isSet(demo);
    arguments.open = parser.positionalArguments();
    return arguments;
}

void startDemo(RunService& runs, MainWindow& window) {
    const auto preset = std::ranges::find(presets(), std::string_view("rooms-demo"),
                                          &EmbeddedText::name);
    const SpecReading reading = readSpecText(preset->text);
    runs.start({withCompleteOptions(reading.spec, catalogue())}, std::nullopt, &window,
               [&window](const StartedRuns& started) {
                   if (!started.runs.empty())
                       window.showMonitor(started.runs.front());
                   if (started.problem)
                       window.tellProblem(QStringLiteral("The demo could not be started."),
                                          *started.problem);
               });
}

/// Files and folders are opened as they are when they are dropped; other words name runs, or else
/// presets.
void open(const QStringList& words, StoreAccess& store, MainWindow& window) {
    QStringList files;
    for (const QString& word : words) {
        if (QFileInfo::exists(word)) {
            files << word;
            continue;
        }
        store.call(
            &window,
            [name = word.toStdString()](Store& opened) { return opened.findRun(name); },
            [&window, word](const Expected<RunId>& run) {
                const auto preset =
                    std::ranges::find(presets(), word.toStdString(), &EmbeddedText::name);
                if (run)
                    window.showMonitor(*run);
                else if (run.error().code == "run.unknown" && preset != presets().end())
                    window.showSetup(readSpecText(preset->text).spec,
                                     QStringLiteral("preset %1").arg(word));
                else
                    window.tellProblem(QStringLiteral("%1 is neither a file, a run nor a preset.").arg(word),
                                       run.error());
            });
    }
    if (!files.isEmpty())
        window.openFiles(files);
}

} // namespace

int main(int argc, char** argv) {
    beginProcess(argv);
    if (!hasDisplay()) {
        std::fputs("concertina: there is no display; concertina-cli does the same in a terminal.\n",
                   stderr);
        return 1;
    }
    QApplication application(argc, argv);
    QApplication::setOrganizationName(QStringLiteral("concertina"));
    QApplication::setApplicationName(QStringLiteral("concertina"));
    QApplication::setApplicationDisplayName(QStringLiteral("Concertina"));
    QApplication::setApplicationVersion(QString::fromLatin1(programVersion()));
    QApplication::setQuitOnLastWindowClosed(false); // closing may take a checkpoint first
    const Arguments arguments = readArguments(application);

    QSettings settings;
    StoreAccess store(arguments.store);
    SessionRunService runs(arguments.store, arguments.data);
    SessionJobService jobs(arguments.store, arguments.data);
    FileDialogs dialogs(settings);
    MainWindow window({catalogue(), store, runs, jobs, dialogs, settings}, pageMakers());
    QObject::connect(&window, &MainWindow::closed, &application, &QApplication::quit);
    window.show();
    if (arguments.demo)
        QTimer::singleShot(0, &window, [&] { startDemo(runs, window); });
    open(arguments.open, store, window);
    return QApplication::exec();
}
