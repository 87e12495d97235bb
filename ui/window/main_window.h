// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/window/page_context.h"
#include "ui/window/page_entries.h"
#include "widgets/theme/theme.h"

#include <QMainWindow>

#include <array>

class QActionGroup;
class QStackedWidget;

namespace concertina {

class Activity;
class CommandPalette;
class HelpView;
class NoticeBar;
class Rail;
class StatusLine;
class TitleBar;
struct Command;

/// What the window is built from; everything outlives it.
struct WindowServices {
    const Catalogue& catalogue;
    StoreAccess& store;
    RunService& runs;
    JobService& jobs;
    Dialogs& dialogs;
    QSettings& settings;
};

/// The one window: pages in a rail, a bar and a status line around them, and the way from one to
/// another. It restores the last session's geometry, page and theme.
class MainWindow : public QMainWindow, public Navigator {
    Q_OBJECT

public:
    MainWindow(const WindowServices& services, PageEntries entries);
    ~MainWindow() override;

    PageId currentPage() const { return m_current; }
    void showPage(PageId page);

    /// Specs and dataset folders in Set-up, pictures in Compare; the strip reports the rest.
    void openFiles(const QStringList& paths);

    // Navigator
    void showSetup(const ExperimentSpec& spec, const QString& origin) override;
    void showMonitor(const RunId& run) override;
    void showCompare(const RunId& run, const std::optional<RunId>& other) override;
    void showRuns() override;
    void showMessage(const QString& text) override;
    void showProblem(const QString& what, const Problem& problem) override;

public Q_SLOTS:
    /// Closes without a question: what trains pauses with a checkpoint before.
    void closeNow();

Q_SIGNALS:
    /// Everything is put away; the program may end.
    void closed();

protected:
    void closeEvent(QCloseEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    enum class Closing { No, Asking, Suspending, Purging, Done };

    void buildLayout();
    void makeActions();
    void makePageActions();
    void makeThemeActions();
    QAction* addWindowAction(const QString& icon, const QString& text, const QString& help,
                             const QList<QKeySequence>& keys);
    void restoreSession();
    void saveSession();
    void setTheme(ThemeChoice choice);

    Page* page(PageId id);
    Page* makePage(PageId id);
    void makeRemainingPages();
    QList<Command> commands() const;

    void openOne(const QString& path, QStringList& pictures);
    void reportFailure(const RunId& run, const Problem& problem);
    void beginClosing();
    void putAway();
    void suspendRuns();
    void purgeAndClose();

    const WindowServices m_services;
    const PageEntries m_entries;
    SetupPageEntry m_setup;
    MonitorPageEntry m_monitor;
    ComparePageEntry m_compare;
    std::array<Page*, PageCount> m_pages{};
    PageId m_current = PageId::Setup;
    Closing m_closing = Closing::No;

    Activity* m_activity;
    QStackedWidget* m_stack;
    Rail* m_rail;
    TitleBar* m_bar;
    NoticeBar* m_notices;
    StatusLine* m_status;
    CommandPalette* m_palette;
    HelpView* m_help;
    QActionGroup* m_pageActions;
    QActionGroup* m_themeActions;
};

} // namespace concertina
