// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/dropped.h"

#include "core/model/recognize_data.h"
#include "core/model/spec_paths.h"
#include "core/values/json.h"
#include "widgets/qt_text.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSet>

namespace concertina {

bool isPictureFile(const QString& path) {
    static const QSet<QString> endings{
        QStringLiteral("png"),  QStringLiteral("jpg"), QStringLiteral("jpeg"),
        QStringLiteral("bmp"),  QStringLiteral("tif"), QStringLiteral("tiff"),
        QStringLiteral("webp"), QStringLiteral("ppm"), QStringLiteral("pgm")};
    return endings.contains(QFileInfo(path).suffix().toLower());
}

QString datasetName(const QString& place) {
    constexpr qint64 longest = 1'000'000; // bytes; one with 1,000 classes has 100,000
    if (const QFileInfo info(place); info.isFile())
        return info.completeBaseName();
    QFile file(place + QStringLiteral("/dataset.json"));
    if (file.open(QIODevice::ReadOnly))
        if (const auto json = readJson(file.read(longest).toStdString()); json && json->is_object())
            if (const Json name = json->value("name", Json()); name.is_string())
                if (const QString text = toQt(name.get<std::string>()).simplified();
                    !text.isEmpty())
                    return text;
    return QDir(place).dirName();
}

Expected<PageRequest> requestOf(const QString& path, const Catalogue& catalogue) {
    const QFileInfo file(path);
    const std::string shown = path.toStdString();
    if (!file.exists())
        return failure({"drop.missing", shown, "nothing there", "a file or folder", ""});
    const auto data = recognizeData(catalogue, file.absoluteFilePath().toStdString());
    if (data)
        return UseDataset{
            toQt(data->options.at(placeOption(catalogue, *data)->path).get<std::string>())};
    if (file.isDir()) // who uses it finds out what its files could be
        return UseDataset{file.absoluteFilePath()};
    if (file.suffix().compare(QLatin1String("json"), Qt::CaseInsensitive) == 0)
        return OpenSpec{file.absoluteFilePath()};
    if (isPictureFile(path))
        return OpenPictures{{file.absoluteFilePath()}};
    return failure({"drop.kind", shown, "a file of another kind",
                    "an experiment (.json), a picture, or data: " + data.error().expected, ""});
}

} // namespace concertina
