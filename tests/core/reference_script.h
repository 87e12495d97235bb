// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QProcess>
#include <QString>
#include <QStringList>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace concertina::testing {

/// What keeps a script that needs these modules of Debian's Python from running; empty: nothing.
inline QString lackingPython(const QString& modules) {
    QProcess probe;
    probe.start(QStringLiteral("/usr/bin/python3"), {QStringLiteral("-c"), "import " + modules});
    if (probe.waitForFinished(60000) && probe.exitStatus() == QProcess::NormalExit
        && probe.exitCode() == 0)
        return {};
    return "Debian's python3 with " + modules + " is not here.";
}

/// Runs tests/reference/NAME; what went wrong, or nothing.
inline QString runReference(const QString& name, const QStringList& arguments) {
    QProcess python;
    python.start(QStringLiteral("/usr/bin/python3"),
                 QStringList{QStringLiteral(CONCERTINA_SOURCE_DIR "/tests/reference/") + name}
                     + arguments);
    if (!python.waitForFinished(120000) || python.exitStatus() != QProcess::NormalExit)
        return name + " does not end: " + python.errorString();
    return python.exitCode() == 0 ? QString()
                                  : name + ": " + QString::fromUtf8(python.readAllStandardError());
}

inline std::string fileBytes(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline void writeFile(const std::filesystem::path& path, const std::string& bytes) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << bytes;
}

/// What a script wrote with `tofile`.
template <class Value>
std::vector<Value> valuesOf(const std::filesystem::path& path) {
    const std::string bytes = fileBytes(path);
    std::vector<Value> values(bytes.size() / sizeof(Value));
    std::memcpy(values.data(), bytes.data(), values.size() * sizeof(Value));
    return values;
}

} // namespace concertina::testing
