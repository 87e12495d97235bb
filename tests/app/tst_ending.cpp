// SPDX-License-Identifier: GPL-3.0-or-later
// The window's program from outside: a process, its display, and what ends it.
#include "tests/app/cli_testing.h"

#include <QElapsedTimer>
#include <QJsonArray>
#include <QStandardPaths>
#include <QTest>

#include <csignal>

namespace {

constexpr int patience = 120'000; // ms; a machine may be busy with other tests

/// A display of one's own, that can be taken away.
class OwnDisplay {
public:
    OwnDisplay() {
        m_server.setProgram("Xvfb");
        m_server.setArguments({"-displayfd", "1", "-screen", "0", "1366x768x24", "-nolisten", "tcp"});
        m_server.start();
        QElapsedTimer timer;
        timer.start();
        while (!m_number.endsWith('\n') && timer.elapsed() < patience) {
            m_server.waitForReadyRead(1000);
            m_number += m_server.readAllStandardOutput();
        }
    }
    ~OwnDisplay() { takeAway(); }

    QString name() const { return ":" + QString::fromLatin1(m_number.trimmed()); }
    void takeAway() {
        m_server.kill();
        m_server.waitForFinished(patience);
    }

private:
    QProcess m_server;
    QByteArray m_number;
};

/// The window, in a process.
class Program {
public:
    Program(const cli::Workplace& place, const QStringList& words, const QString& display = {})
        : m_place(place) {
        auto environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_CONFIG_HOME", place.path("config"));
        environment.insert("XDG_DATA_HOME", place.path("data"));
        environment.insert("LC_ALL", "C.UTF-8");
        environment.remove("WAYLAND_DISPLAY");
        environment.remove("DISPLAY");
        environment.insert("QT_QPA_PLATFORM", display.isEmpty() ? "offscreen" : "xcb");
        if (!display.isEmpty())
            environment.insert("DISPLAY", display);
        m_process.setProcessEnvironment(environment);
        m_process.setProgram(CONCERTINA_GUI_PROGRAM);
        m_process.setArguments(place.inStore(words));
        m_process.setProcessChannelMode(QProcess::MergedChannels);
        m_process.start();
        if (!m_process.waitForStarted(patience))
            qFatal("%s", qPrintable(m_process.errorString()));
    }
    ~Program() {
        m_process.kill();
        m_process.waitForFinished(patience);
    }

    /// Waits until its run has trained; the step.
    int waitForSteps(int steps) const {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < patience && m_process.state() != QProcess::NotRunning) {
            const auto runs = m_place.run({"runs", "--json"}).objects();
            if (!runs.isEmpty() && runs.first()["step"].toInt() >= steps)
                return runs.first()["step"].toInt();
            QTest::qWait(200);
        }
        qFatal("nothing trains");
    }
    void signal(int number) const { ::kill(static_cast<pid_t>(m_process.processId()), number); }
    bool ends() { return m_process.waitForFinished(patience); }
    bool crashed() const { return m_process.exitStatus() == QProcess::CrashExit; }
    QByteArray text() { return m_process.readAll(); }

private:
    const cli::Workplace& m_place;
    QProcess m_process;
};

/// The step of the last checkpoint of the only run.
int checkpointOf(const cli::Workplace& place) {
    const QJsonArray checkpoints = place.shown()["checkpoints"].toArray();
    return checkpoints.isEmpty() ? -1 : checkpoints.last()["step"].toInt();
}

} // namespace

class EndingTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void helpAndVersionNeedNoDisplay_data() {
        QTest::addColumn<QString>("word");
        QTest::addColumn<QString>("text");
        QTest::newRow("help") << "--help" << "--store";
        QTest::newRow("h") << "-h" << "RUN";
        QTest::newRow("version") << "--version" << CONCERTINA_VERSION;
        QTest::newRow("v") << "-v" << CONCERTINA_VERSION;
    }

    void helpAndVersionNeedNoDisplay() {
        QFETCH(QString, word);
        QFETCH(QString, text);
        QProcess process;
        auto environment = QProcessEnvironment::systemEnvironment();
        for (const char* name : {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"})
            environment.remove(name);
        process.setProcessEnvironment(environment);
        process.start(CONCERTINA_GUI_PROGRAM, {word});
        QVERIFY(process.waitForFinished(patience));
        QCOMPARE(process.exitCode(), 0);
        const QByteArray out = process.readAllStandardOutput();
        QVERIFY2(out.contains(text.toUtf8()), out.constData());
        // And without them it says that it needs one.
        process.start(CONCERTINA_GUI_PROGRAM, QStringList());
        QVERIFY(process.waitForFinished(patience));
        QCOMPARE(process.exitCode(), 1);
        QVERIFY(process.readAllStandardError().contains("no display"));
    }

    void aSignalEndsItWithACheckpoint_data() {
        QTest::addColumn<int>("number");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGHUP") << SIGHUP;
        QTest::newRow("SIGINT") << SIGINT;
    }

    void aSignalEndsItWithACheckpoint() {
        QFETCH(int, number);
        const cli::Workplace place;
        Program program(place, {"--demo"});
        const int step = program.waitForSteps(2);
        program.signal(number);
        QVERIFY2(program.ends() && !program.crashed(), program.text().constData());
        QCOMPARE(place.state(), QString("paused"));
        QVERIFY(checkpointOf(place) >= step);
        QCOMPARE(checkpointOf(place), place.shown()["step"].toInt());
    }

    void aDisplayThatGoesAwayEndsItWithACheckpoint_data() {
        QTest::addColumn<bool>("quiet"); ///< Qt's warnings are turned off
        QTest::newRow("as it is") << false;
        QTest::newRow("without warnings") << true;
    }

    void aDisplayThatGoesAwayEndsItWithACheckpoint() {
        if (QStandardPaths::findExecutable("Xvfb").isEmpty())
            QSKIP("Xvfb is not installed: no display can be taken away");
        QFETCH(bool, quiet);
        OwnDisplay display;
        const cli::Workplace place;
        qputenv("QT_LOGGING_RULES", quiet ? "*.warning=false" : "");
        Program program(place, {"--demo"}, display.name());
        qunsetenv("QT_LOGGING_RULES");
        const int step = program.waitForSteps(2);
        display.takeAway();
        QVERIFY2(program.ends() && !program.crashed(), program.text().constData());
        QCOMPARE(place.state(), QString("paused"));
        QVERIFY(checkpointOf(place) >= step);
    }
};

QTEST_GUILESS_MAIN(EndingTest)
#include "tst_ending.moc"
