// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/sharing/plan_picture.h"

#include "widgets/save_file.h"

#include <QBuffer>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>
#include <QSvgGenerator>

namespace concertina {

namespace {

constexpr int DotsPerInch = 96;

QByteArray svgOf(const PlanPicture& picture) {
    QBuffer buffer;
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setResolution(DotsPerInch);
    generator.setSize(picture.size);
    generator.setViewBox(QRect({}, picture.size));
    generator.setTitle(picture.title);
    QPainter painter(&generator);
    picture.paint(painter);
    painter.end();
    return buffer.data();
}

QByteArray pdfOf(const PlanPicture& picture) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    QPdfWriter writer(&buffer);
    writer.setTitle(picture.title);
    writer.setResolution(DotsPerInch);
    writer.setPageMargins({});
    writer.setPageSize(QPageSize(QSizeF(picture.size) / DotsPerInch, QPageSize::Inch));
    QPainter painter(&writer);
    picture.paint(painter);
    painter.end();
    return bytes;
}

} // namespace

QImage pixelsOf(const PlanPicture& picture, int scale) {
    QImage image(picture.size * scale, QImage::Format_RGB32);
    image.fill(Qt::white);
    QPainter painter(&image);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.scale(scale, scale);
    picture.paint(painter);
    return image;
}

Expected<void> savePlanPicture(const PlanPicture& picture, const QString& file) {
    if (file.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive))
        return saveFile(file, svgOf(picture));
    if (file.endsWith(QLatin1String(".pdf"), Qt::CaseInsensitive))
        return saveFile(file, pdfOf(picture));
    return savePng(file, pixelsOf(picture, 4));
}

} // namespace concertina
