// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/tensor/torch.h"
#include "core/tensor/weights_file.h"
#include "core/values/json.h"
#include "tests/printing.h"

#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <map>

using namespace concertina;

// Files of weights that PyTorch wrote, by tests/reference/save_weights.py, are read to the bit;
// wrong ones are refused by a problem that names what is wrong.

namespace {

QByteArray contentOf(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeTo(const QString& path, const QByteArray& bytes) {
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(bytes);
}

/// As the script names types.
const char* typeName(torch::ScalarType type) {
    static const std::map<torch::ScalarType, const char*> names{
        {torch::kFloat64, "F64"},   {torch::kFloat32, "F32"}, {torch::kFloat16, "F16"},
        {torch::kBFloat16, "BF16"}, {torch::kInt64, "I64"},   {torch::kInt32, "I32"},
        {torch::kInt16, "I16"},     {torch::kInt8, "I8"},     {torch::kUInt8, "U8"},
        {torch::kBool, "BOOL"}};
    return names.at(type);
}

/// What the script says of a tensor.
Json described(const torch::Tensor& tensor) {
    const torch::Tensor whole = tensor.contiguous();
    const QByteArray bytes(static_cast<const char*>(whole.data_ptr()),
                           static_cast<qsizetype>(whole.nbytes()));
    return {{"type", typeName(tensor.scalar_type())},
            {"shape", tensor.sizes().vec()},
            {"bytes", bytes.toHex().toStdString()}};
}

} // namespace

class StateDictTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() {
        QVERIFY(m_folder.isValid());
        const QString python = QStringLiteral("/usr/bin/python3");
        QProcess probe;
        probe.start(python, {QStringLiteral("-c"), QStringLiteral("import torch, numpy")});
        if (!probe.waitForFinished(120'000) || probe.exitCode() != 0)
            QSKIP("Debian's python3-torch and python3-numpy are not here.");
        QProcess script;
        script.start(python,
                     {QStringLiteral("-W"), QStringLiteral("ignore"),
                      QStringLiteral(CONCERTINA_SOURCE_DIR "/tests/reference/save_weights.py"),
                      m_folder.path()});
        QVERIFY(script.waitForFinished(120'000));
        QVERIFY2(script.exitCode() == 0, script.readAllStandardError().constData());
        m_cases = parseJson(contentOf(path("cases.json")).toStdString());
        QVERIFY(m_cases.size() > 90);
    }

    void aFileIsReadToTheBitOrRefused_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < m_cases.size(); ++i)
            QTest::newRow(m_cases[i]["file"].get<std::string>().c_str()) << int(i);
    }

    void aFileIsReadToTheBitOrRefused() {
        QFETCH(int, index);
        const Json& wanted = m_cases[static_cast<std::size_t>(index)];
        const QString file = path(wanted["file"].get<std::string>().c_str());
        const auto read = readWeights(file.toStdString());
        if (wanted.contains("code")) {
            QVERIFY2(!read, "it was read");
            QCOMPARE(read.error().code, wanted["code"].get<std::string>());
            const std::string text = toText(read.error());
            QVERIFY2(text.find(wanted["mentions"].get<std::string>()) != std::string::npos,
                     text.c_str());
            QCOMPARE(read.error().path, file.toStdString());
            return;
        }
        QVERIFY2(read, read ? "" : toText(read.error()).c_str());
        QCOMPARE(read->size(), wanted["tensors"].size());
        for (const auto& [name, tensor] : *read) {
            QVERIFY2(wanted["tensors"].contains(name), name.c_str());
            QCOMPARE(jsonText(described(tensor)), jsonText(wanted["tensors"][name]));
        }
    }

    void nothingOfAFileIsExecuted() {
        for (const char* name : {"system-zip-2.pt", "system-stream-2.pt", "builtins-zip-2.pt"})
            QVERIFY(!readWeights(path(name).toStdString()));
        QVERIFY(!QFile::exists(path("executed")));
        // PyTorch itself does: the file is what it is taken for.
        QProcess python;
        python.start(QStringLiteral("/usr/bin/python3"),
                     {QStringLiteral("-c"),
                      QStringLiteral("import pickle, sys, zipfile, torch;"
                                     "torch.load(sys.argv[1], **({} if torch.__version__ < '1.13' "
                                     "else {'weights_only': False}))"),
                      path("system-zip-2.pt")});
        QVERIFY(python.waitForFinished(120'000));
        QVERIFY(QFile::exists(path("executed")));
    }

    void tensorsOfOneStorageShareIt() {
        const NamedTensors tensors = readWeights(path("views-stream-2.pt").toStdString()).value();
        QVERIFY(tensors.at("tied.a").data_ptr() == tensors.at("tied.b").data_ptr());
        QVERIFY(tensors.at("one").data_ptr() == tensors.at("all")[5].data_ptr());
    }

    void everyTruncationIsNoticed() {
        for (const char* name : {"checkpoint-zip-2.pt", "checkpoint-stream-2.pt", "script.pt",
                                 "others.safetensors", "deflated.pt"}) {
            const QByteArray whole = contentOf(path(name));
            for (qsizetype size = 0; size < whole.size(); size += size < 2000 ? 1 : 97) {
                writeTo(path("cut"), whole.left(size));
                const auto read = readWeights(path("cut").toStdString());
                QVERIFY2(!read, qPrintable(QStringLiteral("%1 of %2").arg(size).arg(name)));
            }
        }
    }

    /// Archives have a CRC of each entry: what is read of them is what was written.
    void aChangedByteOfAnArchiveIsNoticedOrHarmless() {
        const NamedTensors written = readWeights(path("net-zip-2.pt").toStdString()).value();
        const QByteArray whole = contentOf(path("net-zip-2.pt"));
        int refused = 0;
        for (qsizetype at = 0; at < whole.size(); at += at < 2000 ? 1 : 41) {
            QByteArray changed = whole;
            changed[at] = char(changed[at] ^ (1 << (at % 8)));
            writeTo(path("changed"), changed);
            const auto read = readWeights(path("changed").toStdString());
            refused += read ? 0 : 1;
            QVERIFY(!read || read->size() == written.size());
            for (const auto& [name, tensor] : read ? *read : NamedTensors())
                QVERIFY2(torch::equal(tensor, written.at(name)), name.c_str());
        }
        QVERIFY(refused > 500);
    }

    /// A stream has none: other values may be read, but every one can be looked at, and no shape is
    /// larger than a tensor that repeats one value may be.
    void aChangedByteOfAStreamNeverLeadsOutsideOfIt() {
        const QByteArray whole = contentOf(path("views-stream-2.pt"));
        int readable = 0;
        for (qsizetype at = 0; at < whole.size(); ++at)
            for (int bit = 0; bit < 8; bit += 3) {
                QByteArray changed = whole;
                changed[at] = char(changed[at] ^ (1 << bit));
                writeTo(path("changed"), changed);
                const auto read = readWeights(path("changed").toStdString());
                readable += read ? 1 : 0;
                for (const auto& [name, tensor] : read ? *read : NamedTensors()) {
                    QVERIFY2(tensor.numel() <= 1 << 24, name.c_str());
                    QCOMPARE(tensor.contiguous().numel(), tensor.numel());
                }
            }
        QVERIFY(readable > 500);
    }

    void whatIsNoFileIsRefused() {
        for (const QString& place :
             {path("absent.pt"), m_folder.path(), QStringLiteral("/dev/null")}) {
            const auto read = readWeights(place.toStdString());
            QVERIFY(!read);
            QCOMPARE(read.error().code, std::string("file.read"));
        }
    }

private:
    QString path(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }

    QTemporaryDir m_folder;
    Json m_cases = Json::array();
};

QTEST_GUILESS_MAIN(StateDictTest)
#include "tst_state_dict.moc"
