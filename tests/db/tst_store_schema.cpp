// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/db/store_testing.h"

#include "db/sqlite/query.h"
#include "db/sqlite/schema.h"

#include <QObject>

#include <cmath>
#include <map>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr auto badSql = "CREATE TABLE extra (x); INSERT INTO extra VALUES (1);"
                        "UPDATE run SET name = 'changed'; INSERT INTO nowhere VALUES (1);";

std::vector<EmbeddedText> stepsAnd(std::vector<EmbeddedText> further) {
    const auto steps = schemaSteps();
    std::vector<EmbeddedText> all(steps.begin(), steps.end());
    all.insert(all.end(), further.begin(), further.end());
    return all;
}

std::int64_t number(SQLite::Database& database, const char* sql) {
    return database.execAndGet(sql).getInt64();
}

/// Every definition and the version: what a schema is.
std::vector<std::string> schemaOf(const std::filesystem::path& file) {
    SQLite::Database database(file, SQLite::OPEN_READWRITE);
    std::vector<std::string> all{std::to_string(number(database, "PRAGMA user_version"))};
    Query query(database, "SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name");
    while (query.next())
        all.push_back(query.text(0));
    return all;
}

/// What a folder holds, to the byte. SQLite's index of the log is not kept, and it leaves an
/// empty log behind where a store was open for reading only.
std::map<std::string, std::string> filesIn(const std::filesystem::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && entry.file_size() > 0
            && !entry.path().string().ends_with("-shm"))
            files[entry.path().string()] = readFile(entry.path());
    return files;
}

void copyFixture(const std::string& name, const std::filesystem::path& to) {
    std::filesystem::create_directories(to);
    std::filesystem::copy(std::filesystem::path(CONCERTINA_SOURCE_DIR) / "tests/fixtures" / name,
                          to, std::filesystem::copy_options::recursive);
}

} // namespace

class StoreSchema : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void stepsAreNumberedInOrder();
    void freshStoreHasTheNewestVersion();
    void frozenStoreOfVersion1ReadsAsWritten();
    void frozenStoreGetsTheSchemaOfAFreshOne();
    void failingStepChangesNothing();
    void stepsBeforeAFailingOneStay();
    void copyOfTheOldVersionStays();
    void newerStoreIsRefusedUntouched_data();
    void newerStoreIsRefusedUntouched();
    void newerStoreIsReadWhereItAllowsThat();
    void olderProgramStopsWritingAMigratedStore();
    void databaseOfAnotherProgramIsRefusedUntouched();
    void manyOpenAFreshStoreAtOnce();
};

void StoreSchema::stepsAreNumberedInOrder() {
    const auto steps = schemaSteps();
    QVERIFY(!steps.empty());
    for (std::size_t i = 0; i < steps.size(); ++i)
        QCOMPARE(std::stoul(std::string(steps[i].name.substr(0, 4))), i + 1);
}

void StoreSchema::freshStoreHasTheNewestVersion() {
    const TemporaryStore folder;
    const Store store = folder.open();
    SQLite::Database raw = folder.raw();
    QCOMPARE(number(raw, "PRAGMA user_version"), schemaVersion());
    QCOMPARE(raw.execAndGet("PRAGMA journal_mode").getString(), "wal");
    // 1: the programs of the first version can read it, as long as no step says otherwise.
    QCOMPARE(raw.execAndGet("SELECT value FROM meta WHERE key = 'min_reader'").getString(), "1");
}

void StoreSchema::frozenStoreOfVersion1ReadsAsWritten() {
    const TemporaryStore folder;
    copyFixture("store-v1", folder.path());
    const Store store = folder.open();
    const RunId id = valueOf(store.findRun("キッチン – première"));
    const RunRecord run = valueOf(store.run(id));
    QCOMPARE(run.summary.notes, "first line\nsecond line");
    QCOMPARE(run.summary.group.value(), "kitchen");
    QCOMPARE(run.summary.seed, 42);
    QCOMPARE(run.summary.state, RunState::Stopped);
    QCOMPARE(run.summary.stateText, "by hand");
    QCOMPARE(run.summary.steps, 200);
    QCOMPARE(run.summary.stepsPerEpoch, 20);
    QVERIFY((run.summary.position == RunPosition{100, 5, 62.5}));
    QVERIFY(run.summary.ended.has_value() && !run.summary.owner.has_value());
    QCOMPARE(readSpec(run.spec).spec.name, "キッチン – première");
    QVERIFY(readSpec(run.spec).problems.empty());
    QCOMPARE(jsonText(run.plan), R"({"layers":["enc1","dec1"]})");
    QCOMPARE(jsonText(run.planChanges), R"([{"step":50,"change":"dec1: merged"}])");
    QCOMPARE(jsonText(run.dataset), R"({"name":"rooms","fingerprint":"0123"})");

    const SeriesInfo series = seriesOf(store, id, {"depth", "loss", "train"});
    QVERIFY((series.summary.lowest.value() == SeriesExtreme{20, 0.25}));
    QVERIFY((series.summary.highest.value() == SeriesExtreme{100, 0.75}));
    const auto points = valueOf(store.points(series.id));
    QCOMPARE(points.size(), 6U);
    QVERIFY(std::isnan(points[2].value));
    QCOMPARE(points[3].value, INFINITY);
    QCOMPARE(points[4].value, -INFINITY);
    QCOMPARE(points[5].seconds, 62.5);

    QCOMPARE(valueOf(store.latestCheckpoint(id)).value().sha256, "beef");
    QCOMPARE(valueOf(store.events(id)).at(0).text, "kitchen/7");
    QCOMPARE(valueOf(store.conflicts(id)).at(0).cosine, -0.25);
    const PreviewRecord preview = valueOf(store.previews(id)).at(0);
    QCOMPARE(preview.sample, "kitchen/1");
    QCOMPARE(readFile(store.folder() / preview.file), "\x89PNG");
}

void StoreSchema::frozenStoreGetsTheSchemaOfAFreshOne() {
    const TemporaryStore frozen, fresh;
    copyFixture("store-v1", frozen.path());
    (void)frozen.open();
    (void)fresh.open();
    QCOMPARE(schemaOf(frozen.file()), schemaOf(fresh.file()));
}

void StoreSchema::failingStepChangesNothing() {
    const TemporaryStore folder;
    const RunId run = [&] {
        Store store = folder.open();
        return valueOf(store.createRun(newRun("before")));
    }();
    const auto before = schemaOf(folder.file());
    {
        SQLite::Database raw = folder.raw();
        QVERIFY_EXCEPTION_THROWN(migrate(raw, folder.file(), stepsAnd({{"0002-bad", badSql}})),
                                 SQLite::Exception);
    }
    QCOMPARE(schemaOf(folder.file()), before);
    QCOMPARE(valueOf(folder.open().run(run)).summary.name, "before");
}

void StoreSchema::stepsBeforeAFailingOneStay() {
    const TemporaryStore folder;
    (void)folder.open();
    SQLite::Database raw = folder.raw();
    const auto steps =
        stepsAnd({{"good", "CREATE TABLE good (x)"}, {"bad", badSql}});
    QVERIFY_EXCEPTION_THROWN(migrate(raw, folder.file(), steps), SQLite::Exception);
    QCOMPARE(number(raw, "PRAGMA user_version"), schemaVersion() + 1);
    QVERIFY(raw.tableExists("good"));
    QVERIFY(!raw.tableExists("extra"));
}

void StoreSchema::copyOfTheOldVersionStays() {
    const TemporaryStore folder;
    const RunId run = [&] {
        Store store = folder.open();
        return valueOf(store.createRun(newRun("kept")));
    }();
    const auto old = schemaOf(folder.file());
    const auto copy =
        folder.path() / ("experiments-before-v" + std::to_string(schemaVersion() + 1) + ".db");
    QVERIFY(!std::filesystem::exists(copy)); // a fresh store is nothing to copy
    {
        SQLite::Database raw = folder.raw();
        migrate(raw, folder.file(), stepsAnd({{"next", "UPDATE run SET name = 'migrated'"}}));
    }
    QCOMPARE(schemaOf(copy), old);
    SQLite::Database kept(copy, SQLite::OPEN_READWRITE);
    QCOMPARE(kept.execAndGet("SELECT name FROM run").getString(), "kept");
}

void StoreSchema::newerStoreIsRefusedUntouched_data() {
    QTest::addColumn<bool>("logWaits");
    QTest::newRow("one file") << false;
    QTest::newRow("with commits that wait in the log") << true;
}

void StoreSchema::newerStoreIsRefusedUntouched() {
    QFETCH(const bool, logWaits);
    const TemporaryStore made, folder;
    (void)made.open();
    {
        SQLite::Database raw = made.raw();
        raw.exec("UPDATE meta SET value = '99'; PRAGMA user_version = 99");
        // Copied while it is open, as a program that was killed leaves it.
        if (logWaits)
            std::filesystem::copy(made.path(), folder.path(),
                                  std::filesystem::copy_options::recursive);
    }
    if (!logWaits)
        std::filesystem::copy(made.path(), folder.path(),
                              std::filesystem::copy_options::recursive);
    const auto before = filesIn(folder.path());
    QCOMPARE(before.size(), logWaits ? 2U : 1U);
    for (const StoreMode mode : {StoreMode::ReadWrite, StoreMode::ReadOnly}) {
        const auto store = Store::open(folder.path(), mode);
        QCOMPARE(codeOf(store), "store.newer");
        QCOMPARE(store.error().found, "store version 99");
        QVERIFY(filesIn(folder.path()) == before);
    }
}

void StoreSchema::newerStoreIsReadWhereItAllowsThat() {
    const TemporaryStore folder;
    const RunId run = [&] {
        Store store = folder.open();
        return valueOf(store.createRun(newRun("later")));
    }();
    folder.raw().exec("PRAGMA user_version = 99"); // min_reader stays 1
    QCOMPARE(codeOf(Store::open(folder.path(), StoreMode::ReadWrite)), "store.newer");
    QCOMPARE(valueOf(folder.open(StoreMode::ReadOnly).run(run)).summary.name, "later");
}

void StoreSchema::olderProgramStopsWritingAMigratedStore() {
    const TemporaryStore folder;
    Store store = folder.open();
    const RunId run = valueOf(store.createRun(newRun("mine")));
    folder.raw().exec("PRAGMA user_version = 99");
    QCOMPARE(codeOf(store.rename(run, "changed")), "store.newer");
    QCOMPARE(valueOf(store.run(run)).summary.name, "mine");
}

void StoreSchema::databaseOfAnotherProgramIsRefusedUntouched() {
    const TemporaryStore folder;
    std::filesystem::create_directories(folder.path());
    SQLite::Database(folder.file(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec("CREATE TABLE songs (title)");
    const auto before = filesIn(folder.path());
    QCOMPARE(codeOf(Store::open(folder.path(), StoreMode::ReadWrite)), "store.foreign");
    QVERIFY(filesIn(folder.path()) == before);
}

void StoreSchema::manyOpenAFreshStoreAtOnce() {
    // Ten rounds of four: without the second look at the version inside the transaction, one of
    // them finds its tables made already.
    for (int round = 0; round < 10; ++round) {
        const TemporaryStore folder;
        std::vector<std::string> codes(4);
        std::vector<std::thread> threads;
        for (std::string& code : codes)
            threads.emplace_back([&folder, &code] {
                code = codeOf(Store::open(folder.path(), StoreMode::ReadWrite));
            });
        for (std::thread& thread : threads)
            thread.join();
        QCOMPARE(codes, std::vector<std::string>(4));
    }
}

QTEST_GUILESS_MAIN(StoreSchema)
#include "tst_store_schema.moc"
