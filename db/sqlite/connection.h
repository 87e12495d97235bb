// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "db/sqlite/query.h"
#include "db/store.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>

#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <memory>
#include <type_traits>

namespace concertina {

/// An open database of a store, and the door through which every function of db passes: makes
/// exceptions into problems, and notices a store that has gone. Used from one thread at a time.
class Connection {
public:
    /// Opens, checks the version, and for writing brings the store to this program's version.
    static Expected<std::unique_ptr<Connection>> open(const std::filesystem::path& folder,
                                                      StoreMode mode,
                                                      std::chrono::milliseconds patience);

    const std::filesystem::path& folder() const { return m_folder; }
    StoreMode mode() const { return m_mode; }
    const ProcessIdentity& process() const { return m_process; }

    /// Runs `function(database)`; what it throws is returned.
    template <class Function>
    auto guarded(Function function)
        -> Expected<std::invoke_result_t<Function, SQLite::Database&>> {
        using Result = std::invoke_result_t<Function, SQLite::Database&>;
        try {
            verify();
            if constexpr (std::is_void_v<Result>) {
                function(*m_database);
                return {};
            } else {
                return function(*m_database);
            }
        } catch (const Failure& caught) {
            return failure(reported(caught.problem));
        } catch (const SQLite::Exception& caught) {
            return failure(problem(caught));
        }
    }

    enum class Durability {
        Process, ///< outlives this process; a power cut may take the last moments
        Disk     ///< outlives a power cut
    };

    /// `guarded`, inside one transaction that may write from its start.
    template <class Function>
    auto write(Function function, Durability durability = Durability::Process) {
        return guarded([&](SQLite::Database& database) {
            checkMode();
            const DurableScope scope(database, durability);
            SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
            checkStillOurs(database);
            if constexpr (std::is_void_v<std::invoke_result_t<Function, SQLite::Database&>>) {
                function(database);
                transaction.commit();
            } else {
                auto result = function(database);
                transaction.commit();
                return result;
            }
        });
    }

private:
    /// `synchronous` cannot change inside a transaction, so it is set around it.
    class DurableScope {
    public:
        DurableScope(SQLite::Database& database, Durability durability);
        ~DurableScope();
        DurableScope(const DurableScope&) = delete;
        DurableScope& operator=(const DurableScope&) = delete;

    private:
        SQLite::Database* m_database = nullptr;
    };

    /// What distinguishes one file from another at the same place, and an old state from a new one.
    struct FileMark {
        dev_t device = 0;
        ino_t inode = 0;
        timespec changed{};
    };

    Connection(const std::filesystem::path& folder, StoreMode mode,
               std::chrono::milliseconds patience);

    void checkNotCut() const;
    void connect();
    void connectFrozen();
    void prepareForWriting();
    std::optional<Problem> vanished() const;
    void verify();
    void checkMode() const;
    void checkStillOurs(SQLite::Database& database) const;
    std::optional<FileMark> mark() const;
    Problem problem(const SQLite::Exception& exception) const;
    Problem reported(Problem problem) const;

    std::filesystem::path m_folder;
    std::filesystem::path m_file;
    StoreMode m_mode;
    std::chrono::milliseconds m_patience;
    ProcessIdentity m_process = thisProcess();
    std::unique_ptr<SQLite::Database> m_database;
    FileMark m_mark;
    bool m_frozen = false; ///< opened without locks, see connectFrozen
};

} // namespace concertina
