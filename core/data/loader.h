// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/data/batch.h"
#include "core/data/loader_plan.h"
#include "core/data/sample_cache.h"
#include "core/values/spec.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace concertina {

/// What is done about a sample that cannot be read.
enum class Damaged {
    Stop,     ///< its problem stands in place of the batch
    Replace,  ///< another of its set, which depends on the seed alone, stands in for it
    LeaveOut, ///< the batch is smaller
};

struct LoaderSettings {
    std::int64_t first = 0; ///< batches, counted from the beginning of training
    std::int64_t end = 0;   ///< behind the last
    int threads = 1;
    Damaged damaged = Damaged::Stop;
};

/// A batch, or why there is none.
struct LoadedBatch {
    Expected<Batch> batch;
    std::vector<int> samples; ///< of the batch, as they were planned
    Problems damaged;         ///< of samples that were replaced or left out
};

/// Prepares batches in worker threads, a few ahead, and hands them out in order. Threads are
/// stopped and waited for by the destructor.
class Loader {
public:
    Loader(std::shared_ptr<SampleCache> samples, BatchMaker maker, LoaderPlan plan,
           LoaderSettings settings);
    ~Loader();

    /// Waits for the next batch; must not be called more often than there are batches.
    LoadedBatch next();

private:
    class Worker;
    std::unique_ptr<Worker> m_worker;
};

} // namespace concertina
