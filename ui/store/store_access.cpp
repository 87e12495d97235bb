// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/store/store_access.h"

#include <QMetaObject>
#include <QTimer>

#include <chrono>

namespace concertina {

namespace {

constexpr std::chrono::milliseconds watchEvery{200};
constexpr std::chrono::milliseconds patience{2000};

} // namespace

StoreAccess::StoreAccess(std::filesystem::path folder, StoreMode mode, QObject* parent)
    : QObject(parent), m_folder(std::move(folder)), m_mode(mode), m_worker(new QObject) {
    m_thread.setObjectName(QStringLiteral("store"));
    connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
    auto* timer = new QTimer(m_worker);
    timer->setInterval(watchEvery);
    connect(timer, &QTimer::timeout, m_worker, [this] { watch(); });
    connect(&m_thread, &QThread::started, timer, qOverload<>(&QTimer::start));
    m_worker->moveToThread(&m_thread); // with the timer, its child
    m_thread.start();
}

StoreAccess::~StoreAccess() {
    m_closing = true;
    m_thread.quit();
    m_thread.wait();
}

void StoreAccess::post(std::function<void(const Expected<Store*>&)> task) {
    QMetaObject::invokeMethod(
        m_worker,
        [this, task = std::move(task)] {
            if (!m_closing)
                task(store());
        },
        Qt::QueuedConnection);
}

void StoreAccess::answer(std::function<void()> reply) {
    QMetaObject::invokeMethod(this, std::move(reply), Qt::QueuedConnection);
}

void StoreAccess::forget(const Problem& gone) {
    if (m_store) // the page that made the call need not be the one that shows what is in the store
        answer([this] { Q_EMIT storeChanged(); });
    m_store.reset();
    m_mark.reset();
    m_gone = gone;
}

Expected<Store*> StoreAccess::store() {
    if (!m_store) {
        if (m_gone) {
            const auto there = Store::open(m_folder, StoreMode::ReadOnly, patience);
            if (!there && there.error().code == "store.missing")
                return failure(*m_gone);
        }
        auto opened = Store::open(m_folder, m_mode, patience);
        if (!opened)
            return failure(opened.error());
        m_store.emplace(std::move(*opened));
        m_gone.reset();
    }
    return &*m_store;
}

void StoreAccess::watch() {
    if (m_closing || !m_store)
        return;
    const auto mark = m_store->changeMark();
    if (!mark) {
        if (mark.error().code == "store.vanished")
            forget(mark.error());
        return;
    }
    if (std::exchange(m_mark, *mark) != *mark)
        answer([this] { Q_EMIT storeChanged(); });
}

} // namespace concertina
