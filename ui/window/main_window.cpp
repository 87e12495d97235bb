// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/main_window.h"

#include "ui/experiment/experiment_draft.h"
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
#include <array>
#include <functional>

namespace concertina {

namespace {

const auto geometryKey = QStringLiteral("window/geometry");
const auto pageKey = QStringLiteral("window/page");
const auto themeKey = QStringLiteral("window/theme");

/// What the page that is seen waits for comes before pages that are not.
constexpr int BetweenPages = 50; // ms

/// Names that stand in the settings.
constexpr std::array<const char*, 3> themeKeys{"system", "light", "dark"};

/// Where `id` is among the ids of `things`; the first where it is none of them.
template <class Things, class IdOf>
std::size_t placeOf(const Things& things, const QString& id, IdOf idOf) {
    const auto found = std::find_if(std::begin(things), std::end(things), [&](const auto& thing) {
        return std::invoke(idOf, thing) == id;
    });
    return found == std::end(things) ? 0 : static_cast<std::size_t>(found - std::begin(things));
}

} // namespace

MainWindow::MainWindow(const WindowServices& services, std::vector<PageInfo> pages)
    : m_services(services),
      m_draft(
          std::make_unique<ExperimentDraft>(services.catalogue, services.jobs, services.settings)),
      m_infos(std::move(pages)),
      m_pages(m_infos.size()),
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
    QTimer::singleShot(BetweenPages, this, &MainWindow::makeRemainingPages);
}

/// Pages go before what they share.
MainWindow::~MainWindow() {
    delete takeCentralWidget();
}

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
    for (std::size_t i = 0; i < m_infos.size(); ++i) {
        const PageInfo& info = m_infos[i];
        QAction* action =
            addWindowAction(info.icon, info.title, tr("Shows %1").arg(info.title), info.keys);
        action->setCheckable(true);
        m_pageActions->addAction(action);
        m_rail->addPage(action);
        connect(action, &QAction::triggered, this, [this, i] { showPage(i); });
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
    const auto theme = placeOf(themeKeys, settings.value(themeKey).toString(),
                               [](const char* key) { return QLatin1String(key); });
    setTheme(static_cast<ThemeChoice>(theme));
    showPage(settings.value(pageKey).toString());
}

void MainWindow::saveSession() {
    QSettings& settings = m_services.settings;
    settings.setValue(geometryKey, saveGeometry());
    settings.setValue(pageKey, currentPage());
    settings.sync();
}

void MainWindow::setTheme(ThemeChoice choice) {
    const auto place = static_cast<int>(choice);
    m_themeActions->actions().at(place)->setChecked(true);
    applyTheme(*qApp, choice);
    m_services.settings.setValue(themeKey,
                                 QLatin1String(themeKeys[static_cast<std::size_t>(place)]));
}

Page* MainWindow::page(std::size_t place) {
    Page*& page = m_pages[place];
    if (page == nullptr) {
        page =
            m_infos[place].make({m_services.catalogue, *m_draft, m_services.store, m_services.runs,
                                 m_services.jobs, m_services.dialogs, *this, m_services.settings});
        m_stack->addWidget(page);
        connect(page, &Page::headerChanged, this, [this, place] {
            if (m_current == place)
                m_bar->follow(*this->page(place));
        });
    }
    return page;
}

void MainWindow::makeRemainingPages() {
    const auto missing = std::find(m_pages.begin(), m_pages.end(), nullptr);
    if (missing == m_pages.end())
        return;
    page(static_cast<std::size_t>(missing - m_pages.begin()));
    // One at a time, so that the window answers in between.
    QTimer::singleShot(BetweenPages, this, &MainWindow::makeRemainingPages);
}

void MainWindow::showPage(const QString& id) {
    showPage(placeOf(m_infos, id, &PageInfo::id));
}

void MainWindow::showPage(std::size_t place) {
    if (const Page* left = m_pages[m_current]; left != nullptr && !left->shownRun().empty())
        m_lookedAt = left->shownRun();
    m_current = place;
    m_pageActions->actions().at(static_cast<qsizetype>(place))->setChecked(true);
    Page* shown = page(place);
    shown->prefer(m_lookedAt);
    m_stack->setCurrentWidget(shown);
    m_bar->follow(*shown);
    setWindowTitle(tr("%1 – Concertina").arg(m_infos[place].title));
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
    // What can be done here and now comes first; actions of a page that is not shown would act
    // on what is not shown.
    if (const Page* shown = m_pages[m_current]) {
        add(shown->barActions(), m_infos[m_current].title);
        add(shown->actions(), m_infos[m_current].title);
    }
    add(actions(), tr("Window"));
    return all;
}

bool MainWindow::open(const PageRequest& request) {
    for (std::size_t place = 0; place < m_infos.size(); ++place)
        if (page(place)->open(request)) {
            showPage(place);
            return true;
        }
    return false;
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
    const QString refusal = tr("This cannot be opened.");
    QStringList pictures;
    for (const QString& path : paths) {
        const auto request = requestOf(path, m_services.catalogue);
        if (!request)
            showProblem(refusal, request.error());
        else if (const auto* some = std::get_if<OpenPictures>(&*request))
            pictures << some->files;
        else if (!open(*request))
            showProblem(refusal, {"drop.folder", path.toStdString(), "data",
                                  "a page that sets up experiments", ""});
    }
    if (!pictures.isEmpty())
        open(OpenPictures{pictures});
}

void MainWindow::changeEvent(QEvent* event) {
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::WindowStateChange && m_activity != nullptr)
        m_activity->setWatched(!isMinimized());
}

} // namespace concertina
