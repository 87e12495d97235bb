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

/// A page that only says its name.
class BlankPage : public Page {
public:
    explicit BlankPage(const QString& title) : shown{title, QStringLiteral("a note")} {
        action.setText(title + QStringLiteral(" action"));
        primary.setText(title + QStringLiteral(" primary"));
        addAction(&action);
    }
    PageHeader header() const override { return shown; }
    QList<QAction*> barActions() const override { return {&action, &primary}; }

    PageHeader shown;
    mutable QAction action;
    mutable QAction primary;
};

/// The window on a desk with blank pages, and what was asked of them.
class WindowBench {
public:
    WindowBench() { useTheme(false); }

    void open() {
        const PageEntries entries{
            [this](const PageContext&) {
                return SetupPageEntry{
                    made("Set-up page"),
                    [this](const ExperimentSpec& spec, const QString& origin) {
                        asked << "load " + QString::fromStdString(spec.name) + " from "
                                     + origin.section('/', -1);
                    },
                    [this](const QString& file) { asked << "spec " + file.section('/', -1); },
                    [this](const QString& folder) {
                        asked << "dataset " + folder.section('/', -1);
                        return takesFolders;
                    }};
            },
            [this](const PageContext&) {
                return MonitorPageEntry{made("Monitor page"), [this](const RunId& run) {
                                            asked << "monitor " + QString::fromStdString(run);
                                            monitored = run;
                                        },
                                        [this] { return monitored; }};
            },
            [this](const PageContext&) {
                return ComparePageEntry{
                    made("Compare page"),
                    [this](const RunId& run, const std::optional<RunId>& other) {
                        asked << "compare "
                                     + QString::fromStdString(run + " " + other.value_or("-"));
                    },
                    [this](const QStringList& files) {
                        asked << "pictures " + QString::number(files.size());
                    },
                    [this](const RunId& run) { preferred = run; }};
            },
            [this](const PageContext&) { return made("Runs page"); }};
        m_window =
            std::make_unique<MainWindow>(WindowServices{desk.catalogue, *desk.store, desk.runs,
                                                        desk.jobs, desk.dialogs, desk.settings},
                                         entries);
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
    RunId monitored, preferred;
    QList<BlankPage*> pages;

private:
    BlankPage* made(const char* title) {
        pages << new BlankPage(QLatin1String(title));
        return pages.last();
    }

    std::unique_ptr<MainWindow> m_window;
};

} // namespace concertina::testing
