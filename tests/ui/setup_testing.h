// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/model/test_catalogue.h"
#include "tests/ui/ui_testing.h"
#include "ui/setup/costs_card.h"
#include "ui/setup/problems_panel.h"
#include "ui/setup/setup_forms.h"
#include "ui/setup/setup_page.h"
#include "widgets/forms/field_editor.h"
#include "widgets/forms/field_row.h"
#include "widgets/forms/spec_form.h"

#include <QAction>
#include <QLineEdit>
#include <QTest>

#include <optional>

namespace concertina::testing {

inline DatasetSummary rooms() {
    return {.name = "rooms",
            .splits = {{"train", 640}, {"val", 64}},
            .targets = {{"segmentation", 13, &classesTarget(), NamesCount::Pixels},
                        {"depth", 0, &depthTarget()},
                        {"normal", 0, &normalsTarget()}}};
}

inline std::vector<Frame> frames(int first, int count, const ExperimentSpec& spec) {
    std::vector<Frame> all;
    for (int i = 0; i < count; ++i) {
        Frame frame{.name = "room " + std::to_string(first + i),
                    .image = blankImage(spec.data.height, spec.data.width, 90)};
        const auto pixels =
            static_cast<std::size_t>(spec.data.height) * static_cast<std::size_t>(spec.data.width);
        for (const TaskSpec& task : spec.tasks) {
            ValueMap truth{&depthTarget(), spec.data.height, spec.data.width,
                           std::vector<float>(pixels, 2.5F)};
            frame.tasks.push_back({task.method.id, &depthTarget(), {}, truth, {}, {}});
        }
        all.push_back(std::move(frame));
    }
    return all;
}

/// The page as a person has it before them, with what it asked for answered.
class Bench {
public:
    explicit Bench(bool datasetKnown = true) {
        make();
        page->load(testSpec(), QStringLiteral("a test"));
        settle();
        if (datasetKnown)
            answerDataset(rooms());
    }

    void make() {
        page.reset();
        desk.draft.reset();
        page.emplace(desk.context());
        page->resize(1294, 696);
        page->show();
        settle();
    }

    /// Until everything that was changed has been looked at.
    void settle() {
        QVERIFY(QTest::qWaitFor([&] { return !page->isBusy(); }));
        QCoreApplication::processEvents();
    }

    void answerDataset(Expected<DatasetSummary> summary) {
        QVERIFY(QTest::qWaitFor([&] { return desk.jobs.described.size() > answered; }));
        answered = desk.jobs.described.size();
        desk.jobs.described.back().answer(std::move(summary));
        settle();
    }

    template <class Widget>
    Widget* find() {
        return page->findChild<Widget*>();
    }
    SetupForms& forms() { return *find<SetupForms>(); }
    QAction& start() { return *page->barActions().last(); }
    const std::vector<ShownProblem>& problems() { return find<ProblemsPanel>()->problems(); }
    const ExperimentSpec& spec() { return page->document().spec(); }

    FieldRow* row(const std::string& path) {
        for (SpecForm* form : {forms().dataForm(), forms().networkForm(), forms().recipeForm()})
            if (FieldRow* found = form->row(path))
                return found;
        return nullptr;
    }
    QLineEdit* line(const std::string& path) {
        return qobject_cast<QLineEdit*>(row(path)->editor()->focusProxy());
    }
    void type(const std::string& path, const QString& text) {
        QLineEdit* edit = line(path);
        edit->setFocus();
        edit->selectAll();
        QTest::keyClicks(edit, text);
        QTest::keyClick(edit, Qt::Key_Return);
        settle();
    }
    QString cost(int index) { return find<CostsCard>()->lines().at(index); }

    Desk desk;
    std::optional<SetupPage> page;
    std::size_t answered = 0;
};

/// To be looked at: the page as it is on both screens, in both themes.
inline void takePictures(QWidget& page, const QString& name) {
    const QString folder = qEnvironmentVariable("CONCERTINA_PICTURES");
    for (const QSize size : {QSize(1294, 696), QSize(1848, 1008)})
        for (const bool dark : {false, true})
            if (!folder.isEmpty()) {
                useTheme(dark);
                page.resize(size);
                QTest::qWait(100);
                page.grab().save(QStringLiteral("%1/%2, %3, %4.png")
                                     .arg(folder, name)
                                     .arg(size.width())
                                     .arg(dark ? QStringLiteral("dark") : QStringLiteral("light")));
            }
}

} // namespace concertina::testing
