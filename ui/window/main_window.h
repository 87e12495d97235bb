// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/window/page_context.h"
#include "ui/window/page_info.h"
#include "widgets/theme/theme.h"

#include <QMainWindow>

#include <memory>
#include <vector>

class QActionGroup;
class QStackedWidget;

namespace concertina {

class Activity;
class CommandPalette;
class ExperimentDraft;
class HelpView;
class NoticeBar;
class Page;
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
    /// With these pages in the order of the rail; at least one.
    MainWindow(const WindowServices& services, std::vector<PageInfo> pages);
    ~MainWindow() override;

    /// By its id.
    const QString& currentPage() const { return m_infos[m_current].id; }
    void showPage(const QString& id);

    /// What each file or folder asks for, pictures as one request; the strip reports the rest.
    void openFiles(const QStringList& paths);

    // Navigator
    bool open(const PageRequest& request) override;
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

    void showPage(std::size_t place);
    Page* page(std::size_t place);
    void makeRemainingPages();
    QList<Command> commands() const;

    void reportFailure(const RunId& run, const Problem& problem);
    void beginClosing();
    void putAway();
    void suspendRuns();
    void purgeAndClose();

    const WindowServices m_services;
    std::unique_ptr<ExperimentDraft> m_draft;
    const std::vector<PageInfo> m_infos;
    std::vector<Page*> m_pages; ///< one an info; null: not made yet
    std::size_t m_current = 0;
    RunId m_lookedAt; ///< the run that was shown last on a page
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
