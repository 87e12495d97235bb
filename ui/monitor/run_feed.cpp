// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/monitor/run_feed.h"

#include "db/store.h"
#include "ui/store/store_access.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace concertina {

namespace {

/// Of one series at once: what the window's thread takes in within a few milliseconds.
constexpr std::int64_t mostPoints = 4096;

constexpr std::chrono::milliseconds lookAgain{3000};

} // namespace

/// Where reading goes on.
struct RunFeed::Cursors {
    RunId run;
    std::int64_t generation = -1;
    std::map<CurveKey, std::int64_t> steps; ///< of the wanted curves
    std::int64_t event = 0;
    std::int64_t preview = -1;
    std::int64_t conflict = -1;
};

struct RunFeed::News {
    RunRecord record;
    bool anew = false; ///< everything that was known before is void
    std::vector<SeriesInfo> series; ///< of all lines
    std::map<CurveKey, std::vector<MetricPoint>> points;
    std::vector<EventRecord> events;
    std::vector<PreviewRecord> previews;
    std::vector<ConflictRow> conflicts;
    std::optional<CheckpointRecord> checkpoint;
    bool more = false;
};

RunFeed::RunFeed(StoreAccess& store, QObject* parent) : QObject(parent), m_store(store) {
    connect(&store, &StoreAccess::storeChanged, this, &RunFeed::refresh);
    connect(&m_smoother, &Smoother::smoothed, this, &RunFeed::curvesChanged);
    connect(&m_timer, &QTimer::timeout, this, &RunFeed::refresh);
    m_timer.start(lookAgain);
}

void RunFeed::show(const RunId& run) {
    ++m_serial;
    m_run = run;
    m_reading = false;
    m_record.reset();
    m_problem.reset();
    m_wanted.clear();
    m_curves.clear();
    beginAnew();
    Q_EMIT recordChanged();
    Q_EMIT keysChanged();
    Q_EMIT curvesChanged();
    Q_EMIT eventsChanged();
    Q_EMIT previewsChanged();
    Q_EMIT conflictsChanged();
    Q_EMIT problemChanged();
    refresh();
}

void RunFeed::beginAnew() {
    m_series.clear();
    m_undone.clear();
    for (const auto& [key, curve] : m_curves)
        curve->clear();
    m_lastSteps.clear();
    m_events.clear();
    m_previews.clear();
    m_conflicts.clear();
    m_checkpoint.reset();
}

void RunFeed::setWanted(std::set<CurveKey> keys) {
    if (keys == m_wanted)
        return;
    m_wanted = std::move(keys);
    refresh();
}

void RunFeed::setSmoothing(double weight) {
    m_smoothing = weight;
    std::vector<std::shared_ptr<Series>> all;
    for (const auto& [key, curve] : m_curves)
        all.push_back(curve);
    m_smoother.smooth(std::move(all), weight);
}

void RunFeed::setActive(bool active) {
    m_active = active;
    if (m_active && m_stale)
        refresh();
}

std::vector<CurveKey> RunFeed::curves() const {
    std::vector<CurveKey> keys;
    for (const auto* lines : {&m_series, &m_undone})
        for (const SeriesInfo& info : *lines)
            keys.push_back({info.key, info.segment});
    return keys;
}

std::shared_ptr<const Series> RunFeed::curve(const CurveKey& key) {
    auto& curve = m_curves[key];
    if (!curve) {
        curve = std::make_shared<Series>();
        curve->setSmoothing(m_smoothing);
    }
    return curve;
}

void RunFeed::refresh() {
    if (m_run.empty())
        return;
    m_stale = true;
    if (m_active && !m_reading)
        request();
}

RunFeed::Cursors RunFeed::cursors() const {
    Cursors cursors{.run = m_run};
    if (m_record)
        cursors.generation = m_record->summary.generation;
    for (const CurveKey& key : m_wanted) {
        const auto last = m_lastSteps.find(key);
        cursors.steps[key] = last == m_lastSteps.end() ? -1 : last->second;
    }
    if (!m_events.empty())
        cursors.event = m_events.back().number;
    // A validation's pictures come one after another: those of the last step are read again.
    if (!m_previews.empty())
        cursors.preview = m_previews.back().step - 1;
    if (!m_conflicts.empty())
        cursors.conflict = m_conflicts.back().step;
    return cursors;
}

void RunFeed::request() {
    m_reading = true;
    m_stale = false;
    m_store.call(
        this, [cursors = cursors()](Store& store) { return read(store, cursors); },
        [this, serial = m_serial](Expected<News> news) {
            if (serial != m_serial)
                return;
            if (news) {
                take(std::move(*news));
            } else if (m_problem != news.error()) {
                m_problem = news.error();
                Q_EMIT problemChanged();
            }
            // The receiver may have asked for another run.
            if (serial != m_serial)
                return;
            m_reading = false;
            if (m_stale && m_active)
                request();
        });
}

/// In the store's thread.
Expected<RunFeed::News> RunFeed::read(const Store& store, const Cursors& cursors) {
    auto record = store.run(cursors.run);
    if (!record)
        return failure(record.error());
    News news{.record = std::move(*record)};
    news.anew = news.record.summary.generation != cursors.generation;
    auto series = store.series(cursors.run, Lines::All);
    if (!series)
        return failure(series.error());
    news.series = std::move(*series);
    for (const SeriesInfo& info : news.series) {
        const CurveKey key{info.key, info.segment};
        const auto wanted = cursors.steps.find(key);
        if (wanted == cursors.steps.end())
            continue;
        const std::int64_t after = news.anew ? -1 : wanted->second;
        if (info.summary.lastStep <= after)
            continue;
        auto points = store.points(info.id, after, mostPoints);
        if (!points)
            return failure(points.error());
        news.more = news.more || static_cast<std::int64_t>(points->size()) == mostPoints;
        news.points[key] = std::move(*points);
    }
    auto events = store.events(cursors.run, news.anew ? 0 : cursors.event, Lines::All);
    if (!events)
        return failure(events.error());
    news.events = std::move(*events);
    auto previews = store.previews(cursors.run, news.anew ? -1 : cursors.preview);
    if (!previews)
        return failure(previews.error());
    news.previews = std::move(*previews);
    auto conflicts =
        store.conflicts(cursors.run, news.anew ? -1 : cursors.conflict, ConflictWindow);
    if (!conflicts)
        return failure(conflicts.error());
    news.conflicts = std::move(*conflicts);
    auto checkpoint = store.latestCheckpoint(cursors.run);
    if (!checkpoint)
        return failure(checkpoint.error());
    news.checkpoint = std::move(*checkpoint);
    return news;
}

void RunFeed::take(News news) {
    if (news.anew) {
        beginAnew();
        Q_EMIT eventsChanged();
        Q_EMIT previewsChanged();
        Q_EMIT conflictsChanged();
    }
    const auto before = curves();
    m_record = std::move(news.record);
    const auto undone =
        std::ranges::find_if(news.series, [](const SeriesInfo& info) { return info.segment > 0; });
    m_undone.assign(undone, news.series.end());
    news.series.erase(undone, news.series.end());
    m_series = std::move(news.series);
    const bool otherKeys = news.anew || curves() != before;
    m_checkpoint = std::move(news.checkpoint);
    m_stale = m_stale || news.more;
    if (std::exchange(m_problem, std::nullopt))
        Q_EMIT problemChanged();
    Q_EMIT recordChanged();
    if (otherKeys)
        Q_EMIT keysChanged();
    takeRows(news);
}

void RunFeed::takeRows(News& news) {
    for (const auto& [key, points] : news.points) {
        curve(key);
        Series& series = *m_curves[key];
        for (const MetricPoint& point : points)
            series.append({point.step, point.epoch, point.seconds, point.value});
        m_lastSteps[key] = points.empty() ? m_lastSteps[key] : points.back().step;
    }
    if (!news.points.empty() || news.anew)
        Q_EMIT curvesChanged();
    if (!news.events.empty()) {
        m_events.insert(m_events.end(), news.events.begin(), news.events.end());
        Q_EMIT eventsChanged();
    }
    if (!news.conflicts.empty()) {
        std::set<std::int64_t> steps;
        m_conflicts.insert(m_conflicts.end(), news.conflicts.begin(), news.conflicts.end());
        for (const ConflictRow& row : m_conflicts)
            steps.insert(row.step);
        while (static_cast<int>(steps.size()) > ConflictWindow)
            steps.erase(steps.begin());
        std::erase_if(m_conflicts, [&](const ConflictRow& row) { return row.step < *steps.begin(); });
        Q_EMIT conflictsChanged();
    }
    const auto known = std::ranges::find_if(m_previews, [&](const PreviewRecord& preview) {
        return !news.previews.empty() && preview.step >= news.previews.front().step;
    });
    const bool same =
        std::ranges::equal(std::ranges::subrange(known, m_previews.end()), news.previews);
    if (!same) {
        m_previews.erase(known, m_previews.end());
        m_previews.insert(m_previews.end(), news.previews.begin(), news.previews.end());
        Q_EMIT previewsChanged();
    }
}

} // namespace concertina
