// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/gui/arguments.h"
#include "app/gui/ending_guard.h"
#include "app/gui/pages.h"
#include "app/gui/session_job_service.h"
#include "app/gui/session_run_service.h"
#include "core/catalogue.h"
#include "core/model/recognize_data.h"
#include "core/model/validate.h"
#include "core/tensor/process.h"
#include "core/values/presets.h"
#include "core/values/version.h"
#include "ui/services/file_dialogs.h"
#include "ui/store/store_access.h"
#include "ui/window/dropped.h"
#include "ui/window/main_window.h"

#include <QApplication>
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

void startDemo(RunService& runs, MainWindow& window) {
    const SpecReading reading = readSpecText(presetNamed("rooms-demo")->text);
    runs.start({withCompleteOptions(reading.spec, catalogue())}, std::nullopt, &window,
               [&window](const StartedRuns& started) {
                   if (!started.runs.empty())
                       window.open(ShowRun{started.runs.front()});
                   if (started.problem)
                       window.showProblem(QStringLiteral("The demo could not be started."),
                                          *started.problem);
               });
}

/// A word that is neither a file nor a run's name names a preset.
void openPreset(const QString& word, const Problem& noRun, MainWindow& window) {
    const EmbeddedText* preset = presetNamed(word.toStdString());
    if (noRun.code == "run.unknown" && preset != nullptr)
        window.open(
            EditSpec{readSpecText(preset->text).spec, QStringLiteral("preset %1").arg(word)});
    else
        window.showProblem(QStringLiteral("%1 is neither a file, a run nor a preset.").arg(word),
                           noRun);
}

/// Files and folders are opened as they are when they are dropped; other words name runs, or else
/// presets. Pictures are for the run that is named with them.
void open(const QStringList& words, StoreAccess& store, MainWindow& window) {
    QStringList files;
    QStringList names;
    for (const QString& word : words)
        (QFileInfo::exists(word) ? files : names) << word;
    const bool pictures = std::ranges::any_of(files, isPictureFile);
    if (names.isEmpty())
        window.openFiles(files);
    for (const QString& word : names)
        store.call(
            &window, [name = word.toStdString()](Store& opened) { return opened.findRun(name); },
            [&window, word, pictures,
             files = word == names.back() ? files : QStringList()](const Expected<RunId>& run) {
                if (!run)
                    openPreset(word, run.error(), window);
                else if (pictures)
                    window.open(CompareRuns{*run});
                else
                    window.open(ShowRun{*run});
                window.openFiles(files);
            });
}

} // namespace

int main(int argc, char** argv) {
    beginProcess(argv);
    QCoreApplication::setOrganizationName(QStringLiteral("concertina"));
    QCoreApplication::setApplicationName(QStringLiteral("concertina"));
    QCoreApplication::setApplicationVersion(QString::fromLatin1(programVersion()));
    if (asksForText(argc, argv)) {
        const QCoreApplication application(argc, argv);
        readArguments(); // prints, and ends the program
    }
    if (!hasDisplay()) {
        std::fputs("concertina: there is no display; concertina-cli does the same in a terminal.\n",
                   stderr);
        return 1;
    }
    QApplication application(argc, argv);
    QApplication::setApplicationDisplayName(QStringLiteral("Concertina"));
    QApplication::setQuitOnLastWindowClosed(false); // closing may take a checkpoint first
    const Arguments arguments = readArguments();

    QSettings settings;
    StoreAccess store(arguments.store);
    // The window has runs of every dataset: the folder is for those that are of files.
    const std::optional<DataFolder> data =
        arguments.data.empty() ? std::nullopt : std::optional(DataFolder(arguments.data, false));
    SessionRunService runs(arguments.store, data);
    SessionJobService jobs(arguments.store, data);
    FileDialogs dialogs(settings);
    MainWindow window({catalogue(), store, runs, jobs, dialogs, settings}, pages());
    QObject::connect(&window, &MainWindow::closed, &application, &QApplication::quit);
    const EndingGuard guard(runs, window);
    window.show();
    if (arguments.demo)
        QTimer::singleShot(0, &window, [&] { startDemo(runs, window); });
    open(arguments.open, store, window);
    // A folder that is no dataset yet may become one.
    for (const std::string& place : arguments.data)
        if (place.find('=') == std::string::npos && !recognizeData(catalogue(), place))
            window.openFiles({QString::fromStdString(place)});
    return QApplication::exec();
}
