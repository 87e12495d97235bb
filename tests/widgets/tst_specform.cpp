// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"
#include "widgets/forms/field_editor.h"
#include "widgets/forms/field_row.h"
#include "widgets/forms/spec_form.h"
#include "widgets/forms/task_chips.h"
#include "widgets/forms/value_edit.h"

#include <QAbstractButton>
#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

using namespace concertina;

namespace {

using Lines = std::vector<std::string>;

/// A form as the page has it: what is edited comes back as the spec's value, or as refused.
class Form {
public:
    explicit Form(ExperimentSpec start = testSpec(), Catalogue methods = testCatalogue())
        : catalogue(std::move(methods)), spec(std::move(start)), form(catalogue) {
        QObject::connect(&form, &SpecForm::edited, &form,
                         [this](const std::string& path, const QString& text) {
                             edits.push_back(path + "=" + text.toStdString());
                             take(path, text.toStdString());
                         });
        display();
        form.resize(600, 900);
        form.show();
    }

    void display() { form.setGroups({{QString(), placesOf(spec, catalogue)}}, refused); }

    void take(const std::string& path, const std::string& text) {
        const auto place = placeAt(spec, catalogue, path);
        const auto value = parseValue(place->field, text);
        refused.erase(path);
        if (value && !check(place->field, *value, path))
            spec = withJsonAt(spec, *place, *value);
        else
            refused[path] = text;
        display();
    }

    template <class Control>
    Control* control(const std::string& path) {
        return qobject_cast<Control*>(form.row(path)->editor()->focusProxy());
    }

    Catalogue catalogue;
    ExperimentSpec spec;
    std::map<std::string, std::string> refused;
    Lines edits;
    SpecForm form;
};

void type(QLineEdit* line, const QString& text) {
    line->setFocus();
    line->selectAll();
    QTest::keyClicks(line, text);
}

} // namespace

class SpecFormTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyPlaceOfTheTablesHasARow() {
        Form f;
        for (const SpecPlace& place : placesOf(f.spec, f.catalogue)) {
            const FieldRow* row = f.form.row(place.path);
            QVERIFY2(row != nullptr, place.path.c_str());
            QVERIFY2(!row->editor()->focusProxy()->accessibleName().isEmpty(), place.path.c_str());
            QVERIFY2(row->toolTip().contains(QString::fromStdString(place.field.help).toHtmlEscaped()),
                     place.path.c_str());
        }
    }

    void theEditorIsChosenByTheType() {
        Form f;
        QVERIFY(f.control<QCheckBox>("data.flip") != nullptr);
        QVERIFY(f.control<QComboBox>("train.device") != nullptr);
        QVERIFY(f.control<QComboBox>("train.optimizer.id") != nullptr);
        QVERIFY(f.control<ValueEdit>("train.lr") != nullptr);
        QVERIFY(f.control<ValueEdit>("data.scales") != nullptr);
        QVERIFY(f.control<ValueEdit>("name") != nullptr);
    }

    void methodsAreChosenByTheirLabels() {
        Form f;
        auto* box = f.control<QComboBox>("train.optimizer.id");
        QCOMPARE(box->currentText(), QStringLiteral("Adam"));
        box->setFocus();
        QTest::keyClick(box, Qt::Key_Up);
        QCOMPARE(f.spec.train.optimizer.id, "sgd");
        QVERIFY(f.form.row("train.optimizer.options.momentum") != nullptr);
        QVERIFY(f.form.row("train.optimizer.options.beta1") == nullptr);
    }

    /// Added, removed, put in order and exchanged, each with its own options.
    void aListOfMethodsIsEdited() {
        ExperimentSpec spec = testSpec();
        spec.network.kernels[0].method = {"stack", Json::object()};
        Form f(spec, catalogueWithLists());
        const std::string list = "network.kernels.0.options.parts";
        const auto editor = [&] { return f.form.row(list)->editor(); };
        const auto boxes = [&] {
            QList<QComboBox*> all;
            for (auto* box : editor()->findChildren<QComboBox*>())
                if (box->isVisibleTo(editor()))
                    all << box;
            return all;
        };
        const auto button = [&](const char* name) {
            for (auto* found : editor()->findChildren<QToolButton*>())
                if (found->isVisibleTo(editor())
                    && (found->accessibleName() == QLatin1String(name)
                        || found->text() == QLatin1String(name)))
                    return found;
            qFatal("no button %s", name);
        };
        const auto ids = [&] {
            Lines all;
            const Json methods = placeAt(f.spec, f.catalogue, list)->value;
            for (const Json& method : methods)
                all.push_back(method["id"].get<std::string>());
            return all;
        };
        QCOMPARE(boxes().size(), 2);
        QCOMPARE(boxes()[1]->currentText(), QStringLiteral("Factored"));
        QVERIFY(f.form.row(list + ".1.options.rank") != nullptr);
        f.take(list + ".1.options.rank", "0.5");
        button("Method 2 further to the front")->click();
        QCOMPARE(ids(), (Lines{"factored", "plain"}));
        QVERIFY(placeAt(f.spec, f.catalogue, list + ".0.options.rank")->value == Json(0.5));
        QVERIFY(f.form.row(list + ".0.options.rank") != nullptr);
        QVERIFY(f.form.row(list + ".1.options.rank") == nullptr);
        button("Add")->click();
        QCOMPARE(ids(), (Lines{"factored", "factored", "plain"}));
        Q_EMIT boxes()[0]->activated(0);
        QCOMPARE(ids(), (Lines{"plain", "factored", "plain"}));
        button("Remove method 1")->click();
        button("Remove method 2")->click();
        QCOMPARE(ids(), Lines{"factored"});
        QVERIFY(!button("Remove method 1")->isEnabled()); // it may not be empty
        QVERIFY(!button("Method 1 further to the front")->isEnabled());
        // An id that the catalogue does not know is shown as it is.
        f.take(list, "gone");
        QCOMPARE(boxes()[0]->currentText(), QStringLiteral("gone (unknown)"));
    }

    void anUnknownMethodIsShownAsSuch() {
        ExperimentSpec spec = testSpec();
        spec.network.backbone.id = "gone";
        Form f(spec);
        QVERIFY(f.control<QComboBox>("network.backbone.id")->currentText().contains("gone"));
    }

    void typingReportsEveryChange() {
        Form f;
        type(f.control<ValueEdit>("train.lr"), QStringLiteral("0.05"));
        QCOMPARE(f.edits, (Lines{"train.lr=0", "train.lr=0.", "train.lr=0.0", "train.lr=0.05"}));
        QCOMPARE(f.spec.train.lr, 0.05);
    }

    /// "0.0" is zero already, and "0." no more than zero: written out as "0" they would make it
    /// impossible to go on to "0.05".
    void whatIsBeingTypedIsNotWrittenOver() {
        Form f;
        auto* line = f.control<ValueEdit>("train.lr");
        type(line, QStringLiteral("0.0"));
        QCOMPARE(line->text(), QStringLiteral("0.0"));
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(line->text(), QStringLiteral("0"));
    }

    void whatIsNoValueStaysAndIsMarked() {
        Form f;
        auto* line = f.control<ValueEdit>("train.batch");
        type(line, QStringLiteral("many"));
        f.form.setProblems({{"train.batch", QStringLiteral("a whole number")}});
        QTest::keyClick(line, Qt::Key_Return);
        QCOMPARE(line->text(), QStringLiteral("many"));
        QVERIFY(line->isWrong());
        QCOMPARE(f.form.row("train.batch")->problem(), QStringLiteral("a whole number"));
        f.form.setProblems({});
        QVERIFY(!line->isWrong());
    }

    void theDefaultIsMarkedAndOneClickAway() {
        Form f;
        FieldRow* row = f.form.row("train.batch");
        auto* reset = row->findChild<QToolButton*>();
        QVERIFY(row->isDefault());
        QVERIFY(reset->isHidden());
        type(f.control<ValueEdit>("train.batch"), QStringLiteral("3"));
        QVERIFY(!row->isDefault());
        QVERIFY(!reset->isHidden());
        reset->click();
        QCOMPARE(f.spec.train.batch, TrainSpec{}.batch);
        QVERIFY(reset->isHidden());
    }

    void advancedFieldsAreBehindMoreWhichCountsTheChangedOnes() {
        ExperimentSpec spec = testSpec();
        spec.train.clipNorm = 1;
        spec.data.damaged = DamagedSamples::Skip;
        Form f(spec);
        auto* more = f.form.findChild<QToolButton*>(QString(), Qt::FindDirectChildrenOnly);
        QVERIFY(f.form.row("train.lr")->isVisible());
        QVERIFY(!f.form.row("train.clip_norm")->isVisible());
        QVERIFY(more->text().contains(QLatin1Char('2')));
        more->click();
        QVERIFY(f.form.row("train.clip_norm")->isVisible());
        more->click();
        QVERIFY(!f.form.row("train.clip_norm")->isVisible());
    }

    void aProblemIsNeverHidden() {
        Form f;
        f.form.setProblems({{"train.clip_norm", QStringLiteral("too much")}});
        QVERIFY(f.form.row("train.clip_norm")->isVisible());
    }

    void showFieldGoesThere() {
        Form f;
        f.form.activateWindow();
        QVERIFY(QTest::qWaitForWindowActive(&f.form));
        QVERIFY(f.form.showField("train.warmup"));
        QVERIFY(f.control<ValueEdit>("train.warmup")->hasFocus());
        QVERIFY(!f.form.showField("nowhere"));
    }

    void rowsStayWhileOthersChange() {
        Form f;
        FieldRow* row = f.form.row("train.lr");
        f.take("train.optimizer.id", "sgd");
        QCOMPARE(f.form.row("train.lr"), row);
        f.take("network.backbone.options.stages", "3");
        QCOMPARE(f.form.row("train.lr"), row);
    }

    void upAndDownStepNumbers() {
        const FieldInfo whole{.type = FieldType::Integer, .minimum = 1, .maximum = 20};
        const FieldInfo real{.type = FieldType::Real, .minimum = 0, .maximum = 1};
        const auto step = [](const FieldInfo& field, const char* text, int direction,
                             bool far = false) {
            return ValueEdit::stepped(field, QString::fromUtf8(text), direction, far)
                .value_or(QStringLiteral("none"));
        };
        QCOMPARE(step(whole, "8", 1), QStringLiteral("9"));
        QCOMPARE(step(whole, "8", 1, true), QStringLiteral("18"));
        QCOMPARE(step(whole, "1", -1), QStringLiteral("1"));
        QCOMPARE(step(real, "0.001", 1), QStringLiteral("0.002"));
        QCOMPARE(step(real, "0.002", 1), QStringLiteral("0.005"));
        QCOMPARE(step(real, "0.003", -1), QStringLiteral("0.002"));
        QCOMPARE(step(real, "0.001", -1), QStringLiteral("5e-4"));
        QCOMPARE(step(real, "0.5", 1), QStringLiteral("1"));
        QCOMPARE(step(real, "1", 1), QStringLiteral("1"));
        QCOMPARE(step(real, "abc", 1), QStringLiteral("none"));
    }

    void undoIsLeftToTheOwnerOfTheValue() {
        Form f;
        auto* line = f.control<ValueEdit>("train.lr");
        type(line, QStringLiteral("0.5"));
        QTest::keyClick(line, Qt::Key_Z, Qt::ControlModifier);
        QCOMPARE(line->text(), QStringLiteral("0.5"));
    }

    void narrowFormsHaveOneColumn() {
        Form f;
        const auto sameLine = [&] {
            QCoreApplication::sendPostedEvents();
            return f.form.row("data.height")->y() == f.form.row("data.width")->y();
        };
        f.form.resize(300, 900);
        QVERIFY(!sameLine());
        f.form.resize(600, 900);
        QCoreApplication::sendPostedEvents();
        QVERIFY(f.form.row("train.lr")->width() > 200);
    }

    void chipsTurnTasksOnAndOff() {
        const Catalogue catalogue = testCatalogue();
        TaskChips chips(catalogue);
        chips.setTasks({"depth"});
        QVERIFY(chips.chip("depth")->isChecked());
        QVERIFY(!chips.chip("normal")->isChecked());
        std::vector<std::pair<std::string, bool>> reported;
        connect(&chips, &TaskChips::toggled, this,
                [&](const std::string& task, bool on) { reported.emplace_back(task, on); });
        chips.chip("normal")->click();
        chips.chip("depth")->click();
        QVERIFY((reported
                 == std::vector<std::pair<std::string, bool>>{{"normal", true}, {"depth", false}}));
    }
};

QTEST_MAIN(SpecFormTest)

#include "tst_specform.moc"
