// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/sharing/layer_name.h"

#include <QFontMetrics>
#include <QString>
#include <QStringList>

#include <algorithm>

namespace concertina {

namespace {

/// "l2" of "layer2".
QString firstLetter(const QString& part) {
    qsizetype digits = part.size();
    while (digits > 0 && part[digits - 1].isDigit())
        --digits;
    return part.left(std::min<qsizetype>(digits, 1)) + part.mid(digits);
}

} // namespace

QString shortLayerName(const QString& name, const QFontMetrics& metrics, int width) {
    QStringList parts = name.split(u'.');
    for (QString& part : parts) {
        if (metrics.horizontalAdvance(parts.join(u'.')) <= width)
            break;
        part = firstLetter(part);
    }
    return metrics.elidedText(parts.join(u'.'), Qt::ElideMiddle, width);
}

} // namespace concertina
