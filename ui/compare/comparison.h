// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/spec.h"
#include "db/records.h"
#include "ui/services/frame.h"
#include "ui/services/job_slot.h"
#include "ui/window/page_context.h"
#include "widgets/qt_text.h"

#include <QObject>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace concertina {

class Store;

/// One of the runs that are compared, as the store has it now.
struct ComparedRun {
    RunRecord record;
    ExperimentSpec spec;
    std::optional<CheckpointRecord> checkpoint; ///< the last one; none yet in a young run
    std::vector<SeriesInfo> series;

    const RunId& id() const { return record.summary.id; }
    QString name() const { return toQt(record.summary.name); }
};

/// Which frame is looked at: one of a split, or a picture file.
struct FramePick {
    std::string split;
    int index = 0;
    std::string file;

    bool operator==(const FramePick&) const = default;
};

/// What is compared: one run or two, and the frame that they are compared on. Reads the store,
/// has the networks predict, and does so anew when a run that goes on has a new checkpoint.
class Comparison : public QObject {
    Q_OBJECT

public:
    explicit Comparison(const PageContext& context, QObject* parent = nullptr);

    void compare(const RunId& run, const std::optional<RunId>& other);
    const std::vector<RunId>& ids() const { return m_ids; }

    /// Empty until they are read; then the first run, and the other one where there is one.
    const std::vector<ComparedRun>& runs() const { return m_runs; }
    bool isReady() const; ///< every run has a checkpoint

    void pick(const FramePick& frame);
    const FramePick& frame() const { return m_pick; }

    /// Predictions of a run on the frame; none until they are there.
    std::shared_ptr<const Frame> predicted(std::size_t run) const { return m_frames[run]; }

    /// Asks again, after a failure.
    void reload();
    void cancel();

    /// While the page is not to be seen, new checkpoints wait.
    void setAwake(bool awake);

Q_SIGNALS:
    void runsRead();      ///< the first time, and whenever something of them has changed
    void runsFailed(const concertina::Problem& problem);
    void checkpointRead(); ///< a new one of a run
    void frameBusy(double share, const QString& what);
    void framesRead(); ///< every run has predicted
    void frameFailed(const concertina::Problem& problem);

private:
    void read();
    void adopt(std::vector<ComparedRun> runs);
    void predict();
    void predictOf(std::size_t run);

    PageContext m_context;
    std::vector<RunId> m_ids;
    std::vector<ComparedRun> m_runs;
    FramePick m_pick;
    bool m_picked = false;
    std::array<std::shared_ptr<const Frame>, 2> m_frames;
    std::array<std::shared_ptr<const Frame>, 2> m_coming;
    std::array<JobSlot, 2> m_jobs;
    std::uint64_t m_call = 0; ///< answers to earlier calls of the store are out of date
    bool m_reading = false;
    bool m_readAgain = false;
    bool m_awake = true;
};

} // namespace concertina
