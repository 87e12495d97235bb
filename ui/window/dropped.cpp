// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/dropped.h"

#include <QFile>
#include <QFileInfo>
#include <QSet>

namespace concertina {

namespace {

constexpr qint64 largestSpec = 16 << 20; // bytes; a spec has some thousands

bool isPicture(const QFileInfo& file) {
    static const QSet<QString> endings{
        QStringLiteral("png"),  QStringLiteral("jpg"), QStringLiteral("jpeg"),
        QStringLiteral("bmp"),  QStringLiteral("tif"), QStringLiteral("tiff"),
        QStringLiteral("webp"), QStringLiteral("ppm"), QStringLiteral("pgm")};
    return endings.contains(file.suffix().toLower());
}

} // namespace

Expected<Dropped> classifyDropped(const QString& path) {
    const QFileInfo file(path);
    const std::string shown = path.toStdString();
    if (!file.exists())
        return failure({"drop.missing", shown, "nothing there", "a file or folder", ""});
    if (file.isDir()) {
        if (QFileInfo::exists(path + QStringLiteral("/dataset.json")))
            return DroppedDataset{file.absoluteFilePath()};
        return failure({"drop.folder", shown, "a folder without dataset.json", "a dataset's folder",
                        "dataset.json says where its pictures and targets are."});
    }
    if (file.fileName() == QLatin1String("dataset.json"))
        return DroppedDataset{file.absolutePath()};
    if (file.suffix().compare(QLatin1String("json"), Qt::CaseInsensitive) == 0)
        return DroppedSpec{file.absoluteFilePath()};
    if (isPicture(file))
        return DroppedPicture{file.absoluteFilePath()};
    return failure({"drop.kind", shown, "a file of another kind",
                    "an experiment (.json), a picture, or a dataset's folder", ""});
}

SpecReading readSpecFile(const QString& path) {
    const std::string shown = path.toStdString();
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {{}, {{"spec.file", shown, file.errorString().toStdString(), "a file to read", ""}}};
    if (file.size() > largestSpec)
        return {{}, {{"spec.file", shown, "a file of more than 16 MB", "an experiment", ""}}};
    return readSpecText(file.readAll().toStdString());
}

} // namespace concertina
