// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/ui_testing.h"
#include "ui/window/main_window.h"
#include "ui/window/page.h"
#include "ui/window/status_line.h"
#include "widgets/controls/notice_bar.h"

#include <QAction>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFile>
#include <QMimeData>
#include <QSignalSpy>
#include <QTest>
#include <QUrl>

namespace concertina::testing {

/// A page that only says its name, and understands what `opens` does.
class BlankPage : public Page {
public:
    using Opens = std::function<bool(const PageRequest&)>;

    explicit BlankPage(const QString& title, Opens opens = {})
        : shown{title, QStringLiteral("a note")}, m_opens(std::move(opens)) {
        action.setText(title + QStringLiteral(" action"));
        primary.setText(title + QStringLiteral(" primary"));
        addAction(&action);
    }
    PageHeader header() const override { return shown; }
    QList<QAction*> barActions() const override { return {&action, &primary}; }
    bool open(const PageRequest& request) override { return m_opens && m_opens(request); }
    RunId shownRun() const override { return run; }
    void prefer(const RunId& lookedAt) override { preferred = lookedAt; }

    PageHeader shown;
    RunId run, preferred;
    mutable QAction action;
    mutable QAction primary;

private:
    Opens m_opens;
};

/// The window on a desk with blank pages, and what was asked of them.
class WindowBench {
public:
    WindowBench() { useTheme(false); }

    void open() {
        const auto info = [this](const char* id, const char* title, Qt::Key key,
                                 BlankPage::Opens opens) {
            const QString name = QString::fromUtf8(title);
            return PageInfo{QString::fromUtf8(id),
                            name,
                            QString::fromUtf8(id),
                            [this, name, opens = std::move(opens)](const PageContext&) {
                                pages << new BlankPage(name + QStringLiteral(" page"), opens);
                                return pages.last();
                            },
                            {Qt::CTRL | key}};
        };
        const std::vector<PageInfo> infos{
            info("setup", "Set-up", Qt::Key_1, [this](const auto& asks) { return setUp(asks); }),
            info("monitor", "Monitor", Qt::Key_2,
                 [this](const auto& asks) { return monitor(asks); }),
            info("compare", "Compare", Qt::Key_3,
                 [this](const auto& asks) { return compare(asks); }),
            info("runs", "Runs", Qt::Key_4,
                 [](const auto& asks) { return std::holds_alternative<ListRuns>(asks); })};
        m_window =
            std::make_unique<MainWindow>(WindowServices{desk.catalogue, *desk.store, desk.runs,
                                                        desk.jobs, desk.dialogs, desk.settings},
                                         infos);
        m_window->show();
        m_window->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
        QTRY_COMPARE(pages.size(), 4);
    }
    void restart() {
        QSignalSpy closed(m_window.get(), &MainWindow::closed);
        m_window->close();
        QTRY_COMPARE(closed.size(), 1);
        m_window.reset();
        pages.clear();
        open();
    }

    void discard() { m_window.reset(); }

    MainWindow& window() { return *m_window; }
    BlankPage& page(const char* title) {
        for (BlankPage* page : pages)
            if (page->shown.title == QLatin1String(title))
                return *page;
        qFatal("no page %s", title);
    }
    QString notice() { return m_window->findChild<NoticeBar*>()->text(); }
    QString status() { return m_window->findChild<StatusLine*>()->text(); }

    QString file(const QString& name, const QByteArray& bytes) {
        QFile written(desk.temporary.filePath(name));
        if (!written.open(QIODevice::WriteOnly) || written.write(bytes) != bytes.size())
            qFatal("cannot write %s", qPrintable(name));
        return written.fileName();
    }

    void drop(const QStringList& paths) {
        QMimeData data;
        QList<QUrl> urls;
        for (const QString& path : paths)
            urls << QUrl::fromLocalFile(path);
        data.setUrls(urls);
        QDragEnterEvent enter(QPoint(400, 300), Qt::CopyAction, &data, Qt::LeftButton,
                              Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent event(QPointF(400, 300), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(m_window.get(), &event);
    }

    Desk desk;
    QStringList asked;
    bool takesFolders = true;
    QList<BlankPage*> pages;

private:
    bool setUp(const PageRequest& request) {
        if (const auto* folder = std::get_if<UseDataset>(&request)) {
            asked << "dataset " + folder->place.section('/', -1);
            return takesFolders;
        }
        if (const auto* edited = std::get_if<EditSpec>(&request))
            asked << "load " + QString::fromStdString(edited->spec.name) + " from "
                         + edited->origin.section('/', -1);
        else if (const auto* written = std::get_if<OpenSpec>(&request))
            asked << "spec " + written->file.section('/', -1);
        else
            return false;
        return true;
    }

    bool monitor(const PageRequest& request) {
        const auto* shown = std::get_if<ShowRun>(&request);
        if (shown != nullptr) {
            asked << "monitor " + QString::fromStdString(shown->run);
            page("Monitor page").run = shown->run;
        }
        return shown != nullptr;
    }

    bool compare(const PageRequest& request) {
        if (const auto* runs = std::get_if<CompareRuns>(&request))
            asked << "compare "
                         + QString::fromStdString(runs->run + " " + runs->other.value_or("-"));
        else if (const auto* pictures = std::get_if<OpenPictures>(&request))
            asked << "pictures " + QString::number(pictures->files.size());
        else
            return false;
        return true;
    }

    std::unique_ptr<MainWindow> m_window;
};

} // namespace concertina::testing
