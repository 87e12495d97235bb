// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"
#include "db/records.h"
#include "widgets/plots/series.h"
#include "widgets/plots/smoother.h"

#include <QObject>
#include <QTimer>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

namespace concertina {

class Store;
class StoreAccess;

/// A curve of a run: of its own line (0), or of the n-th that was undone.
struct CurveKey {
    SeriesKey series;
    int line = 0;

    auto operator<=>(const CurveKey&) const = default;
};

/// One run as the store has it, kept up to date: the same for a run of this process and one that
/// another process trains. Behind each series and list stands a cursor; where rows were taken
/// away (the run's generation has grown) everything is read anew.
class RunFeed : public QObject {
    Q_OBJECT

public:
    /// Of conflict so many measurements are kept: the latest, whose means are shown.
    static constexpr int ConflictWindow = concertina::ConflictWindow;

    explicit RunFeed(StoreAccess& store, QObject* parent = nullptr);

    void show(const RunId& run); ///< empty: none
    const RunId& run() const { return m_run; }

    /// Which curves are read point by point; of the others the summaries alone are known.
    void setWanted(std::set<CurveKey> keys);
    void setSmoothing(double weight); ///< of all curves; done soon, and reported as curvesChanged

    /// Nothing is read while the page is hidden; what was missed comes afterwards.
    void setActive(bool active);
    void refresh();

    const std::optional<RunRecord>& record() const { return m_record; } ///< none until it is read
    const std::vector<SeriesInfo>& series() const { return m_series; }  ///< of the run's own line
    std::vector<CurveKey> curves() const; ///< that the store has, those of undone lines too
    std::shared_ptr<const Series>
    curve(const CurveKey& key); ///< the same object as long as the run
    const std::vector<EventRecord>& events() const { return m_events; }       ///< of all lines
    const std::vector<PreviewRecord>& previews() const { return m_previews; } ///< by step
    const std::vector<ConflictRow>& conflicts() const { return m_conflicts; } ///< by step
    const std::optional<CheckpointRecord>& checkpoint() const { return m_checkpoint; }

    /// Why the store could not be read the last time: "run.unknown" where the run was deleted.
    /// What is known already stays.
    const std::optional<Problem>& problem() const { return m_problem; }

Q_SIGNALS:
    void recordChanged(); ///< record, summaries, checkpoint
    void keysChanged();   ///< there are other series than before, or another undone line
    void curvesChanged();
    void eventsChanged();
    void previewsChanged();
    void conflictsChanged();
    void problemChanged();

private:
    struct Cursors;
    struct News;
    static Expected<News> read(const Store& store, const Cursors& cursors);

    void request();
    void take(News news);
    void takeRows(News& news);
    void beginAnew();
    Cursors cursors() const;

    StoreAccess& m_store;
    QTimer m_timer; ///< an owner that dies changes nothing in the store
    RunId m_run;
    std::uint64_t m_serial = 0; ///< of `show`, so that late answers are known as such
    std::set<CurveKey> m_wanted;
    double m_smoothing = 0;
    Smoother m_smoother;
    bool m_active = false;
    bool m_reading = false;
    bool m_stale = false;

    std::optional<RunRecord> m_record;
    std::vector<SeriesInfo> m_series;
    std::vector<SeriesInfo> m_undone; ///< of undone lines
    std::map<CurveKey, std::shared_ptr<Series>> m_curves;
    std::map<CurveKey, std::int64_t> m_lastSteps; ///< the cursors
    std::vector<EventRecord> m_events;
    std::vector<PreviewRecord> m_previews;
    std::vector<ConflictRow> m_conflicts;
    std::optional<CheckpointRecord> m_checkpoint;
    std::optional<Problem> m_problem;
};

} // namespace concertina
