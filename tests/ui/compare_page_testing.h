// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/compare_testing.h"
#include "ui/compare/compare_page.h"
#include "ui/compare/picture_stage.h"
#include "ui/compare/report_card.h"
#include "widgets/controls/segmented_control.h"
#include "widgets/pictures/swipe_view.h"
#include "widgets/theme/theme.h"

#include <QAction>
#include <QApplication>
#include <QLabel>
#include <QTest>

#include <memory>
#include <optional>

namespace concertina::testing {

/// The tasks of `testSpec`, in its order.
enum Task { Segmentation, Depth, Normal };

/// A Compare page at the size that it has in the smallest window, with what it works on.
class OpenComparePage {
public:
    OpenComparePage() {
        applyTheme(*static_cast<QApplication*>(QCoreApplication::instance()), ThemeChoice::Light);
        restart();
    }

    /// A page that is new, on the same store and settings.
    void restart() {
        page.reset();
        page = std::make_unique<ComparePage>(desk.context());
        page->resize(1294, 696);
        page->show();
    }

    template <class T>
    T* part() const {
        return page->findChild<T*>();
    }
    SegmentedControl* tasks() const { return choice(QStringLiteral("Task")); }
    SegmentedControl* modes() const { return choice(QStringLiteral("How pictures are compared")); }
    void setMode(CompareMode mode) const { modes()->setCurrentIndex(static_cast<int>(mode)); }
    QAction* action(const QString& text) const {
        for (QAction* each : page->actions())
            if (each->text() == text)
                return each;
        return nullptr;
    }
    SwipeView* swipe() const { return part<SwipeView>(); }
    bool isShown() const { return !swipe()->left().picture.isNull(); }

    /// Whether a label that is to be seen says that.
    bool says(const QString& text, QWidget* in = nullptr) const {
        for (const QLabel* label : (in == nullptr ? page.get() : in)->findChildren<QLabel*>())
            if (label->text().contains(text) && label->isVisible())
                return true;
        return false;
    }

    /// Waits for the pictures and the report; false where they do not come.
    bool open(const RunId& run, const std::optional<RunId>& other = std::nullopt) {
        page->showRuns(run, other);
        return QTest::qWaitFor([this] { return isShown() && page->report()->verdict(); }, 20000);
    }

    CompareDesk desk;
    std::unique_ptr<ComparePage> page;

private:
    SegmentedControl* choice(const QString& name) const {
        for (auto* control : page->findChildren<SegmentedControl*>())
            if (control->accessibleName() == name)
                return control;
        return nullptr;
    }
};

} // namespace concertina::testing
