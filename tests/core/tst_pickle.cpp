// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/pickle.h"
#include "tests/expected.h"
#include "tests/printing.h"

#include <QTest>

#include <sstream>

using namespace concertina;
using namespace concertina::testing;

// Pickles byte by byte, as Python's pickletools describes the operations. What PyTorch writes is
// read in tst_state_dict.

namespace {

using Kind = PickleValue::Kind;

Expected<Pickle> read(const std::string& bytes, std::uint64_t size,
                      const PickleLimits& limits = {}) {
    std::istringstream stream(bytes);
    return readPickle(
        stream, size, "file.pt", [](const std::string& name) { return name == "a.B"; }, limits);
}

Expected<Pickle> read(const std::string& bytes, const PickleLimits& limits = {}) {
    return read(bytes, bytes.size(), limits);
}

template <std::size_t N>
std::string bytes(const char (&text)[N]) {
    return std::string(text, N - 1); // with its zeros
}

std::string codeOf(const Expected<Pickle>& pickle) {
    return pickle ? "" : pickle.error().code;
}

} // namespace

class PickleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbersAndTextsAreReadExactly() {
        const Pickle pickle =
            valueOf(read(bytes("\x80\x02(K\xffM\xff\xffJ\xfe\xff\xff\xff\x8a\x02\x00\xff"
                               "\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x00\x01\x8a\x00"
                               "G\xbf\xe0\x00\x00\x00\x00\x00\x00X\x02\x00\x00\x00\xc3\xbc"
                               "U\x01x\x88\x89Nt.")));
        const auto& items = pickle.root->items;
        QVERIFY(pickle.root->kind == Kind::Tuple);
        QCOMPARE(items.size(), 12U);
        const std::int64_t numbers[] = {255, 65535, -2, -256};
        for (std::size_t i = 0; i < 4; ++i)
            QCOMPARE(items[i]->integer, numbers[i]);
        QVERIFY(items[4]->kind == Kind::LongInteger); // 2^64
        QCOMPARE(items[4]->text, bytes("\0\0\0\0\0\0\0\0\x01"));
        QCOMPARE(items[5]->integer, 0);
        QCOMPARE(items[6]->real, -0.5);
        QCOMPARE(items[7]->text, std::string("ü"));
        QCOMPARE(items[8]->text, std::string("x"));
        QVERIFY(items[9]->kind == Kind::Bool && items[9]->integer == 1);
        QVERIFY(items[10]->kind == Kind::Bool && items[10]->integer == 0);
        QVERIFY(items[11]->kind == Kind::None);
    }

    void aValueOfTheMemoIsTheSameValue() {
        const Pickle pickle = valueOf(read(bytes("\x80\x02]q\x05(h\x05K\x01h\x05"
                                                 "e.")));
        QCOMPARE(pickle.root->items.size(), 3U);
        QVERIFY(pickle.root->items[0] == pickle.root && pickle.root->items[2] == pickle.root);
    }

    void aCallStaysACall() {
        const Pickle pickle =
            valueOf(read(bytes("\x80\x02"
                               "ca\nB\n(K\x07tR}X\x01\x00\x00\x00kK\x08sbK\x01K\x02s.")));
        QVERIFY(pickle.root->isCallOf("a.B"));
        QCOMPARE(pickle.root->arguments->items.front()->integer, 7);
        QCOMPARE(pickle.root->state->items.front()->text, std::string("k"));
        QCOMPARE(pickle.root->items[1]->integer, 2);
    }

    void theStreamStandsBehindThePickle() {
        std::istringstream stream(bytes("\x80\x02N.rest"));
        valueOf(readPickle(stream, 8, "", [](const std::string&) { return false; }));
        QCOMPARE(static_cast<int>(stream.tellg()), 4);
    }

    void anotherGlobalIsRefusedByItsName() {
        for (const std::string& text :
             {bytes("\x80\x02"
                    "cos\nsystem\nX\x02\x00\x00\x00ls\x85R."),
              bytes("\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x02ls\x85R.")}) {
            const auto pickle = read(text);
            QCOMPARE(codeOf(pickle), std::string("pickle.global"));
            QVERIFY(pickle.error().found.find("os.system") != std::string::npos);
            QCOMPARE(pickle.error().path, std::string("file.pt"));
        }
    }

    void wrongPicklesAreRefused_data() {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("code");
        const auto row = [](const char* name, const std::string& text, const char* code) {
            QTest::newRow(name) << QByteArray::fromStdString(text) << code;
        };
        row("nothing", "", "pickle.damaged");
        row("no end", bytes("\x80\x02N"), "pickle.damaged");
        row("an end alone", ".", "pickle.damaged");
        row("a newer protocol", bytes("\x80\x06N."), "pickle.damaged");
        row("a text beyond the end",
            bytes("X\xff\xff\xff\x7f"
                  "abc."),
            "pickle.damaged");
        row("a text of exabytes",
            bytes("\x8d\xff\xff\xff\xff\xff\xff\xff\xff"
                  "abc."),
            "pickle.damaged");
        row("a memo without a value", bytes("j\xff\xff\xff\xff."), "pickle.damaged");
        row("a memo of nothing", bytes("q\x01."), "pickle.damaged");
        row("items without a mark", bytes("]Ne."), "pickle.damaged");
        row("items without a list", bytes("(Ne."), "pickle.damaged");
        row("a key without a value", bytes("}(Nu."), "pickle.damaged");
        row("an item put into a number", bytes("K\x01Na."), "pickle.damaged");
        row("a value below the mark", bytes("N(\x86."), "pickle.damaged");
        row("a call of a text", bytes("U\x01x)R."), "pickle.damaged");
        row("a call without arguments", bytes("ca\nB\nNR."), "pickle.damaged");
        row("a state of a list", bytes("]Nb."), "pickle.damaged");
        row("a global of numbers", bytes("K\x01K\x02\x93."), "pickle.damaged");
        row("a global without an end", "c" + std::string(5000, 'x'), "pickle.damaged");
        row("an instance", bytes("(ios\nsystem\n."), "pickle.operation");
        row("an object", bytes("(ca\nB\no."), "pickle.operation");
        row("an extension", bytes("\x82\x01."), "pickle.operation");
        row("a number as text", bytes("I1\n."), "pickle.operation");
        row("no operation at all", bytes("\xff."), "pickle.operation");
    }

    void wrongPicklesAreRefused() {
        QFETCH(QByteArray, text);
        QFETCH(QString, code);
        QCOMPARE(QString::fromStdString(codeOf(read(text.toStdString()))), code);
    }

    void noMoreIsReadThanThePicklesOwnBytes() {
        QCOMPARE(codeOf(read(bytes("U\x05"
                                   "abcde."),
                             5)),
                 std::string("pickle.damaged"));
        QCOMPARE(codeOf(read(bytes("NNN."), 3)), std::string("pickle.damaged"));
    }

    /// Each takes a byte or two in the file and a hundred in memory.
    void operationsAndTextsHaveALimit() {
        const PickleLimits limits{.operations = 1000, .textBytes = 1000};
        QCOMPARE(codeOf(read(std::string(998, 'N') + "t.", limits)), std::string("pickle.damaged"));
        QCOMPARE(codeOf(read(std::string(1001, 'N') + "t.", limits)), std::string("pickle.limit"));
        const std::string text = bytes("C\xff") + std::string(255, 'x');
        QCOMPARE(codeOf(read("(" + text + text + text + "t.", limits)), std::string());
        QCOMPARE(codeOf(read("(" + text + text + text + text + "t.", limits)),
                 std::string("pickle.limit"));
    }

    /// Neither reading nor the end of a value recurses.
    void valuesMayLieInEachOtherAsDeepAsTheyLike() {
        const std::string deep = std::string(500'000, ']') + std::string(499'999, 'a') + ".";
        QCOMPARE(codeOf(read(deep)), std::string());
    }
};

QTEST_APPLESS_MAIN(PickleTest)
#include "tst_pickle.moc"
