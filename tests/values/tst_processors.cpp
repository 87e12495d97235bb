// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/processors.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <sched.h>
#include <unistd.h>

#include <algorithm>

using namespace concertina;

namespace {

/// Path and contents.
using Files = QList<QPair<QString, QByteArray>>;

int onlineCores() {
    return static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN));
}

/// As `sched_setaffinity` lets it be, for as long as this lives.
class OnOneProcessor {
public:
    OnOneProcessor() {
        sched_getaffinity(0, sizeof m_before, &m_before);
        cpu_set_t one;
        CPU_ZERO(&one);
        for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&one) == 0; ++i)
            if (CPU_ISSET(i, &m_before))
                CPU_SET(i, &one);
        sched_setaffinity(0, sizeof one, &one);
    }
    ~OnOneProcessor() { sched_setaffinity(0, sizeof m_before, &m_before); }
    OnOneProcessor(const OnOneProcessor&) = delete;
    OnOneProcessor& operator=(const OnOneProcessor&) = delete;

private:
    cpu_set_t m_before{};
};

const QByteArray version2 = "30 22 0:27 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw\n";
const QByteArray version1 = "29 22 0:26 / /proc rw - proc proc rw\n"
                            "31 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
                            "33 30 0:30 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n";

} // namespace

class ProcessorsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { qunsetenv("OMP_NUM_THREADS"); }

    void aProcessMayUseWhatItsAffinityHolds() {
        if (permittedProcessors("/nonexistent").count < 2)
            QSKIP("one processor");
        const OnOneProcessor affinity;
        QCOMPARE(permittedProcessors().count, 1);
        QCOMPARE(permittedProcessors("/nonexistent").by, std::string("affinity"));
        QCOMPARE(computeThreads(0).count, 1);
    }

    void aQuotaOfTimeIsThatManyProcessors_data() {
        QTest::addColumn<Files>("files");
        QTest::addColumn<int>("expected"); // 0: no limit
        const QString proc = "proc/self/", group = "sys/fs/cgroup/";
        const auto row = [&](const char* name, const QByteArray& mounts, const QByteArray& groups,
                             int expected, Files files) {
            files << qMakePair(proc + "mountinfo", mounts) << qMakePair(proc + "cgroup", groups);
            QTest::newRow(name) << files << expected;
        };
        row("half a processor", version2, "0::/job\n", 1,
            {{group + "job/cpu.max", "50000 100000\n"}});
        row("one and a bit", version2, "0::/job\n", 2, {{group + "job/cpu.max", "100001 100000\n"}});
        row("of a group above", version2, "0::/slice/job\n", 1,
            {{group + "slice/cpu.max", "100000 100000\n"},
             {group + "slice/job/cpu.max", "max 100000\n"}});
        row("the group above has more", version2, "0::/slice/job\n", 1,
            {{group + "slice/cpu.max", "900000 100000\n"},
             {group + "slice/job/cpu.max", "100000 100000\n"}});
        row("of another group", version2, "0::/job\n", 0,
            {{group + "job2/cpu.max", "100000 100000\n"}});
        row("none set", version2, "0::/job\n", 0, {{group + "job/cpu.max", "max 100000\n"}});
        row("a container with a name space of its own", version2, "0::/\n", 1,
            {{group + "cpu.max", "100000 100000\n"}});
        row("a group beyond what is mounted", version2, "0::/../other\n", 1,
            {{group + "cpu.max", "100000 100000\n"}});
        row("a container that sees the names outside",
            "30 22 0:27 /docker/a1 /sys/fs/cgroup ro - cgroup2 cgroup2 ro\n", "0::/docker/a1/in\n", 1,
            {{group + "in/cpu.max", "100000 100000\n"}});
        row("version 1", version1, "4:cpu,cpuacct:/job\n3:cpuset:/other\n", 1,
            {{group + "cpu,cpuacct/job/cpu.cfs_quota_us", "80000\n"},
             {group + "cpu,cpuacct/job/cpu.cfs_period_us", "100000\n"}});
        row("version 1 without a limit", version1, "4:cpu,cpuacct:/\n", 0,
            {{group + "cpu,cpuacct/cpu.cfs_quota_us", "-1\n"},
             {group + "cpu,cpuacct/cpu.cfs_period_us", "100000\n"}});
        row("both versions", version1 + "34 30 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
            "4:cpu,cpuacct:/job\n0::/job\n", 1,
            {{group + "cpu,cpuacct/job/cpu.cfs_quota_us", "100000\n"},
             {group + "cpu,cpuacct/job/cpu.cfs_period_us", "100000\n"}});
        row("a sliver", version2, "0::/job\n", 1, {{group + "job/cpu.max", "1 1000000\n"}});
        row("nothing of a number", version2, "0::/job\n", 0, {{group + "job/cpu.max", "many few\n"}});
        row("no period", version2, "0::/job\n", 0, {{group + "job/cpu.max", "100000 0\n"}});
        row("empty files", "", "", 0, {});
        row("cut files", "30 22 0:27 / /sys", "0:", 0, {});
        QTest::newRow("no files") << Files{} << 0;
    }

    void aQuotaOfTimeIsThatManyProcessors() {
        QFETCH(Files, files);
        QFETCH(int, expected);
        const QTemporaryDir root;
        for (const auto& [path, contents] : files) {
            const QString name = root.filePath(path);
            QVERIFY(QDir().mkpath(QFileInfo(name).path()));
            QFile file(name);
            QVERIFY(file.open(QIODevice::WriteOnly) && file.write(contents) == contents.size());
        }
        cpu_set_t affinity;
        QCOMPARE(sched_getaffinity(0, sizeof affinity, &affinity), 0);
        const int available = std::min(onlineCores(), CPU_COUNT(&affinity));
        const Allowance allowance = permittedProcessors(root.path().toStdString());
        QCOMPARE(allowance.count, expected == 0 ? available : std::min(available, expected));
        QCOMPARE(allowance.by == "cgroup", expected != 0 && expected < available);
    }

    void openMpsNumberComesBeforeThem_data() {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<int>("expected"); // 0: as if it were not set
        QTest::newRow("a number") << QByteArray("3") << 3;
        QTest::newRow("more than there are") << QByteArray("70") << 70;
        QTest::newRow("a list") << QByteArray("4,2") << 4;
        QTest::newRow("spaces") << QByteArray(" 2 , 1") << 2;
        for (const char* none : {"", "0", "-2", "many", "2x", ",3", "99999999999"})
            QTest::newRow(none) << QByteArray(none) << 0;
    }

    void openMpsNumberComesBeforeThem() {
        QFETCH(QByteArray, value);
        QFETCH(int, expected);
        qputenv("OMP_NUM_THREADS", value);
        const Allowance threads = computeThreads(0);
        QCOMPARE(threads.count, expected == 0 ? permittedProcessors().count : expected);
        QCOMPARE(threads.by == "OMP_NUM_THREADS", expected != 0);
    }

    void whatTheExperimentSaysComesBeforeAll() {
        qputenv("OMP_NUM_THREADS", "3");
        QCOMPARE(computeThreads(5).count, 5);
        QCOMPARE(computeThreads(5).by, std::string("train.threads"));
    }
};

QTEST_APPLESS_MAIN(ProcessorsTest)
#include "tst_processors.moc"
