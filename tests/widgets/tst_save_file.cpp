// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/save_file.h"

#include <QDir>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <sys/stat.h>

using namespace concertina;

namespace {

QByteArray contentsOf(const QString& file) {
    QFile source(file);
    return source.open(QIODevice::ReadOnly) ? source.readAll() : QByteArray("can't be read");
}

} // namespace

class SaveFileTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    QString at(const char* name) const { return m_folder.filePath(QString::fromUtf8(name)); }

private Q_SLOTS:
    void aFileHoldsWhatWasSaved() {
        QVERIFY(saveFile(at("new"), "first").has_value());
        QVERIFY(saveFile(at("new"), "2").has_value());
        QCOMPARE(contentsOf(at("new")), QByteArray("2"));
        QCOMPARE(QDir(m_folder.path()).entryList(QDir::Files | QDir::Hidden), QStringList{"new"});
    }

    void aLinkStaysOneAndItsFileIsWritten() {
        QVERIFY(saveFile(at("file"), "before").has_value());
        QVERIFY(QFile::link(at("file"), at("link")));
        QVERIFY(saveFile(at("link"), "after").has_value());
        QVERIFY(QFileInfo(at("link")).isSymLink());
        QCOMPARE(contentsOf(at("file")), QByteArray("after"));
    }

    void whatIsNoFileStaysAsItIs() {
        QVERIFY(QDir(m_folder.path()).mkdir(QStringLiteral("folder")));
        QVERIFY(::mkfifo(at("pipe").toUtf8().constData(), 0600) == 0);
        QCOMPARE(saveFile(at("folder"), "x").error().code, std::string("file.folder"));
        QCOMPARE(saveFile(at("pipe"), "x").error().code, std::string("file.special"));
        QCOMPARE(saveFile(QStringLiteral("/dev/null"), "x").error().code,
                 std::string("file.special"));
        struct stat status{};
        QVERIFY(::stat(at("pipe").toUtf8().constData(), &status) == 0 && S_ISFIFO(status.st_mode));
        QVERIFY(::stat("/dev/null", &status) == 0 && S_ISCHR(status.st_mode));
        QVERIFY(QFileInfo(at("folder")).isDir());
    }

    void aFolderThatIsNotThereIsReported() {
        QCOMPARE(saveFile(at("no/such"), "x").error().code, std::string("file.write"));
        QCOMPARE(savePng(at("no/such.png"), QImage(2, 2, QImage::Format_RGB32)).error().code,
                 std::string("file.write"));
    }

    void aPictureIsReadAgain() {
        QImage picture(3, 2, QImage::Format_RGB32);
        picture.fill(Qt::red);
        QVERIFY(savePng(at("a.png"), picture).has_value());
        QCOMPARE(QImage(at("a.png")).convertToFormat(QImage::Format_RGB32), picture);
        QVERIFY(!savePng(at("none.png"), QImage()).has_value());
        QVERIFY(!QFileInfo::exists(at("none.png")));
    }
};

QTEST_GUILESS_MAIN(SaveFileTest)
#include "tst_save_file.moc"
