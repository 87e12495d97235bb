// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/model/catalogue.h"
#include "db/store.h"
#include "db/store_writer.h"
#include "tests/expected.h"
#include "tests/ui/fake_dialogs.h"
#include "tests/ui/fake_job_service.h"
#include "tests/ui/fake_run_service.h"
#include "ui/experiment/experiment_draft.h"
#include "ui/store/store_access.h"
#include "ui/window/page_context.h"

#include <QSettings>
#include <QTemporaryDir>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace concertina::testing {

/// A run that was never trained. Its curves are made up: mIoU grows towards `level`, errors fall
/// towards (1 − `level`), all three tasks of the test catalogue, in training and validation.
struct MadeUpRun {
    std::string name = "rooms-demo";
    std::int64_t seed = 0;
    std::optional<std::string> group = std::nullopt;
    RunState state = RunState::Finished;
    std::string stateText = {};
    std::int64_t step = 600; ///< reached, of 600
    double level = 0.6;
    bool checkpoint = true;   ///< a file of 1,000 bytes at the step
    ExperimentSpec spec = {}; ///< name and seed are set from above; default: `testSpec`
};

/// Puts the run into the store; where its state is Running or Queued, this process owns it.
RunId makeRun(Store& store, MadeUpRun run = {});

/// Many finished runs with summaries, each with `points` points a curve, by one transaction;
/// every tenth three are seeds of one group.
void fillStore(const std::filesystem::path& folder, int runs, int points = 2);

/// Makes the store one of a newer program.
void makeNewer(const std::filesystem::path& folder);

/// Keeps every other connection from writing while it lives.
class StoreLock {
public:
    explicit StoreLock(const std::filesystem::path& folder);
    ~StoreLock();

private:
    std::unique_ptr<SQLite::Database> m_database;
};

/// What a page is given: a temporary store, settings of its own, fakes. Tests change the store
/// by a handle of their own, as another process would.
class Desk {
public:
    Desk();
    ~Desk();

    PageContext context();

    std::filesystem::path folder() const;
    Store openStore() const { return valueOf(Store::open(folder(), StoreMode::ReadWrite)); }

    /// Store access begins anew, as after a restart of the program; pages must be gone.
    void reopen(StoreMode mode = StoreMode::ReadWrite);

    QTemporaryDir temporary;
    Catalogue catalogue;
    QSettings settings;
    std::unique_ptr<StoreAccess> store;
    FakeRunService runs;
    FakeJobService jobs;
    FakeDialogs dialogs;
    FakeNavigator navigator;
    std::unique_ptr<ExperimentDraft> draft; ///< made with the first context; reset: as a restart
};

/// Fonts, style and palette as the program has them.
void useTheme(bool dark);

} // namespace concertina::testing
