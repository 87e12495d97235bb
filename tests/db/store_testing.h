// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/store.h"
#include "db/store_writer.h"
#include "tests/expected.h"

#include <SQLiteCpp/Database.h>

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

/// What QCOMPARE shows of a text.
template <>
inline char* QTest::toString(const std::string& text) {
    return qstrdup(text.c_str());
}

namespace concertina::testing {

/// "" where there is no problem.
template <class T>
std::string codeOf(const Expected<T>& expected) {
    return expected ? std::string() : expected.error().code;
}

/// A folder of its own for each test, gone afterwards.
class TemporaryStore {
public:
    std::filesystem::path path() const { return m_folder.path().toStdString() + "/store"; }
    std::filesystem::path file() const { return path() / "experiments.db"; }

    Store open(StoreMode mode = StoreMode::ReadWrite) const {
        return valueOf(Store::open(path(), mode));
    }
    std::unique_ptr<StoreWriter> writer(const RunId& run, StoreWriterNews news = {},
                                        const StoreWriterOptions& options = {}) const {
        return valueOf(StoreWriter::open(path(), run, std::move(news), options));
    }
    /// Around the store, as another program would.
    SQLite::Database raw() const {
        return SQLite::Database(file(), SQLite::OPEN_READWRITE, 5000);
    }

private:
    QTemporaryDir m_folder;
};

inline NewRun newRun(const std::string& name, std::int64_t seed = 1) {
    NewRun run;
    run.spec.name = name;
    run.spec.seed = seed;
    return run;
}

/// One row of "segmentation/loss" in training, a step a tenth of an epoch and two seconds.
inline MetricRow lossRow(std::int64_t step, double value) {
    return {"segmentation", "loss", "train", step, static_cast<double>(step) / 10,
            static_cast<double>(step) * 2, value};
}

inline const SeriesKey lossKey{"segmentation", "loss", "train"};

inline CheckpointEvent checkpointEvent(const Store& store, const RunId& run, std::int64_t step) {
    CheckpointEvent event;
    event.position = {step, static_cast<double>(step) / 10, static_cast<double>(step) * 2};
    event.file = (store.checkpointFolder(run) / (std::to_string(step) + ".safetensors")).string();
    event.bytes = 5;
    event.sha256 = "abc" + std::to_string(step);
    event.reason = "schedule";
    return event;
}

/// The series of `key`, which must be there.
inline SeriesInfo seriesOf(const Store& store, const RunId& run, const SeriesKey& key) {
    for (const SeriesInfo& series : valueOf(store.series(run)))
        if (series.key == key)
            return series;
    qFatal("no series %s", key.name.c_str());
}

/// Equal to the bit, except that any NaN is equal to any other.
inline bool sameValue(double a, double b) {
    return (a != a && b != b) || std::memcmp(&a, &b, sizeof a) == 0;
}

void writeFile(const std::filesystem::path& file, std::string_view bytes);
std::string readFile(const std::filesystem::path& file);

/// tests/db/store_helper.cpp in a process of its own, which ends with this object.
class Helper {
public:
    explicit Helper(const std::vector<std::string>& arguments);
    ~Helper();
    Helper(const Helper&) = delete;
    Helper& operator=(const Helper&) = delete;

    void say(const std::string& text); ///< a line for its input
    std::string line();                ///< the next line that it prints, waited for
    void killHard();                   ///< kill -9, and waits until it is gone
    int finish();                      ///< closes its input and waits: the exit status
    qint64 pid() const { return m_process.processId(); }

private:
    QProcess m_process;
};

} // namespace concertina::testing
