// SPDX-License-Identifier: GPL-3.0-or-later
// What the sharing matrix says of factors: whose they are, what rests, gates and mixtures.
#include "tests/model/adapted_catalogue.h"
#include "tests/printing.h"
#include "widgets/controls/toned_label.h"
#include "widgets/sharing/mixture_map.h"
#include "widgets/sharing/sharing_matrix.h"
#include "widgets/sharing/sharing_painter.h"

#include <QImage>
#include <QListView>
#include <QPainter>
#include <QSignalSpy>
#include <QTest>

#include <cmath>
#include <limits>
#include <set>

using namespace concertina;

namespace {

const std::vector<SharingTask> tasks{{"S", "Segmentation"}, {"D", "Depth"}, {"N", "Normals"}};

NetworkDesign designOf(const ExperimentSpec& spec) {
    static const Catalogue catalogue = adaptedCatalogue();
    const std::vector<int> outputs{13, 1, 3};
    DesignResult result = designNetwork(spec, catalogue, outputs);
    if (!result.problems.empty())
        qFatal("%s", toText(result.problems).c_str());
    return std::move(result.design);
}

/// A matrix of a spec, with its first row chosen.
class Shown {
public:
    explicit Shown(const ExperimentSpec& spec) {
        matrix.setNetwork(designOf(spec), tasks);
        matrix.resize(340, 300);
        matrix.show();
        matrix.view()->setCurrentIndex(matrix.model().index(0));
    }
    QString factors() const {
        QStringList texts;
        for (const auto* label : matrix.findChildren<TonedLabel*>())
            texts << label->text();
        return texts.join(QLatin1Char('\n'));
    }
    QString text(int row, int role = Qt::DisplayRole) const {
        return matrix.model().index(row).data(role).toString();
    }
    QImage picture(int row) {
        return matrix.view()
            ->viewport()
            ->grab(matrix.view()->visualRect(matrix.model().index(row)))
            .toImage();
    }

    SharingMatrix matrix;
};

QByteArray greyGates(const std::vector<std::optional<GateShare>>& gates) {
    QImage image(90, 24, QImage::Format_Grayscale8);
    image.fill(Qt::white);
    QPainter painter(&image);
    paintGates(painter, image.rect(), gates, QPalette());
    painter.end();
    return QByteArray(reinterpret_cast<const char*>(image.constBits()), image.sizeInBytes());
}

} // namespace

class SharingFactorsTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void ownersAreNamedForTheChosenLayer() {
        Shown shown(adaptedSpec(
            "factored", {"*: factors shared", "enc1.1: U {segmentation, depth} | {normal}"}));
        QCOMPARE(shown.factors(),
                 QStringLiteral("U: S D | N · M, bias, norm: each task · V: all tasks"));
        shown.matrix.view()->setCurrentIndex(shown.matrix.model().index(1));
        QCOMPARE(shown.factors(), QStringLiteral("U, V: all tasks · M, bias, norm: each task"));
        QCOMPARE(shown.text(1, Qt::AccessibleDescriptionRole), shown.factors());
    }

    void whatRestsFromTheStartIsNamed() {
        Shown shown(adaptedSpec("gated"));
        QCOMPARE(shown.factors(),
                 QStringLiteral("W: all tasks, frozen · D, bias, norm: each task · "
                                "s: each task, a gate"));
        QVERIFY2(shown.text(0).contains(QStringLiteral("frozen: W")), qPrintable(shown.text(0)));
        QVERIFY(shown.text(0, Qt::ToolTipRole).contains(QStringLiteral("W; these rest")));
        shown.matrix.setNetwork(designOf(adaptedSpec("gated", {"*: unfreeze W"})), tasks);
        QVERIFY(!shown.factors().contains(QStringLiteral("frozen")));
    }

    void theNetworksOneTensorIsCalledSo() {
        Shown shown(adaptedSpec("mixed"));
        QVERIFY2(shown.factors().contains(
                     QStringLiteral("Z: each task, one for the whole network, a mixture")),
                 qPrintable(shown.factors()));
        const QString tip = shown.text(0, Qt::ToolTipRole);
        QVERIFY2(tip.contains(QStringLiteral("Z is one for the whole network")), qPrintable(tip));
    }

    void whatRunsBehindTheKernelIsCalledSo() {
        ExperimentSpec spec = adaptedSpec("behind");
        Shown shown(spec);
        QVERIFY2(shown.factors().contains(
                     QStringLiteral("T, T.bias: each task, kept behind the kernel")),
                 qPrintable(shown.factors()));
        QVERIFY(shown.text(0, Qt::ToolTipRole)
                    .contains(QStringLiteral("T, T.bias run behind the kernel, and are kept")));
        spec.network.kernels[0].method.options = {{"kept", false}};
        shown.matrix.setNetwork(designOf(spec), tasks);
        QVERIFY(!shown.factors().contains(QStringLiteral("kept")));
        QVERIFY(shown.text(0, Qt::ToolTipRole).contains(QStringLiteral("has one kernel")));
    }

    void nothingIsSaidOfFactorsWithoutALayer() {
        Shown shown(adaptedSpec("gated"));
        shown.matrix.view()->setCurrentIndex({});
        QVERIFY(shown.factors().contains(QStringLiteral("Choose a layer")));
        shown.matrix.clear();
        QCOMPARE(shown.factors(), QString());
    }

    void eachCellShowsWhetherItsTaskClaimsTheLayer() {
        Shown shown(adaptedSpec("gated"));
        const QImage before = shown.picture(0);
        QVERIFY(!shown.text(0).contains(QStringLiteral("claim")));
        shown.matrix.setReadings(gateReadings());
        QVERIFY(shown.picture(0) != before);
        QVERIFY2(shown.text(0).endsWith(
                     QStringLiteral("Segmentation kernel A claimed, Depth kernel B claimed, "
                                    "Normals kernel C not claimed")),
                 qPrintable(shown.text(0)));
        QVERIFY(shown.text(1).contains(QStringLiteral("Depth kernel B not claimed")));
        const QString tip = shown.text(1, Qt::ToolTipRole);
        QVERIFY2(
            tip.contains(QStringLiteral("At step 400"))
                && tip.contains(QStringLiteral("Depth: not claimed (score 0.031, threshold 0.1)")),
            qPrintable(tip));
        shown.matrix.setReadings({});
        QCOMPARE(shown.picture(0), before);
    }

    void layersInOneRowAreCountedTogether() {
        ExperimentSpec spec = adaptedSpec("gated");
        spec.network.backbone.options = {{"stages", 1}, {"convolutions", 2}};
        FactorReadings readings = gateReadings();
        for (FactorReading& copy : readings.copies)
            copy.layer = copy.layer == "enc2.1" ? "enc1.2" : copy.layer;
        Shown shown(spec); // enc1.1 and enc1.2, dec1.1 and dec1.2
        shown.matrix.setReadings(readings);
        QVERIFY2(
            shown.text(0).contains(QStringLiteral("Segmentation kernel A claims 2 of 2 layers, "
                                                  "Depth kernel B claims 1 of 2 layers")),
            qPrintable(shown.text(0)));
        QVERIFY(shown.text(0, Qt::ToolTipRole)
                    .contains(QStringLiteral("score 0.031 to 0.152, threshold 0.1")));
        QVERIFY(shown.text(1).contains(QStringLiteral("Segmentation kernel A claimed")));
    }

    /// Of a plan that is tried: a kernel made anew has no gate.
    void aLayerThatHasNoGateAnyMoreShowsNone() {
        ExperimentSpec spec = adaptedSpec("gated");
        spec.network.kernels.push_back({"enc1.1", {"plain", Json::object()}});
        Shown shown(spec);
        shown.matrix.setReadings(gateReadings());
        QVERIFY(!shown.text(0).contains(QStringLiteral("claimed")));
        QVERIFY(shown.text(1).contains(QStringLiteral("claimed")));
    }

    /// In grey: all, some, none, no gate.
    void theBarsOfGatesDiffer() {
        std::set<QByteArray> pictures;
        for (const int open : {0, 1, 2})
            pictures.insert(greyGates({GateShare{.open = open, .gated = 2}, {}, {}}));
        pictures.insert(greyGates({{}, {}, {}}));
        QCOMPARE(pictures.size(), std::size_t{4});
    }

    void theMapSpeaksOfACell() {
        MixtureMap map;
        map.setRows({{0, tasks[0], {0.25, 0.75}}, {2, tasks[2], {1, 0}}}, QStringLiteral("skill"));
        map.resize(300, map.sizeHint().height());
        map.show();
        QSignalSpy pointed(&map, &MixtureMap::pointedAt);
        QTest::mouseMove(&map, map.cellRect(0, 1).center());
        QTRY_VERIFY(!pointed.empty()
                    && pointed.last().first().toString()
                           == QStringLiteral("Segmentation: 75.0 % of skill 2"));
        QCOMPARE(map.accessibleDescription(), QStringLiteral("Segmentation: 75.0 % of skill 2"));
        map.setFocus();
        QTest::keyClick(&map, Qt::Key_Down);
        QTest::keyClick(&map, Qt::Key_Down); // no further
        QTest::keyClick(&map, Qt::Key_Home);
        QCOMPARE(pointed.last().first().toString(), QStringLiteral("Normals: 100.0 % of skill 1"));
        QTest::keyClick(&map, Qt::Key_End);
        QCOMPARE(pointed.last().first().toString(), QStringLiteral("Normals: 0.0 % of skill 2"));
        QVERIFY(map.accessibleName().contains(QStringLiteral("skill")));
    }

    void aLargerShareHasMoreOfTheAccent() {
        for (const bool dark : {false, true}) {
            QPalette palette;
            if (dark)
                palette.setColor(QPalette::Window, Qt::black);
            const QColor none = MixtureMap::colorOf(0, palette);
            int last = -1;
            for (const double share : {0.0, 0.25, 0.5, 1.0}) {
                const QColor color = MixtureMap::colorOf(share, palette);
                const int away = std::abs(color.red() - none.red())
                                 + std::abs(color.green() - none.green())
                                 + std::abs(color.blue() - none.blue());
                QVERIFY(away > last);
                last = away;
            }
            QCOMPARE(MixtureMap::colorOf(std::numeric_limits<double>::quiet_NaN(), palette), none);
        }
    }

    void sharesThatAreNoNumbersAndManyPartsArePainted() {
        MixtureMap map;
        map.setRows(
            {{0, tasks[0], std::vector<double>(64, 1.0 / 64)},
             {1, tasks[1], std::vector<double>(64, std::numeric_limits<double>::quiet_NaN())}},
            QStringLiteral("skill"));
        QCOMPARE(map.largest(), 1.0 / 64);
        map.resize(map.minimumSizeHint());
        QVERIFY(!map.grab().isNull());
        map.setRows({}, {});
        QVERIFY(!map.grab().isNull());
        QTest::keyClick(&map, Qt::Key_Right); // there is no cell
        QCOMPARE(map.accessibleDescription(), QString());
    }
};

QTEST_MAIN(SharingFactorsTest)

#include "tst_sharingfactors.moc"
