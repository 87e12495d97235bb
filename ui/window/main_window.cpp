// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/main_window.h"

#include "ui/services/run_service.h"
#include "ui/store/store_access.h"
#include "ui/window/activity.h"
#include "ui/window/drop_area.h"
#include "ui/window/dropped.h"
#include "ui/window/help_view.h"
#include "ui/window/page.h"
#include "ui/window/rail.h"
#include "ui/window/status_line.h"
#include "ui/window/title_bar.h"
#include "widgets/controls/command_palette.h"
#include "widgets/controls/notice_bar.h"
#include "widgets/qt_text.h"

#include <QActionGroup>
#include <QApplication>
#include <QMenu>
#include <QSettings>
#include <QStackedWidget>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

namespace concertina {

namespace {

const auto geometryKey = QStringLiteral("window/geometry");
const auto pageKey = QStringLiteral("window/page");
const auto themeKey = QStringLiteral("window/theme");

/// Names that stand in the settings and name the icons.
constexpr std::array<const char*, PageCount> pageKeys{"setup", "monitor", "compare", "runs"};
constexpr std::array<const char*, 3> themeKeys{"system", "light", "dark"};

template <std::size_t N>
int placeOf(const std::array<const char*, N>& keys, const QString& key) {
    const auto found = std::find(keys.begin(), keys.end(), key.toStdString());
    return found == keys.end() ? 0 : static_cast<int>(found - keys.begin());
}

QString pageName(PageId page) {
    switch (page) {
    case PageId::Setup: return MainWindow::tr("Set-up");
    case PageId::Monitor: return MainWindow::tr("Monitor");
    case PageId::Compare: return MainWindow::tr("Compare");
    case PageId::Runs: return MainWindow::tr("Runs");
    }
    return {};
}

} // namespace

MainWindow::MainWindow(const WindowServices& services, PageEntries entries)
    : m_services(services),
      m_entries(std::move(entries)),
      m_activity(new Activity(services.store, services.runs, this)),
      m_stack(new QStackedWidget(this)),
      m_rail(new Rail(this)),
      m_bar(new TitleBar(this)),
      m_notices(new NoticeBar(this)),
      m_status(new StatusLine(*m_activity, toQt(services.store.folder().string()), this)),
      m_palette(new CommandPalette(this)),
      m_help(new HelpView(this)),
      m_pageActions(new QActionGroup(this)),
      m_themeActions(new QActionGroup(this)) {
    setWindowTitle(tr("Concertina"));
    setMinimumSize(960, 600);
    buildLayout();
    makeActions();
    connect(new DropArea(this), &DropArea::dropped, this, &MainWindow::openFiles);
    connect(&services.runs, &RunService::failed, this, &MainWindow::reportFailure);
    connect(&services.runs, &RunService::suspended, this, [this] {
        if (m_closing == Closing::Suspending)
            purgeAndClose();
    });
    restoreSession();
    m_activity->setWatched(true);
    QTimer::singleShot(0, this, &MainWindow::makeRemainingPages);
}

MainWindow::~MainWindow() = default;

void MainWindow::buildLayout() {
    auto* strip = new QVBoxLayout;
    strip->setContentsMargins(GridUnit, GridUnit, GridUnit, 0);
    strip->addWidget(m_notices);
    auto* column = new QVBoxLayout;
    column->setSpacing(0);
    column->addWidget(m_bar);
    column->addLayout(strip);
    column->addWidget(m_stack, 1);
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    row->addWidget(m_rail);
    row->addLayout(column, 1);
    auto* all = new QWidget(this);
    auto* rows = new QVBoxLayout(all);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addLayout(row, 1);
    rows->addWidget(m_status);
    setCentralWidget(all);
}

QAction* MainWindow::addWindowAction(const QString& icon, const QString& text, const QString& help,
                                     const QList<QKeySequence>& keys) {
    auto* action = new QAction(text, this);
    action->setObjectName(icon);
    action->setToolTip(help);
    action->setShortcuts(keys);
    addAction(action);
    return action;
}

void MainWindow::makeActions() {
    makePageActions();
    QAction* search = addWindowAction(QStringLiteral("search"), tr("Search actions"),
                                      tr("Finds any action by a few letters of its name"),
                                      {Qt::CTRL | Qt::Key_K});
    connect(search, &QAction::triggered, this, [this] { m_palette->openWith(commands()); });
    m_rail->addTool(search);
    makeThemeActions();
    QAction* help = addWindowAction(QStringLiteral("help"), tr("Help"),
                                    tr("What everything means, and every key"),
                                    {QKeySequence::HelpContents});
    connect(help, &QAction::triggered, this, [this] { m_help->openWith(commands()); });
    m_rail->addTool(help);

    QAction* full = addWindowAction({}, tr("Full screen"), tr("Uses the whole screen, or no more"),
                                    {Qt::Key_F11});
    connect(full, &QAction::triggered, this,
            [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    QAction* dismiss =
        addWindowAction({}, tr("Dismiss message"), tr("Puts away the message above the page"),
                        {Qt::CTRL | Qt::SHIFT | Qt::Key_D});
    connect(dismiss, &QAction::triggered, m_notices, &NoticeBar::dismiss);
    QAction* quit =
        addWindowAction({}, tr("Quit"), tr("Closes the window"), {Qt::CTRL | Qt::Key_Q});
    connect(quit, &QAction::triggered, this, &QWidget::close);
}

void MainWindow::makePageActions() {
    for (int i = 0; i < PageCount; ++i) {
        const auto id = static_cast<PageId>(i);
        const auto number = static_cast<Qt::Key>(Qt::Key_1 + i);
        QAction* action =
            addWindowAction(QLatin1String(pageKeys[static_cast<std::size_t>(i)]), pageName(id),
                            tr("Shows %1").arg(pageName(id)), {Qt::CTRL | number});
        action->setCheckable(true);
        m_pageActions->addAction(action);
        m_rail->addPage(action);
        connect(action, &QAction::triggered, this, [this, id] { showPage(id); });
    }
}

void MainWindow::makeThemeActions() {
    auto* menu = new QMenu(this);
    for (const auto& [choice, name] : {std::pair(ThemeChoice::System, tr("Theme: as the system")),
                                       std::pair(ThemeChoice::Light, tr("Theme: light")),
                                       std::pair(ThemeChoice::Dark, tr("Theme: dark"))}) {
        QAction* action = addWindowAction({}, name, tr("Colors of the whole window"), {});
        action->setCheckable(true);
        m_themeActions->addAction(action);
        menu->addAction(action);
        connect(action, &QAction::triggered, this, [this, chosen = choice] { setTheme(chosen); });
    }
    auto* open = new QAction(tr("Theme"), this);
    open->setObjectName(QStringLiteral("theme"));
    open->setToolTip(tr("Light or dark"));
    m_rail->addTool(open, menu);
}

void MainWindow::restoreSession() {
    QSettings& settings = m_services.settings;
    if (!restoreGeometry(settings.value(geometryKey).toByteArray()))
        resize(1366, 768);
    const int theme = placeOf(themeKeys, settings.value(themeKey).toString());
    setTheme(static_cast<ThemeChoice>(theme));
    showPage(static_cast<PageId>(placeOf(pageKeys, settings.value(pageKey).toString())));
}

void MainWindow::saveSession() {
    QSettings& settings = m_services.settings;
    settings.setValue(geometryKey, saveGeometry());
    settings.setValue(pageKey, QLatin1String(pageKeys[static_cast<std::size_t>(m_current)]));
    settings.sync();
}

void MainWindow::setTheme(ThemeChoice choice) {
    const auto place = static_cast<int>(choice);
    m_themeActions->actions().at(place)->setChecked(true);
    applyTheme(*qApp, choice);
    m_services.settings.setValue(themeKey,
                                 QLatin1String(themeKeys[static_cast<std::size_t>(place)]));
}

Page* MainWindow::page(PageId id) {
    Page*& page = m_pages[static_cast<std::size_t>(id)];
    if (page == nullptr) {
        page = makePage(id);
        m_stack->addWidget(page);
        connect(page, &Page::headerChanged, this, [this, id] {
            if (m_current == id)
                m_bar->follow(*this->page(id));
        });
    }
    return page;
}

Page* MainWindow::makePage(PageId id) {
    const PageContext context{m_services.catalogue, m_services.store,   m_services.runs,
                              m_services.jobs,      m_services.dialogs, *this,
                              m_services.settings};
    switch (id) {
    case PageId::Setup: m_setup = m_entries.setup(context); return m_setup.page;
    case PageId::Monitor: m_monitor = m_entries.monitor(context); return m_monitor.page;
    case PageId::Compare: m_compare = m_entries.compare(context); return m_compare.page;
    case PageId::Runs: break;
    }
    return m_entries.runs(context);
}

void MainWindow::makeRemainingPages() {
    for (int i = 0; i < PageCount; ++i)
        if (m_pages[static_cast<std::size_t>(i)] == nullptr) {
            page(static_cast<PageId>(i));
            // One at a time, so that the window answers in between.
            QTimer::singleShot(0, this, &MainWindow::makeRemainingPages);
            return;
        }
}

void MainWindow::showPage(PageId id) {
    m_current = id;
    m_pageActions->actions().at(static_cast<int>(id))->setChecked(true);
    Page* shown = page(id);
    if (id == PageId::Compare && m_monitor.run)
        m_compare.prefer(m_monitor.run()); // the one that was looked at last
    m_stack->setCurrentWidget(shown);
    m_bar->follow(*shown);
    setWindowTitle(tr("%1 – Concertina").arg(pageName(id)));
}

QList<Command> MainWindow::commands() const {
    QList<Command> all;
    const auto add = [&](const QList<QAction*>& actions, const QString& place) {
        for (QAction* action : actions) {
            const bool listed = std::any_of(all.cbegin(), all.cend(), [&](const Command& command) {
                return command.action == action;
            });
            if (!listed && !action->isSeparator() && action->isVisible()
                && !action->text().isEmpty())
                all.append({action, place});
        }
    };
    const auto addPage = [&](int i) {
        if (const Page* page = m_pages[static_cast<std::size_t>(i)]) {
            add(page->barActions(), pageName(static_cast<PageId>(i)));
            add(page->actions(), pageName(static_cast<PageId>(i)));
        }
    };
    // What can be done here and now comes first; actions of a page that is not shown would act
    // on what is not shown.
    addPage(static_cast<int>(m_current));
    add(actions(), tr("Window"));
    return all;
}

void MainWindow::showSetup(const ExperimentSpec& spec, const QString& origin) {
    showPage(PageId::Setup);
    m_setup.load(spec, origin);
}

void MainWindow::showMonitor(const RunId& run) {
    showPage(PageId::Monitor);
    m_monitor.showRun(run);
}

void MainWindow::showCompare(const RunId& run, const std::optional<RunId>& other) {
    showPage(PageId::Compare);
    m_compare.showRuns(run, other);
}

void MainWindow::showRuns() {
    showPage(PageId::Runs);
}

void MainWindow::showMessage(const QString& text) {
    m_status->showMessage(text);
}

void MainWindow::showProblem(const QString& what, const Problem& problem) {
    m_notices->add(Pill::Tone::Bad, what + QLatin1Char('\n') + toQt(toText(problem)));
}

void MainWindow::reportFailure(const RunId& run, const Problem& problem) {
    m_services.store.call(
        this, [run](Store& store) { return store.run(run); },
        [this, run, problem](const Expected<RunRecord>& record) {
            showProblem(tr("The run %1 failed.").arg(toQt(record ? record->summary.name : run)),
                        problem);
        });
}

void MainWindow::openFiles(const QStringList& paths) {
    QStringList pictures;
    for (const QString& path : paths)
        openOne(path, pictures);
    if (!pictures.isEmpty()) {
        showPage(PageId::Compare);
        m_compare.openPictures(pictures);
    }
}

void MainWindow::openOne(const QString& path, QStringList& pictures) {
    const auto dropped = classifyDropped(path);
    if (!dropped) {
        showProblem(tr("This cannot be opened."), dropped.error());
    } else if (const auto* picture = std::get_if<DroppedPicture>(&*dropped)) {
        pictures << picture->file;
    } else if (const auto* spec = std::get_if<DroppedSpec>(&*dropped)) {
        showPage(PageId::Setup);
        m_setup.openFile(spec->file);
    } else if (const auto* dataset = std::get_if<DroppedDataset>(&*dropped)) {
        showPage(PageId::Setup);
        if (!m_setup.useFolder(dataset->folder))
            showProblem(tr("This cannot be opened."),
                        {"drop.folder", path.toStdString(), "a dataset's folder",
                         "a dataset of the catalogue that reads such folders", ""});
    }
}

void MainWindow::changeEvent(QEvent* event) {
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::WindowStateChange && m_activity != nullptr)
        m_activity->setWatched(!isMinimized());
}

} // namespace concertina
