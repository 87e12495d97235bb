// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/save_file.h"

#include "core/values/file_place.h"
#include "widgets/qt_text.h"

#include <QBuffer>
#include <QSaveFile>

namespace concertina {

namespace {

Unexpected notWritten(const QString& file, const QString& found) {
    return failure({"file.write", file.toStdString(), found.toStdString(),
                    "a place that can be written", "choose another folder"});
}

} // namespace

Expected<void> saveFile(const QString& file, const QByteArray& bytes) {
    const auto place = placeToWrite(file.toStdString());
    if (!place)
        return failure(place.error());
    QSaveFile out(toQt(place->string()));
    if (!out.open(QIODevice::WriteOnly) || out.write(bytes) != bytes.size() || !out.commit())
        return notWritten(file, out.errorString());
    return {};
}

Expected<void> savePng(const QString& file, const QImage& picture) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (!picture.save(&buffer, "PNG"))
        return notWritten(file, QStringLiteral("no picture, or one too large for a PNG"));
    return saveFile(file, bytes);
}

} // namespace concertina
