// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/db/store_testing.h"

#include <fstream>
#include <sstream>

namespace concertina::testing {

namespace {

constexpr int patience = 60000; // ms; for a machine that is busy with other builds

} // namespace

void writeFile(const std::filesystem::path& file, std::string_view bytes) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << bytes;
}

std::string readFile(const std::filesystem::path& file) {
    std::ostringstream bytes;
    bytes << std::ifstream(file, std::ios::binary).rdbuf();
    return bytes.str();
}

Helper::Helper(const std::vector<std::string>& arguments) {
    QStringList list;
    for (const std::string& argument : arguments)
        list << QString::fromStdString(argument);
    m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_process.start(QStringLiteral(STORE_HELPER), list);
    if (!m_process.waitForStarted(patience))
        qFatal("store_helper does not start");
}

Helper::~Helper() {
    if (m_process.state() != QProcess::NotRunning)
        killHard();
}

void Helper::say(const std::string& text) {
    m_process.write((text + "\n").c_str());
    m_process.waitForBytesWritten(patience);
}

std::string Helper::line() {
    while (!m_process.canReadLine())
        if (!m_process.waitForReadyRead(patience))
            qFatal("store_helper says nothing");
    return m_process.readLine().trimmed().toStdString();
}

void Helper::killHard() {
    m_process.kill();
    m_process.waitForFinished(patience);
}

int Helper::finish() {
    m_process.closeWriteChannel();
    if (!m_process.waitForFinished(patience))
        qFatal("store_helper does not end");
    return m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
}

} // namespace concertina::testing
