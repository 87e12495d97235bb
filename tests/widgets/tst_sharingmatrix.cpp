// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/model/sharing_edit.h"
#include "tests/model/test_catalogue.h"
#include "tests/printing.h"
#include "widgets/sharing/sharing_matrix.h"
#include "widgets/sharing/sharing_painter.h"

#include <QAbstractItemModelTester>
#include <QImage>
#include <QListView>
#include <QPainter>
#include <QTest>
#include <QToolButton>

#include <set>

using namespace concertina;

namespace {

using Lines = std::vector<std::string>;
using Layers = std::vector<std::size_t>;

/// Layers enc1.1, enc1.2, dec1.1, dec1.2 with two convolutions a stage.
ExperimentSpec twoStages(Lines sharing = {"*: tied"}) {
    ExperimentSpec spec = testSpec();
    spec.network.backbone.options = {{"stages", 1}, {"convolutions", 2}};
    spec.network.sharing = std::move(sharing);
    return spec;
}

const std::vector<SharingTask> tasks{{"S", "Segmentation"}, {"D", "Depth"}, {"N", "Normals"}};

NetworkDesign designOf(const ExperimentSpec& spec) {
    const std::vector<int> outputs{13, 1, 3};
    return designNetwork(spec, testCatalogue(), outputs).design;
}

/// A matrix whose requests are granted, as in the page.
class Matrix {
public:
    explicit Matrix(ExperimentSpec start = twoStages()) : spec(std::move(start)) {
        QObject::connect(&matrix, &SharingMatrix::stateWanted, &matrix,
                         [this](const Layers& layers, SharingState state) {
                             wanted.emplace_back(layers, state);
                             std::vector<LayerFactors> factors;
                             const NetworkDesign design = designOf(spec);
                             for (std::size_t i = 0; i < design.plan.layers.size(); ++i)
                                 factors.push_back(design.layers[i].factors);
                             spec.network.sharing =
                                 rulesWithState(spec.network.sharing, factors, design.plan.tasks,
                                                layers, state);
                             matrix.setNetwork(designOf(spec), tasks);
                         });
        matrix.setNetwork(designOf(spec), tasks);
        matrix.resize(320, 300);
        matrix.show();
    }

    void click(int row, Qt::KeyboardModifiers modifiers = {}, int x = 150) {
        const QRect area = matrix.view()->visualRect(matrix.model().index(row));
        QTest::mouseClick(matrix.view()->viewport(), Qt::LeftButton, modifiers,
                          QPoint(x, area.center().y()));
        QCoreApplication::processEvents();
    }
    void go(int row) { matrix.view()->setCurrentIndex(matrix.model().index(row)); }
    void key(Qt::Key key, Qt::KeyboardModifiers modifiers = {}) {
        QTest::keyClick(matrix.view(), key, modifiers);
    }
    QString label(int row) const { return matrix.model().row(row).label; }
    SharingState state(int row) const { return *matrix.model().row(row).state; }

    ExperimentSpec spec;
    SharingMatrix matrix;
    std::vector<std::pair<Layers, SharingState>> wanted;
};

LayerPlan planOf(const std::string& rule) {
    return designOf(twoStages({rule})).plan.layers.front();
}

QImage painted(const LayerPlan& plan, bool letters) {
    QImage image(90, 26, QImage::Format_Grayscale8);
    image.fill(Qt::white);
    SharingRow row;
    row.plan = plan;
    auto shown = SharingModel::kernelLetters(row, 3);
    if (!letters)
        shown.assign(3, QString());
    QPainter painter(&image);
    paintSharing(painter, image.rect(), plan, shown, QPalette());
    return image;
}

} // namespace

class SharingMatrixTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theModelKeepsTheRulesOfModels() {
        SharingModel model;
        const QAbstractItemModelTester tester(&model);
        model.setNetwork(designOf(twoStages()), tasks);
        QCOMPARE(model.rowCount(), 2);
        model.setNetwork(designOf(twoStages({"*: tied", "enc1.2: separate"})), tasks);
        QCOMPARE(model.rowCount(), 3);
        model.setUnfolded("dec1", true);
        QCOMPARE(model.rowCount(), 4);
        model.clear();
        QCOMPARE(model.rowCount(), 0);
    }

    void neighboursThatAgreeAreOneRow() {
        Matrix m;
        QCOMPARE(m.label(0), QStringLiteral("enc1"));
        QVERIFY((m.matrix.model().row(0).layers == Layers{0, 1}));
        m.matrix.setNetwork(designOf(twoStages({"*: tied", "enc1.2: merged"})), tasks);
        QCOMPARE(m.label(0), QStringLiteral("enc1.1"));
        QCOMPARE(m.label(1), QStringLiteral("enc1.2"));
        QCOMPARE(m.label(2), QStringLiteral("dec1"));
    }

    void aRunInsideAStageSaysWhichLayersItHas() {
        ExperimentSpec spec = twoStages({"*: tied", "enc1.3: merged"});
        spec.network.backbone.options["convolutions"] = 3;
        Matrix m(spec);
        QCOMPARE(m.label(0), QStringLiteral("enc1.1–2"));
        QCOMPARE(m.label(1), QStringLiteral("enc1.3"));
    }

    void aClickGoesOnToTheNextState() {
        Matrix m;
        for (const auto state : {SharingState::Merged, SharingState::FactorsShared,
                                 SharingState::Separate, SharingState::Tied}) {
            m.click(0);
            QCOMPARE(m.state(0), state);
            QCOMPARE(m.state(1), SharingState::Tied);
        }
        QCOMPARE(m.spec.network.sharing, (Lines{"*: tied"}));
    }

    void aKernelWithoutACoreIsTiedOrSeparate() {
        ExperimentSpec spec = twoStages();
        spec.network.kernels = {{"*", {"plain", Json::object()}}};
        Matrix m(spec);
        m.click(0);
        QCOMPARE(m.state(0), SharingState::Separate);
        m.click(0);
        QCOMPARE(m.state(0), SharingState::Tied);
    }

    void keysChooseStates() {
        Matrix m;
        m.go(1);
        m.key(Qt::Key_S);
        QCOMPARE(m.state(1), SharingState::Separate);
        m.key(Qt::Key_F);
        QCOMPARE(m.state(1), SharingState::FactorsShared);
        m.key(Qt::Key_M);
        QCOMPARE(m.state(1), SharingState::Merged);
        m.key(Qt::Key_T);
        QCOMPARE(m.state(1), SharingState::Tied);
        m.key(Qt::Key_Space);
        QCOMPARE(m.state(1), SharingState::Merged);
        m.key(Qt::Key_Return);
        QCOMPARE(m.state(1), SharingState::FactorsShared);
        QCOMPARE(m.state(0), SharingState::Tied);
    }

    void shiftSelectsSeveralThatChangeTogether() {
        Matrix m;
        m.go(0);
        m.key(Qt::Key_Down, Qt::ShiftModifier);
        QVERIFY((m.matrix.selectedLayers() == Layers{0, 1, 2, 3}));
        m.key(Qt::Key_S);
        QCOMPARE(m.spec.network.sharing, (Lines{"*: separate"}));
        QVERIFY((m.matrix.selectedLayers() == Layers{0, 1, 2, 3}));
    }

    void aClickWithShiftOnlySelects() {
        Matrix m;
        m.go(0);
        m.click(1, Qt::ShiftModifier);
        QVERIFY(m.wanted.empty());
        QCOMPARE(m.matrix.selectedLayers().size(), std::size_t{4});
    }

    void rightAndLeftUnfoldAndFold() {
        Matrix m;
        m.go(0);
        m.key(Qt::Key_Right);
        QCOMPARE(m.matrix.model().rowCount(), 3);
        QCOMPARE(m.label(0), QStringLiteral("enc1.1"));
        m.go(1);
        m.key(Qt::Key_S);
        QCOMPARE(m.spec.network.sharing, (Lines{"*: tied", "enc1.2: separate"}));
        m.key(Qt::Key_T);
        m.key(Qt::Key_Left);
        QCOMPARE(m.label(0), QStringLiteral("enc1"));
    }

    void theChevronUnfoldsByMouse() {
        Matrix m;
        m.click(0, {}, 5);
        QCOMPARE(m.matrix.model().rowCount(), 3);
        QVERIFY(m.wanted.empty());
    }

    void buttonsOfferWhatTheSelectedLayersCanBe() {
        ExperimentSpec spec = twoStages();
        spec.network.kernels = {{"*", {"plain", Json::object()}}};
        Matrix m(spec);
        const auto enabled = [&] {
            QStringList names;
            for (const QToolButton* button : m.matrix.findChildren<QToolButton*>())
                if (button->isEnabled())
                    names << button->text();
            return names;
        };
        QCOMPARE(enabled(), QStringList());
        m.go(0);
        QCOMPARE(enabled(), (QStringList{"Tied", "Separate"}));
    }

    void everyRowCanBeReadAloud() {
        Matrix m(twoStages({"*: tied", "dec1.*: {segmentation, depth} | {normal} separate"}));
        const auto text = [&](int row) { return m.matrix.model().index(row).data().toString(); };
        QCOMPARE(text(0), QStringLiteral("enc1, 2 layers: Tied; Segmentation kernel A, Depth "
                                         "kernel A, Normals kernel A"));
        QVERIFY(text(1).contains(QStringLiteral("groups of tasks; Segmentation kernel A, Depth "
                                                "kernel A, Normals kernel B")));
    }

    void tooltipsShowTheStateAndItsCost() {
        Matrix m(twoStages({"*: merged"}));
        const QString tip = m.matrix.model().index(0).data(Qt::ToolTipRole).toString();
        QVERIFY2(tip.contains(QStringLiteral("Merged")), qPrintable(tip));
        QVERIFY2(tip.contains(QStringLiteral("parameters in training")), qPrintable(tip));
        // enc1.1: U 8×8, V 8×27, three M 8×8, bias 8; enc1.2: U 8×8, V 8×72, three M 8×8, bias 8.
        QCOMPARE(m.matrix.model().row(0).trained, 64 + 216 + 3 * 64 + 8 + 64 + 576 + 3 * 64 + 8.0);
        QCOMPARE(m.matrix.model().row(0).collapsed, 8 * 27 + 8 + 8 * 72 + 8.0);
    }

    /// In grey and without letters: the outlines and dots alone distinguish the states.
    void theShapesOfAllStatesDiffer() {
        std::set<QByteArray> pictures;
        for (const char* state : {"tied", "merged", "factors shared", "separate"}) {
            const QImage image = painted(planOf(std::string("*: ") + state), false);
            pictures.insert(QByteArray(reinterpret_cast<const char*>(image.constBits()),
                                       image.sizeInBytes()));
        }
        QCOMPARE(pictures.size(), std::size_t{4});
    }

    void whatIsFrozenIsNamedAndDrawn() {
        // One layer a row: enc1.1, enc1.2, dec1.1, dec1.2.
        Matrix m(twoStages({"*: tied", "enc1.1: separate", "dec1.1: separate"}));
        const auto picture = [&m](int row) {
            return m.matrix.view()->viewport()->grab(
                m.matrix.view()->visualRect(m.matrix.model().index(row))).toImage();
        };
        const auto text = [&m](int row, int role) {
            return m.matrix.model().index(row).data(role).toString();
        };
        const std::array moving{picture(0), picture(1), picture(2), picture(3)};
        m.spec.network.sharing.insert(m.spec.network.sharing.end(),
                                      {"enc1.1: freeze", "dec1.1: freeze", "dec1.1: unfreeze M"});
        m.matrix.setNetwork(designOf(m.spec), tasks);
        QVERIFY(m.matrix.model().row(0).state == SharingState::Separate); // it keeps its name
        QVERIFY(m.matrix.model().row(0).isAllFrozen());
        QVERIFY(!m.matrix.model().row(2).isAllFrozen());
        QVERIFY(picture(0) != moving[0]);
        QCOMPARE(picture(1), moving[1]);
        QVERIFY(picture(2) != moving[2]);
        QCOMPARE(picture(3), moving[3]);
        QVERIFY2(text(0, Qt::DisplayRole).startsWith(QStringLiteral("enc1.1: Separate, frozen;")),
                 qPrintable(text(0, Qt::DisplayRole)));
        QVERIFY2(text(2, Qt::DisplayRole).contains(QStringLiteral(", frozen: U, V, bias, norm;")),
                 qPrintable(text(2, Qt::DisplayRole)));
        QVERIFY(text(0, Qt::ToolTipRole).contains(QStringLiteral("Frozen")));
        QVERIFY(text(2, Qt::ToolTipRole).contains(QStringLiteral("U, V, bias, norm; these rest")));
        QVERIFY(!text(1, Qt::ToolTipRole).contains(QStringLiteral("Frozen")));
    }

    /// In grey: all of a layer, part of it, nothing.
    void theLocksOfAllAndOfPartDiffer() {
        std::set<QByteArray> pictures;
        for (const int lock : {0, 1, 2}) {
            QImage image(9, 11, QImage::Format_Grayscale8);
            image.fill(Qt::white);
            QPainter painter(&image);
            if (lock > 0)
                paintLock(painter, image.rect(), lock == 2, QPalette());
            painter.end();
            pictures.insert(QByteArray(reinterpret_cast<const char*>(image.constBits()),
                                       image.sizeInBytes()));
        }
        QCOMPARE(pictures.size(), std::size_t{3});
    }

    void aSingleTaskIsTied() {
        ExperimentSpec spec = twoStages();
        spec.tasks.resize(1);
        const std::vector<int> outputs{13};
        SharingMatrix matrix;
        matrix.setNetwork(designNetwork(spec, testCatalogue(), outputs).design,
                          {tasks.front()});
        int requests = 0;
        connect(&matrix, &SharingMatrix::stateWanted, this, [&] { ++requests; });
        matrix.view()->setCurrentIndex(matrix.model().index(0));
        QTest::keyClick(matrix.view(), Qt::Key_Space);
        QCOMPARE(requests, 0);
    }
};

QTEST_MAIN(SharingMatrixTest)

#include "tst_sharingmatrix.moc"
