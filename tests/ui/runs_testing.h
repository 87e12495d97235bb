// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/ui_testing.h"
#include "ui/runs/run_details.h"
#include "ui/runs/runs_model.h"
#include "ui/runs/runs_page.h"
#include "widgets/controls/notice_bar.h"

#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QTableWidget>
#include <QTest>
#include <QTreeView>

#include <algorithm>

namespace concertina::testing {

/// The page on a desk, with what a person does on it.
class RunsBench {
public:
    RunsBench() { useTheme(false); }

    void open() {
        m_page = std::make_unique<RunsPage>(desk.context());
        m_page->resize(1294, 696);
        m_page->show();
        m_page->activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(m_page.get()));
    }
    void openWith(int lines) {
        open();
        QTRY_COMPARE(model().rowCount(), lines);
    }
    void close() { m_page.reset(); }

    RunsPage& page() { return *m_page; }
    QTreeView& table() { return *m_page->findChild<QTreeView*>(); }
    RunsModel& model() { return *m_page->findChild<RunsModel*>(); }
    QLineEdit& filter() { return *m_page->findChild<QLineEdit*>(); }
    RunDetails& details() { return *m_page->findChild<RunDetails*>(); }
    QPlainTextEdit& notes() { return *m_page->findChild<QPlainTextEdit*>(); }
    QTableWidget& differences() { return *m_page->findChild<QTableWidget*>(); }

    /// What the strips say, joined.
    QString strips() {
        QStringList texts;
        for (const NoticeBar* bar : m_page->findChildren<NoticeBar*>())
            if (bar->isVisible())
                texts << bar->text();
        return texts.join(QLatin1Char('\n'));
    }

    bool offers(const char* name) {
        return std::ranges::any_of(m_page->actions(), [&](const QAction* action) {
            return action->text() == QLatin1String(name);
        });
    }

    QAction& action(const char* name) {
        for (QAction* action : m_page->actions())
            if (action->text() == QLatin1String(name))
                return *action;
        qFatal("no action %s", name);
    }

    void select(const std::vector<RunId>& runs) {
        table().clearSelection();
        for (const RunId& run : runs) {
            const QModelIndex index = model().indexOf(run);
            if (index.parent().isValid())
                table().expand(index.parent());
            table().selectionModel()->setCurrentIndex(index, QItemSelectionModel::Select
                                                                 | QItemSelectionModel::Rows);
        }
        table().setFocus();
    }

    std::vector<RunId> selected() {
        std::vector<RunId> all;
        for (const QModelIndex& index : table().selectionModel()->selectedRows())
            for (const RunId& run : model().runsAt(index))
                all.push_back(run);
        return all;
    }

    Desk desk;

private:
    std::unique_ptr<RunsPage> m_page;
};

inline bool hasText(QWidget& widget, const QString& part) {
    for (const QLabel* label : widget.findChildren<QLabel*>())
        if (label->isVisible() && label->text().contains(part))
            return true;
    return false;
}

} // namespace concertina::testing
