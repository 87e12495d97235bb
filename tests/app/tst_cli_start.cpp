// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/app/cli_testing.h"

#include <QFile>
#include <QTest>

#include <sched.h>

#include <csignal>

using cli::tinySpec;
using cli::with;

// What the programs set up before all else: how threads wait, by which kernels OpenBLAS multiplies,
// how many threads compute; and that starting again for it changes nothing that is seen.
class CliStartTest : public QObject {
    Q_OBJECT

    cli::Workplace m_place;
    QString m_better; ///< what the program asks OpenBLAS for here; empty where it asks for nothing
    int m_logs = 0;

    /// A command that would compute, and ends when it finds no run.
    static QStringList computing() { return {"verify", "none"}; }

    /// What starts a program with these variables.
    static QStringList with_(const QStringList& variables) {
        return QStringList{"env", "-u", "OMP_WAIT_POLICY"} + variables;
    }

    /// The same with a BLAS that takes every processor for a Prescott; `log`: a line a program.
    QStringList unknowing(const QString& log, const QStringList& variables = {}) const {
        return with_(QStringList{"LD_PRELOAD=" FAKE_BLAS, "FAKE_BLAS_LOG=" + log,
                                 "ASAN_OPTIONS=verify_asan_link_order=0"}
                     + variables);
    }

    QString newLog() { return m_place.path(QString("log%1").arg(++m_logs)); }

    static QStringList linesOf(const QString& file) {
        return QString::fromUtf8(cli::fileBytes(file)).split('\n', Qt::SkipEmptyParts);
    }

    /// Trains the tiny spec; what `show` says of its environment.
    QJsonObject trained(const QStringList& wrapper, cli::Outcome& outcome,
                        const QJsonObject& spec = tinySpec()) {
        const QString file = m_place.write("spec.json", spec);
        outcome = cli::run(m_place.inStore({"train", file, "--json"}), wrapper);
        if (outcome.code != 0)
            return {};
        return m_place.shown(outcome.last()["run"].toString())["environment"].toObject();
    }

private Q_SLOTS:
    void initTestCase() {
        const QString log = newLog();
        const auto verified = cli::run(m_place.inStore(computing()), unknowing(log));
        QVERIFY2(verified.code == 1, qPrintable(verified.text()));
        const QString last = linesOf(log).last();
        m_better = last.section("core=", 1).section(' ', 0, 0);
    }

    void programsStartAgainOnceAsTheSameProcess_data() {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QStringList>("words");
        QTest::addColumn<int>("code");
        QTest::newRow("command line") << cli::program() << m_place.inStore(computing()) << 1;
#ifdef CONCERTINA_WINDOW
        QTest::newRow("window") << QString(CONCERTINA_WINDOW) << QStringList{"--version"} << 0;
#endif
    }

    void programsStartAgainOnceAsTheSameProcess() {
        QFETCH(QString, program);
        QFETCH(QStringList, words);
        QFETCH(int, code);
        const QString log = newLog();
        const auto start = unknowing(log, {"QT_QPA_PLATFORM=offscreen"});
        const auto outcome = cli::run(words, start, program);
        QVERIFY2(outcome.code == code, qPrintable(outcome.text()));
        const auto lines = linesOf(log);
        QCOMPARE(lines.size(), 2);
        QCOMPARE(lines[0].section(' ', 0, 0), lines[1].section(' ', 0, 0)); // the process's number
        QVERIFY2(lines[0].endsWith("core= wait="), qPrintable(lines[0]));
        QVERIFY2(lines[1].endsWith("core=" + m_better + " wait=PASSIVE"), qPrintable(lines[1]));
    }

    void whatIsSetWellStartsOnce() {
        const QString log = newLog();
        const QString core = m_better.isEmpty() ? "Prescott" : m_better;
        const auto outcome = cli::run(
            m_place.inStore(computing()),
            unknowing(log, {"OMP_WAIT_POLICY=active", "OPENBLAS_CORETYPE=" + core}));
        QCOMPARE(outcome.code, 1);
        QCOMPARE(linesOf(log).size(), 1);
        QVERIFY(linesOf(log).last().endsWith("wait=active"));
    }

    /// Loading LibTorch twice would be most of their time, and there is nothing to say.
    void commandsThatOnlyLookStartOnce() {
        for (const QStringList& words : {QStringList{"list", "tasks"}, QStringList{"--version"},
                                         QStringList{"spec", "show", "rooms-demo"}}) {
            const QString log = newLog();
            const auto outcome = cli::run(words, unknowing(log));
            QVERIFY2(outcome.code == 0 && outcome.err.isEmpty(), qPrintable(outcome.text()));
            QCOMPARE(linesOf(log).size(), 1);
        }
    }

    /// libgomp prints how long its threads spin before they sleep.
    void threadsThatWaitSleep() {
        const auto spins = [](const cli::Outcome& outcome) {
            const auto at = outcome.err.lastIndexOf("GOMP_SPINCOUNT = '");
            return at < 0 ? QByteArray("unknown") : outcome.err.mid(at + 18, 2);
        };
        const auto outcome = cli::run(m_place.inStore(computing()), with_({"OMP_DISPLAY_ENV=verbose"}));
        if (spins(outcome) == "unknown")
            QSKIP("another OpenMP than GCC's");
        QCOMPARE(spins(outcome), QByteArray("0'"));
        const auto active = cli::run(m_place.inStore(computing()),
                                     with_({"OMP_DISPLAY_ENV=verbose", "OMP_WAIT_POLICY=ACTIVE"}));
        QVERIFY(spins(active) != QByteArray("0'"));
    }

    void wordsInputAndExitCodeAreKept() {
        const QString file = m_place.write("spec.json", tinySpec());
        const QString log = newLog();
        const QStringList piped{"sh", "-c", "exec \"$0\" \"$@\" < '" + file + "'"};
        const auto trained =
            cli::run(m_place.inStore({"train", "/dev/stdin", "--set", "train.steps=2"}),
                     piped + unknowing(log));
        QVERIFY2(trained.code == 0, qPrintable(trained.text()));
        QCOMPARE(linesOf(log).size(), 2);
        const auto problem =
            cli::run(m_place.inStore({"train", "no such  fïle"}), unknowing(newLog()));
        QCOMPARE(problem.code, 1);
        QVERIFY2(problem.err.contains("no such  fïle"), qPrintable(problem.text()));
    }

    void kernelsBelowTheProcessorAreReplacedAndItIsSaid_data() {
        QTest::addColumn<QStringList>("variables");
        QTest::addColumn<QString>("said");
        QTest::newRow("detected") << QStringList{} << "takes this processor for Prescott";
        QTest::newRow("set") << QStringList{"OPENBLAS_CORETYPE=Prescott"}
                             << "OPENBLAS_CORETYPE was set to Prescott";
    }

    void kernelsBelowTheProcessorAreReplacedAndItIsSaid() {
        QFETCH(QStringList, variables);
        QFETCH(QString, said);
        if (m_better.isEmpty())
            QSKIP("this processor has nothing above the oldest kernels");
        cli::Outcome outcome;
        const auto environment = trained(unknowing(newLog(), variables), outcome);
        QVERIFY2(outcome.code == 0, qPrintable(outcome.text()));
        QCOMPARE(environment["blas_core"].toString(), m_better);
        const auto notices = outcome.notices("environment.blas_core");
        QCOMPARE(notices.size(), 1);
        const QString text = notices[0]["text"].toString();
        QVERIFY2(text.contains(said) && text.contains("OPENBLAS_CORETYPE=" + m_better)
                     && text.contains("CONCERTINA_KEEP_CORETYPE=1"),
                 qPrintable(text));
        QCOMPARE(notices[0]["level"].toString(), QString("info"));
        // Other commands that compute say it beside their results.
        const QString run = outcome.last()["run"].toString();
        const auto verified =
            cli::run(m_place.inStore({"verify", run}), unknowing(newLog(), variables));
        QVERIFY2(verified.code == 0 && verified.err.contains(said.toUtf8()),
                 qPrintable(verified.text()));
    }

    void kernelsThatAreKeptAreWarnedOf() {
        if (m_better.isEmpty())
            QSKIP("this processor has nothing above the oldest kernels");
        const QString log = newLog();
        cli::Outcome outcome;
        const auto environment = trained(unknowing(log, {"CONCERTINA_KEEP_CORETYPE=1"}), outcome);
        QCOMPARE(environment["blas_core"].toString(), QString("Prescott"));
        QVERIFY(linesOf(log).last().endsWith("core= wait=PASSIVE"));
        const auto notices = outcome.notices("environment.blas_core");
        QCOMPARE(notices.size(), 1);
        QCOMPARE(notices[0]["level"].toString(), QString("warning"));
        QVERIFY(notices[0]["text"].toString().contains(m_better));
    }

    void kernelsThatAreWrongOrCrashAreNotTaken_data() {
        QTest::addColumn<QString>("fault");
        QTest::addColumn<QString>("setting");
        for (const char* fault : {"wrong", "crash"})
            for (const char* setting : {"", "Prescott"})
                QTest::addRow("%s %s", fault, setting) << QString(fault) << QString(setting);
    }

    void kernelsThatAreWrongOrCrashAreNotTaken() {
        QFETCH(QString, fault);
        QFETCH(QString, setting);
        if (m_better.isEmpty())
            QSKIP("this processor has nothing above the oldest kernels");
        const QString log = newLog();
        QStringList variables{"FAKE_BLAS=" + fault};
        if (!setting.isEmpty())
            variables << "OPENBLAS_CORETYPE=" + setting;
        cli::Outcome outcome;
        const auto environment = trained(unknowing(log, variables), outcome);
        QVERIFY2(outcome.code == 0, qPrintable(outcome.text()));
        QCOMPARE(linesOf(log).size(), 3); // there, and back once
        QVERIFY(linesOf(log).last().endsWith("core=" + setting + " wait=PASSIVE"));
        QCOMPARE(environment["blas_core"].toString(), QString("Prescott"));
        const auto notices = outcome.notices("environment.blas_core");
        QCOMPARE(notices.size(), 1);
        QVERIFY2(notices[0]["text"].toString().contains("failed a check"),
                 qPrintable(notices[0]["text"].toString()));
    }

    /// The real BLAS: a run keeps its bits by its kernels, and a resume by others says so.
    void aResumeByOtherKernelsSaysSoAndHowToHaveThem() {
        const QStringList kept = with_({"OPENBLAS_CORETYPE=Prescott", "CONCERTINA_KEEP_CORETYPE=1"});
        cli::Outcome whole;
        const auto spec = with(tinySpec(), "train.steps", 40);
        const auto environment = trained(kept, whole, spec);
        if (environment["blas_core"].toString() != "Prescott" || m_better.isEmpty())
            QSKIP("no OpenBLAS with several kernels, or a processor that has only the oldest");
        const auto cut = [&] {
            cli::Training training(m_place.inStore({"train", m_place.write("spec.json", spec)}), kept);
            const bool begun = !training.waitForStep(3).isEmpty();
            training.signal(SIGINT);
            const auto outcome = training.wait();
            return begun && outcome.code == 130 ? outcome.last()["run"].toString()
                                                : QString("not cut");
        };
        const auto resumed = [&](const QStringList& wrapper) {
            return cli::run(m_place.inStore({"resume", cut(), "--json"}), wrapper);
        };
        const auto other = resumed(with_({}));
        QVERIFY2(other.code == 0, qPrintable(other.text()));
        QCOMPARE(other.notices("resume.environment").size(), 1);
        const QString text = other.notices("resume.environment")[0]["text"].toString();
        QVERIFY2(text.contains("kernels (Prescott → ")
                     && text.contains("OPENBLAS_CORETYPE=Prescott CONCERTINA_KEEP_CORETYPE=1"),
                 qPrintable(text));
        const auto same = resumed(kept);
        QVERIFY2(same.code == 0, qPrintable(same.text()));
        QCOMPARE(same.notices("resume.environment").size(), 0);
        QCOMPARE(same.last()["metrics"].toObject(), whole.last()["metrics"].toObject());
    }

    /// The real BLAS: what was set for it changes nothing of the result.
    void runsAreEqualWhateverWasSet() {
        QList<QJsonObject> metrics;
        QStringList cores;
        for (const QStringList& variables :
             {QStringList{}, QStringList{"OPENBLAS_CORETYPE=Prescott"}}) {
            cli::Outcome outcome;
            cores << trained(with_(variables), outcome)["blas_core"].toString();
            QVERIFY2(outcome.code == 0, qPrintable(outcome.text()));
            metrics << outcome.last()["metrics"].toObject();
        }
        if (cores[0] != cores[1])
            QSKIP("an OpenBLAS with a name of its own for this processor");
        QCOMPARE(metrics[0], metrics[1]);
    }

    void threadsAreThoseThatTheProcessMayUse() {
        cpu_set_t before, one;
        QCOMPARE(sched_getaffinity(0, sizeof before, &before), 0);
        CPU_ZERO(&one);
        for (int i = 0; CPU_COUNT(&one) == 0; ++i)
            if (CPU_ISSET(i, &before))
                CPU_SET(i, &one);
        const auto spec = with(tinySpec(), "train.threads", 0);
        cli::Outcome outcome;
        QCOMPARE(sched_setaffinity(0, sizeof one, &one), 0); // programs that are started have it, too
        auto environment = trained({}, outcome, spec);
        QCOMPARE(sched_setaffinity(0, sizeof before, &before), 0);
        QCOMPARE(environment["threads"].toInt(), 1);
        QCOMPARE(environment["processors"].toInt(), 1);
        environment = trained({"env", "OMP_NUM_THREADS=3"}, outcome, spec);
        QCOMPARE(environment["threads"].toInt(), 3);
        QCOMPARE(environment["threads_by"].toString(), QString("OMP_NUM_THREADS"));
    }
};

QTEST_GUILESS_MAIN(CliStartTest)
#include "tst_cli_start.moc"
