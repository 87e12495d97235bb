// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/initial_source.h"
#include "tests/printing.h"

#include <QTest>

using namespace concertina;

namespace {

const std::string sum(64, '7');

} // namespace

class InitialSourceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void aSourceIsARunOrAFile_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("place");
        QTest::addColumn<int>("step");
        QTest::addColumn<bool>("file");
        const auto row = [](const char* text, const char* place, int step, bool file) {
            QTest::newRow(text) << text << place << step << file;
        };
        row("rooms", "rooms", -1, false);
        row("k7f3m2qd@1000", "k7f3m2qd", 1000, false);
        row(" my run @ home@0 ", "my run @ home", 0, false);
        row("me@home", "me@home", -1, false);
        row("run@1e3", "run@1e3", -1, false);
        row("run@-1", "run@-1", -1, false);
        row("net.safetensors", "net.safetensors", -1, true);
        for (const char* file :
             {"resnet18.pth", "net.pt", "last.ckpt", "model.bin", "best.pth.tar"})
            row(file, file, -1, true);
        row("resnet.pth run", "resnet.pth run", -1, false);
        row("/a b/net@5", "/a b/net@5", -1, true);
        row("~/net", "~/net", -1, true);
    }

    void aSourceIsARunOrAFile() {
        QFETCH(QString, text);
        QFETCH(QString, place);
        QFETCH(int, step);
        QFETCH(bool, file);
        for (const std::string& behind : {std::string(), " sha256:" + sum}) {
            const auto source = initialSourceFrom(text.toStdString() + behind);
            QVERIFY(source.has_value());
            QCOMPARE(source->place, place.toStdString());
            QCOMPARE(source->step.value_or(-1), std::int64_t{step});
            QCOMPARE(source->isFile(), file);
            QCOMPARE(source->sha256, behind.empty() ? std::string() : sum);
            QVERIFY(initialSourceFrom(toText(*source)) == source);
        }
    }

    void whatIsNeitherIsAProblem() {
        for (const std::string& text :
             {std::string(), std::string("  "), "sha256:" + sum, std::string("@5"),
              std::string("run sha256:12"), "run sha256:" + sum.substr(1) + "G",
              "run sha256:" + sum + "7"}) {
            const auto source = initialSourceFrom(text);
            QVERIFY2(!source, text.c_str());
            QCOMPARE(source.error().code, std::string("initial.syntax"));
            QCOMPARE(source.error().path, std::string("network.initial"));
        }
    }
};

QTEST_APPLESS_MAIN(InitialSourceTest)
#include "tst_initial_source.moc"
