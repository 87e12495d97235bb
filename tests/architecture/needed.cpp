// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/architecture/needed.h"

#include <QDirIterator>
#include <QProcess>
#include <QProcessEnvironment>
#include <QRegularExpression>

namespace architecture {

QStringList neededBy(const QString& program) {
    QProcess readelf;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert("LC_ALL", "C");
    readelf.setProcessEnvironment(environment);
    readelf.start("readelf", {"--dynamic", "--wide", program});
    if (!readelf.waitForFinished() || readelf.exitCode() != 0)
        return {};
    static const QRegularExpression entry(R"(\(NEEDED\).*\[(.+)\])");
    QStringList libraries;
    const QString output = QString::fromLocal8Bit(readelf.readAllStandardOutput());
    for (auto match = entry.globalMatch(output); match.hasNext();)
        libraries.append(match.next().captured(1));
    return libraries;
}

QStringList programsIn(const QString& folder, const QString& name) {
    QStringList programs;
    QDirIterator files(folder, {name}, QDir::Files | QDir::Executable,
                       QDirIterator::Subdirectories);
    while (files.hasNext()) {
        const QString file = files.next();
        if (!file.contains("/CMakeFiles/") && !file.contains("_autogen/"))
            programs.append(file);
    }
    programs.sort();
    return programs;
}

} // namespace architecture
