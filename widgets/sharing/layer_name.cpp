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
    for (qsizetype i = 0;; ++i) {
        const QString shown = parts.join(u'.');
        if (metrics.horizontalAdvance(shown) <= width)
            return shown;
        if (i == parts.size())
            return metrics.elidedText(shown, Qt::ElideMiddle, width);
        parts[i] = firstLetter(parts[i]);
    }
}

} // namespace concertina
