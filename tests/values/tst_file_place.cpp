// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/values/file_place.h"

#include "tests/printing.h"

#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <fstream>

using namespace concertina;

namespace fs = std::filesystem;

class FilePlaceTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_temporary;
    fs::path m_folder;

    std::string codeOf(const fs::path& file) const {
        const auto place = placeToWrite(file);
        return place ? "" : place.error().code;
    }

    /// A socket's name, bound and closed again.
    static void makeSocket(const fs::path& file) {
        const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        file.string().copy(address.sun_path, sizeof address.sun_path - 1);
        QVERIFY(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        ::close(socket);
    }

private Q_SLOTS:
    void init() {
        m_folder = fs::path(m_temporary.path().toStdString())
                   / std::to_string(QRandomGenerator::global()->generate());
        fs::create_directories(m_folder);
    }

    void aFileAndAFreeNameAreWrittenWhereTheyAre() {
        std::ofstream(m_folder / "there") << "before";
        for (const char* name : {"there", "free", "a b", "no/such/folder"})
            QCOMPARE(placeToWrite(m_folder / name).value(), m_folder / name);
        QCOMPARE(placeToWrite("relative").value(), fs::path("relative"));
    }

    void linksAreFollowed() {
        std::ofstream(m_folder / "there") << "before";
        fs::create_symlink(m_folder / "there", m_folder / "absolute");
        fs::create_symlink("there", m_folder / "relative");
        fs::create_symlink("relative", m_folder / "twice");
        fs::create_symlink("not there yet", m_folder / "dangling");
        for (const char* name : {"absolute", "relative", "twice"})
            QCOMPARE(placeToWrite(m_folder / name).value(), m_folder / "there");
        QCOMPARE(placeToWrite(m_folder / "dangling").value(), m_folder / "not there yet");
    }

    void whatAFileWouldTakeThePlaceOfIsRefused() {
        fs::create_directory(m_folder / "folder");
        fs::create_symlink("folder", m_folder / "link to a folder");
        QVERIFY(::mkfifo((m_folder / "pipe").c_str(), 0600) == 0);
        fs::create_symlink("pipe", m_folder / "link to a pipe");
        fs::create_symlink("round", m_folder / "round");
        makeSocket(m_folder / "socket");
        QCOMPARE(codeOf(m_folder / "folder"), std::string("file.folder"));
        QCOMPARE(codeOf(m_folder / "link to a folder"), std::string("file.folder"));
        QCOMPARE(codeOf("/dev/null"), std::string("file.special"));
        QCOMPARE(placeToWrite("/dev/null").error().found, std::string("a device"));
        QCOMPARE(placeToWrite(m_folder / "pipe").error().found, std::string("a pipe"));
        QCOMPARE(placeToWrite(m_folder / "link to a pipe").error().found, std::string("a pipe"));
        QCOMPARE(placeToWrite(m_folder / "socket").error().found, std::string("a socket"));
        QCOMPARE(codeOf(m_folder / "round"), std::string("file.link"));
    }

    void aFileThatMayNotBeWrittenIsRefused() {
        std::ofstream(m_folder / "kept") << "before";
        fs::permissions(m_folder / "kept", fs::perms::owner_read);
        if (::access((m_folder / "kept").c_str(), W_OK) == 0)
            QSKIP("this user may write every file");
        QCOMPARE(codeOf(m_folder / "kept"), std::string("file.read_only"));
    }

    void foldersAreMadeWithThoseAboveThem() {
        QVERIFY(makeFolder(m_folder / "a" / "b").has_value());
        QVERIFY(fs::is_directory(m_folder / "a" / "b"));
        QVERIFY(makeFolder(m_folder / "a" / "b").has_value());
        std::ofstream(m_folder / "file") << "x";
        QCOMPARE(makeFolder(m_folder / "file").error().code, std::string("folder.file"));
        QCOMPARE(makeFolder(m_folder / "file" / "below").error().code, std::string("folder.write"));
        QCOMPARE(makeFolder("/proc/none").error().code, std::string("folder.write"));
    }
};

QTEST_GUILESS_MAIN(FilePlaceTest)
#include "tst_file_place.moc"
