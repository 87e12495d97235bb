// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/values/problem.h"
#include "db/store.h"

#include <QObject>
#include <QPointer>
#include <QThread>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

namespace concertina {

/// The store for the GUI thread: work is done on a handle in one thread of its own, in the order
/// of the calls, and results are posted back. Opens the store at the first call. One that vanished
/// is opened anew where there is one again; it is not made again: its disk may come back.
class StoreAccess : public QObject {
    Q_OBJECT

public:
    explicit StoreAccess(std::filesystem::path folder, StoreMode mode = StoreMode::ReadWrite,
                         QObject* parent = nullptr);
    ~StoreAccess() override; ///< waits for the call that is under way; later ones are dropped

    const std::filesystem::path& folder() const { return m_folder; }

    /// `work` takes a `Store&` and returns an `Expected`; `done` takes that and is called in the
    /// context's thread, if the context still is.
    template <class Work, class Done>
    void call(QObject* context, Work work, Done done) {
        using Result = std::invoke_result_t<Work, Store&>;
        post([this, context = QPointer<QObject>(context), work = std::move(work),
              done = std::move(done)](const Expected<Store*>& store) mutable {
            auto result = std::make_shared<Result>(store ? work(**store)
                                                         : Result(tl::unexpect, store.error()));
            if (!*result && result->error().code == "store.vanished")
                forget(result->error());
            answer([context, result, done = std::move(done)]() mutable {
                if (context)
                    done(std::move(*result));
            });
        });
    }

Q_SIGNALS:
    /// Something in the store has changed, by this process or another, or it vanished; looked for a
    /// few times a second.
    void storeChanged();

private:
    void post(std::function<void(const Expected<Store*>&)> task);
    void answer(std::function<void()> reply);
    void forget(const Problem& gone);
    void watch();
    Expected<Store*> store();

    std::filesystem::path m_folder;
    StoreMode m_mode;
    QThread m_thread;
    QObject* m_worker;                  ///< lives in the thread
    std::optional<Store> m_store;       ///< in the thread
    std::optional<Problem> m_gone;      ///< in the thread: how it vanished
    std::optional<std::int64_t> m_mark; ///< in the thread
    std::atomic<bool> m_closing = false;
};

} // namespace concertina
