// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/blas_core.h"
#include "core/training/environment.h"

#include <QFile>
#include <QSet>
#include <QTest>

using namespace concertina;

namespace {

const std::string blas = "OpenBLAS 0.3.21 DYNAMIC_ARCH NO_AFFINITY USE_OPENMP ";

Json record(const std::string& core) {
    return {{"concertina", "0.1.0"}, {"libtorch", "1.13.1"}, {"blas", blas + core + " MAX_THREADS=64"},
            {"processor", "Xeon"},   {"threads", 2}};
}

/// What the kernel says of the first processor.
QSet<QString> processorFlags() {
    QFile file("/proc/cpuinfo");
    if (file.open(QIODevice::ReadOnly))
        for (const QByteArray& line : file.readAll().split('\n'))
            if (line.startsWith("flags")) {
                const auto words = QString::fromUtf8(line.mid(line.indexOf(':') + 1)).split(' ');
                return {words.begin(), words.end()};
            }
    return {};
}

} // namespace

// What a run records of the machine, and what is said of it.
class EnvironmentTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void whatEqualBitsDependOnIsReported_data() {
        QTest::addColumn<QByteArray>("now");
        QTest::addColumn<QString>("reported");
        const auto row = [](const char* name, const Json& now, const QString& reported) {
            QTest::newRow(name) << QByteArray::fromStdString(now.dump()) << reported;
        };
        row("nothing", record("Prescott"), "");
        row("kernels", record("SkylakeX"), "OpenBLAS's kernels (Prescott → SkylakeX)");
        Json other = record("Prescott");
        other["threads"] = 4;
        row("threads", other, "threads (2 → 4)");
        other = record("Prescott");
        other["host"] = "elsewhere";
        other["processors"] = 7; // what has no say in the bits
        row("a host", other, "");
        other = record("Prescott");
        other["blas"] = "reference";
        row("another library", other,
            QString::fromStdString("blas (" + blas + "Prescott MAX_THREADS=64 → reference)"));
        other = record("Haswell");
        other["blas"] = "OpenBLAS 0.3.29 DYNAMIC_ARCH NO_AFFINITY USE_OPENMP Haswell MAX_THREADS=128";
        row("another version", other,
            QString::fromStdString("blas (" + blas + "Prescott MAX_THREADS=64 → "
                                   + other["blas"].get<std::string>() + ")"));
    }

    void whatEqualBitsDependOnIsReported() {
        QFETCH(QByteArray, now);
        QFETCH(QString, reported);
        QStringList names;
        for (const std::string& name :
             environmentDifferences(record("Prescott"), Json::parse(now.toStdString())))
            names << QString::fromStdString(name);
        QCOMPARE(names.join("; "), reported);
    }

    void aRunFromBeforeNamesItsKernelsToo() {
        QCOMPARE(recordedCore(record("Prescott")), std::string("Prescott")); // no "blas_core" in it
        QCOMPARE(recordedCore({{"blas", "MKL"}}), std::string());
        QCOMPARE(recordedCore({{"blas", 3}}), std::string());
        QCOMPARE(recordedCore(Json()), std::string());
    }

    void whatIsRecordedOfThisMachineIsWhatItHas() {
        const Json now = environment(3);
        QCOMPARE(now["threads"].get<int>(), 3);
        QCOMPARE(now["threads_by"].get<std::string>(), std::string("train.threads"));
        QVERIFY(now["processors"].get<int>() >= 1);
        QVERIFY(now["processors"].get<int>() <= now["cores"].get<int>());
        QCOMPARE(now["blas_core"].get<std::string>(), recordedCore(now));
        QVERIFY(environmentDifferences(now, now).empty());
    }

    void coreTypesAreOrderedByTheirInstructions() {
        const QStringList rising{"Prescott", "Sandybridge", "Haswell", "SkylakeX"};
        for (int i = 0; i < rising.size(); ++i)
            for (int j = 0; j < rising.size(); ++j)
                QCOMPARE(isCoreBelow(rising[i].toStdString(), rising[j].toStdString()), i < j);
        QVERIFY(isCoreBelow("nehalem", "COOPERLAKE")); // OpenBLAS reads them so
        QVERIFY(!isCoreBelow("Zen", "Haswell") && !isCoreBelow("Haswell", "Zen"));
        QVERIFY(!isCoreBelow("SkylakeX", "Cooperlake"));
        // What this program has not heard of is left alone.
        QVERIFY(!isCoreBelow("NeoverseN1", "SkylakeX") && !isCoreBelow("", "SkylakeX")
                && !isCoreBelow("Prescott", ""));
    }

    void theProcessorsCoreTypeAsksForNothingThatItLacks() {
        const auto flags = processorFlags();
        const QString core = QString::fromStdString(processorCore());
        if (core == "SkylakeX" || core == "Cooperlake")
            QVERIFY(flags.contains("avx512vl") && flags.contains("avx512bw"));
        else if (core == "Haswell" || core == "Zen")
            QVERIFY(flags.contains("avx2") && flags.contains("fma") && !flags.contains("avx512vl"));
        else if (core == "Sandybridge")
            QVERIFY(flags.contains("avx") && !flags.contains("avx2"));
        else
            QVERIFY2(core.isEmpty() && !flags.contains("avx"), qPrintable(core));
    }

    void productsOfThisBlasAreRight() { QVERIFY(areProductsRight()); }
};

QTEST_APPLESS_MAIN(EnvironmentTest)
#include "tst_environment.moc"
