// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/db/store_testing.h"

#include <QObject>

#include <cmath>
#include <limits>
#include <random>

using namespace concertina;
using namespace concertina::testing;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
const double notANumber = std::numeric_limits<double>::quiet_NaN();

/// 200 characters each, in scripts of one to four bytes a character, and what SQL quotes.
const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const char* piece : {"a", "ß", "厨", "😀", "ي", "'", "\"", "%"}) {
        std::string name;
        for (int i = 0; i < 200; ++i)
            name += piece;
        all.push_back(name);
    }
    return all;
}();

/// A summary from the rows alone.
void verifySummary(const SeriesSummary& summary, const std::vector<MetricPoint>& points) {
    QCOMPARE(summary.rows, static_cast<std::int64_t>(points.size()));
    QCOMPARE(summary.lastStep, points.back().step);
    QVERIFY(sameValue(summary.last, points.back().value));
    std::optional<SeriesExtreme> lowest, highest;
    for (const MetricPoint& point : points) {
        if (!std::isfinite(point.value))
            continue;
        if (!lowest || point.value < lowest->value)
            lowest = {point.step, point.value};
        if (!highest || point.value > highest->value)
            highest = {point.step, point.value};
    }
    QVERIFY(summary.lowest == lowest);
    QVERIFY(summary.highest == highest);
}

} // namespace

class StoreRows : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void everyValueComesBackToTheBit();
    void namesOfAnyScriptComeBack();
    void summariesAreThoseOfTheRows();
    void summariesSurviveRowsThatComeTwiceOrLate();
    void summariesAreTrueAfterEveryCommit();
    void noValueIsNoExtreme();
    void laterRowAtAStepReplacesTheEarlier();
    void cursorGivesWhatIsNew();
    void sampledPointsSpanTheSeries();
    void runAndItsDocumentsComeBack();
    void checkpointsComeBackInOrder();
    void previewsAreFilesAndComeBack();
    void eventsComeBackInOrderAndByCursor();
    void conflictsComeBack();
    void latestConflictsComeAlone();
    void abandonedSegmentsAreNotShown();

private:
    std::unique_ptr<TemporaryStore> m_folder;
    std::optional<Store> m_store;
    RunId m_run;

    void append(MetricRows rows) const {
        const auto writer = m_folder->writer(m_run);
        done(writer->append(std::move(rows)));
        done(writer->close());
    }
    SeriesInfo loss() const { return seriesOf(*m_store, m_run, lossKey); }
};

void StoreRows::init() {
    m_store.reset();
    m_folder = std::make_unique<TemporaryStore>();
    m_store = m_folder->open();
    m_run = valueOf(m_store->createRun(newRun("rows")));
}

void StoreRows::everyValueComesBackToTheBit() {
    const std::vector<double> values = {
        0, 1, -1, 0.1, 1e300, -1e300, std::numeric_limits<double>::denorm_min(),
        std::numeric_limits<double>::max(), std::numeric_limits<double>::epsilon(), infinity,
        -infinity, notANumber, 9007199254740993.0, 3};
    MetricRows rows;
    for (std::size_t i = 0; i < values.size(); ++i)
        rows.push_back(lossRow(static_cast<std::int64_t>(i) * 1'000'000'000'000, values[i]));
    append(rows);
    const auto points = valueOf(m_store->points(loss().id));
    QCOMPARE(points.size(), values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        QVERIFY2(sameValue(points[i].value, values[i]), std::to_string(values[i]).c_str());
        QCOMPARE(points[i].step, rows[i].step);
        QVERIFY(sameValue(points[i].epoch, rows[i].epoch));
        QVERIFY(sameValue(points[i].seconds, rows[i].seconds));
    }
}

void StoreRows::namesOfAnyScriptComeBack() {
    MetricRows rows;
    for (const std::string& name : names)
        rows.push_back({name, name, name, 1, 0, 0, 1});
    append(rows);
    std::vector<SeriesKey> expected;
    for (const std::string& name : names)
        expected.push_back({name, name, name});
    std::sort(expected.begin(), expected.end());
    QVERIFY(valueOf(m_store->seriesKeys()) == expected);
    for (const std::string& name : names) {
        NewRun run = newRun(name);
        run.spec.notes = name;
        run.group = name;
        const RunId id = valueOf(m_store->createRun(run));
        const RunSummary back = valueOf(m_store->run(id)).summary;
        QCOMPARE(back.name, name);
        QCOMPARE(back.notes, name);
        QCOMPARE(back.group.value(), name);
        QCOMPARE(valueOf(m_store->findRun(name)), id);
        done(m_store->rename(m_run, name));
        QCOMPARE(valueOf(m_store->run(m_run)).summary.name, name);
    }
}

void StoreRows::summariesAreThoseOfTheRows() {
    // Equal extremes at two steps, and values that no extreme may be.
    append({lossRow(1, notANumber), lossRow(2, 5), lossRow(3, -infinity), lossRow(4, -2), lossRow(5, 5),
            lossRow(6, -2), lossRow(7, infinity)});
    verifySummary(loss().summary, valueOf(m_store->points(loss().id)));
    QCOMPARE(loss().summary.highest.value().step, 2);
    QCOMPARE(loss().summary.lowest.value().step, 4);
}

void StoreRows::summariesSurviveRowsThatComeTwiceOrLate() {
    std::mt19937 random(7);
    for (int round = 0; round < 20; ++round) {
        MetricRows rows;
        // 15 rows over 30 steps: about a quarter of them come again, half of them late.
        for (int i = 0; i < 15; ++i)
            rows.push_back(lossRow(random() % 30, static_cast<double>(random() % 10)));
        append(std::move(rows));
        verifySummary(loss().summary, valueOf(m_store->points(loss().id)));
    }
}

void StoreRows::summariesAreTrueAfterEveryCommit() {
    const auto writer = m_folder->writer(m_run);
    for (int step = 0; step < 30; ++step) {
        done(writer->append({lossRow(step, std::cos(step))}));
        done(writer->flush());
        verifySummary(loss().summary, valueOf(m_store->points(loss().id)));
    }
}

void StoreRows::noValueIsNoExtreme() {
    append({lossRow(1, notANumber), lossRow(2, infinity)});
    QVERIFY(!loss().summary.lowest.has_value());
    QVERIFY(!loss().summary.highest.has_value());
    QCOMPARE(loss().summary.last, infinity);
    append({lossRow(3, notANumber)});
    QVERIFY(std::isnan(loss().summary.last));
    QCOMPARE(loss().summary.rows, 3);
}

void StoreRows::laterRowAtAStepReplacesTheEarlier() {
    append({lossRow(1, 10), lossRow(2, 20)});
    append({lossRow(1, 11)});
    const auto points = valueOf(m_store->points(loss().id));
    QCOMPARE(points.size(), 2U);
    QCOMPARE(points[0].value, 11.0);
    QCOMPARE(loss().summary.last, 20.0);
}

void StoreRows::cursorGivesWhatIsNew() {
    append({lossRow(0, 0), lossRow(1, 1), lossRow(2, 2)});
    const SeriesId series = loss().id;
    QCOMPARE(valueOf(m_store->points(series)).size(), 3U);
    QCOMPARE(valueOf(m_store->points(series, -1, 2)).back().step, 1);
    QVERIFY(valueOf(m_store->points(series, 2)).empty());
    append({lossRow(3, 3), lossRow(4, 4)});
    const auto fresh = valueOf(m_store->points(series, 2));
    QCOMPARE(fresh.size(), 2U);
    QCOMPARE(fresh[0].step, 3);
    QVERIFY(valueOf(m_store->points(series + 1000)).empty());
}

void StoreRows::sampledPointsSpanTheSeries() {
    MetricRows rows;
    for (int step = 10; step <= 1010; ++step)
        rows.push_back(lossRow(step, step));
    append(std::move(rows));
    const auto points = valueOf(m_store->sampledPoints(loss().id, 11));
    QCOMPARE(points.size(), 11U);
    for (std::size_t i = 0; i < points.size(); ++i)
        QCOMPARE(points[i].step, static_cast<std::int64_t>(10 + 100 * i));
    // Fewer points than asked for: each once.
    QCOMPARE(valueOf(m_store->sampledPoints(loss().id, 100000)).size(), 1001U);
    QVERIFY(valueOf(m_store->sampledPoints(loss().id + 1000, 10)).empty());
}

void StoreRows::runAndItsDocumentsComeBack() {
    RunStart start;
    start.spec.name = "other";
    start.spec.train.lr = 0.125;
    start.plan = {{"a", 1}};
    start.dataset = {{"name", "rooms"}};
    start.environment = {{"machine", "küche"}};
    start.steps = 500;
    start.stepsPerEpoch = 50;
    start.trainedParameters = 12;
    start.collapsedParameters = 4;
    const auto before = std::chrono::system_clock::now() - std::chrono::milliseconds(1);
    done(m_store->recordStart(m_run, start));
    const RunRecord run = valueOf(m_store->run(m_run));
    QCOMPARE(run.summary.name, "rows"); // a name that a person may have changed since
    QVERIFY(readSpec(run.spec).spec == start.spec);
    QVERIFY(run.plan == start.plan && run.dataset == start.dataset);
    QVERIFY(run.environment == start.environment);
    QCOMPARE(run.summary.steps, 500);
    QCOMPARE(run.summary.stepsPerEpoch, 50);
    QCOMPARE(run.summary.trainedParameters, 12.0);
    QCOMPARE(run.summary.collapsedParameters, 4.0);
    QVERIFY(run.summary.started.value() >= before);
    QCOMPARE(jsonText(run.planChanges), "[]");
    ExperimentSpec changed = start.spec;
    changed.network.planChanges = {"7: *: separate"};
    done(m_store->recordPlan(
        m_run, {changed, {{"layers", 3}}, Json::array({{{"step", 7}}}), 20, 6}));
    const RunRecord after = valueOf(m_store->run(m_run));
    QVERIFY(readSpec(after.spec).spec == changed);
    QCOMPARE(jsonText(after.plan), R"({"layers":3})");
    QCOMPARE(jsonText(after.planChanges), R"([{"step":7}])");
    QVERIFY(after.dataset == start.dataset);
    QCOMPARE(after.summary.trainedParameters, 20.0);
    QCOMPARE(after.summary.collapsedParameters, 6.0);
}

void StoreRows::checkpointsComeBackInOrder() {
    QVERIFY(!valueOf(m_store->latestCheckpoint(m_run)).has_value());
    const auto writer = m_folder->writer(m_run);
    for (const int step : {30, 10, 20, 30})
        done(writer->checkpoint(checkpointEvent(*m_store, m_run, step)));
    done(writer->close());
    const auto all = valueOf(m_store->checkpoints(m_run));
    QCOMPARE(all.size(), 3U); // the second one at step 30 took the first one's place
    const CheckpointRecord& last = all.back();
    QVERIFY((last.position == RunPosition{30, 3, 60}));
    QCOMPARE(last.file, "runs/" + m_run + "/checkpoints/30.safetensors");
    QCOMPARE(last.bytes, 5);
    QCOMPARE(last.sha256, "abc30");
    QCOMPARE(last.reason, "schedule");
    QVERIFY(valueOf(m_store->latestCheckpoint(m_run)) == last);
}

void StoreRows::previewsAreFilesAndComeBack() {
    const auto writer = m_folder->writer(m_run);
    const auto bytes = [](std::string_view text) {
        return std::vector<std::uint8_t>(text.begin(), text.end());
    };
    for (const std::string& sample : names)
        done(writer->preview(5, {sample, "depth", "truth", bytes("PNG of " + sample)}));
    done(writer->preview(7, {"s", "", "image", bytes("old")}));
    done(writer->preview(7, {"s", "", "image", bytes("new")}));
    done(writer->close());
    const auto previews = valueOf(m_store->previews(m_run));
    QCOMPARE(previews.size(), names.size() + 1);
    for (const PreviewRecord& preview : previews)
        QCOMPARE(readFile(m_store->folder() / preview.file),
                 preview.step == 7 ? "new" : "PNG of " + preview.sample);
    QCOMPARE(valueOf(m_store->previews(m_run, 5)).size(), 1U);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(m_folder->path()))
        QVERIFY(entry.path().extension() != ".part");
}

void StoreRows::eventsComeBackInOrderAndByCursor() {
    const auto writer = m_folder->writer(m_run);
    done(writer->notice({{5, 0, 0}, NoticeLevel::Info, "a", "first"}));
    done(writer->notice({{3, 0, 0}, NoticeLevel::Warning, "b", "second"}));
    done(writer->notice({{9, 0, 0}, NoticeLevel::Error, "c", "third"}));
    done(writer->close());
    const auto all = valueOf(m_store->events(m_run));
    QCOMPARE(all.size(), 3U);
    QCOMPARE(all[0].text, "first");
    QCOMPARE(all[1].step, 3);
    QCOMPARE(all[1].level, NoticeLevel::Warning);
    QCOMPARE(all[2].code, "c");
    QVERIFY(all[2].level == NoticeLevel::Error && all[0].level == NoticeLevel::Info);
    const auto later = valueOf(m_store->events(m_run, all[1].number));
    QCOMPARE(later.size(), 1U);
    QVERIFY(later[0] == all[2]);
}

void StoreRows::conflictsComeBack() {
    const auto writer = m_folder->writer(m_run);
    done(writer->append(ConflictRows{{8, "dec1", "M", "depth", "normal", "exact", notANumber, 2, 0},
                                     {8, "dec1", "U", "depth", "normal", "exact", -1, 3, 4}}));
    done(writer->close());
    const auto rows = valueOf(m_store->conflicts(m_run));
    QCOMPARE(rows.size(), 2U);
    QCOMPARE(rows[0].factor, "M");
    QVERIFY(std::isnan(rows[0].cosine));
    QCOMPARE(rows[1].step, 8);
    QCOMPARE(rows[1].layer, "dec1");
    QCOMPARE(rows[1].taskA, "depth");
    QCOMPARE(rows[1].taskB, "normal");
    QCOMPARE(rows[1].estimator, "exact");
    QVERIFY(rows[1].cosine == -1 && rows[1].normA == 3 && rows[1].normB == 4);
}

void StoreRows::latestConflictsComeAlone() {
    const auto writer = m_folder->writer(m_run);
    for (const std::int64_t step : {50, 100, 150, 200})
        done(writer->append(ConflictRows{{step, "l", "U", "a", "b", "exact", 0.5, 1, 1},
                                         {step, "l", "V", "a", "b", "exact", 0.5, 1, 1}}));
    done(writer->close());
    const auto steps = [&](std::int64_t after, std::int64_t last) {
        std::vector<std::int64_t> found;
        for (const ConflictRow& row : valueOf(m_store->conflicts(m_run, after, last)))
            found.push_back(row.step);
        return found;
    };
    QCOMPARE(steps(-1, 2), (std::vector<std::int64_t>{150, 150, 200, 200}));
    QCOMPARE(steps(150, 3), (std::vector<std::int64_t>{200, 200}));
    QCOMPARE(steps(200, 3), std::vector<std::int64_t>{});
    QCOMPARE(steps(-1, 0), std::vector<std::int64_t>{});
    QCOMPARE(steps(-1, 9).size(), 8U);
}

void StoreRows::abandonedSegmentsAreNotShown() {
    const auto writer = m_folder->writer(m_run);
    done(writer->append({lossRow(1, 1)}));
    done(writer->append(ConflictRows{{1, "l", "M", "a", "b", "exact", 0, 1, 1}}));
    done(writer->preview(1, {"s", "", "image", {1}}));
    done(writer->checkpoint(checkpointEvent(*m_store, m_run, 1)));
    done(writer->notice({{1, 0, 0}, NoticeLevel::Info, "a", "a"}));
    done(writer->close());
    SQLite::Database raw = m_folder->raw();
    for (const char* table : {"series", "conflict", "preview", "checkpoint", "event"})
        QCOMPARE(raw.exec(std::string("UPDATE ") + table + " SET segment = 1"), 1);
    QVERIFY(valueOf(m_store->series(m_run)).empty());
    QVERIFY(valueOf(m_store->conflicts(m_run)).empty());
    QVERIFY(valueOf(m_store->previews(m_run)).empty());
    QVERIFY(valueOf(m_store->checkpoints(m_run)).empty());
    QVERIFY(!valueOf(m_store->latestCheckpoint(m_run)).has_value());
    QVERIFY(valueOf(m_store->events(m_run)).empty());
    QVERIFY(!valueOf(m_store->runs({lossKey})).at(0).columns.at(0).has_value());
}

QTEST_GUILESS_MAIN(StoreRows)
#include "tst_store_rows.moc"
